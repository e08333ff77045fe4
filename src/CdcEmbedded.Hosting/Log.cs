using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Hosting;

/// <summary>The hosting package's log messages. Ids: 3000-3099 streams, 3100-3199 handlers.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Error, "{Stream}: the stream has failed; it starts again in {Seconds:0.0} s")]
    public static partial void Restarts(ILogger logger, Exception exception, string stream, double seconds);

    [LoggerMessage(3001, LogLevel.Critical, "{Stream}: the stream has failed {Failures} times and gives up, as Restart.MaxRestarts says")]
    public static partial void GivesUp(ILogger logger, Exception exception, string stream, int failures);

    [LoggerMessage(3002, LogLevel.Information, "{Stream}: another instance is active now; this one waits as a standby")]
    public static partial void Deposed(ILogger logger, string stream);

    [LoggerMessage(3003, LogLevel.Information, "{Stream}: stopped; everything that was begun has been handled")]
    public static partial void Drained(ILogger logger, string stream);

    [LoggerMessage(3004, LogLevel.Information, "{Stream}: the source has ended")]
    public static partial void Ended(ILogger logger, string stream);

    [LoggerMessage(3005, LogLevel.Critical, "{Stream}: {Refusals} logins were refused, and the stream gives up, as "
        + "Restart.MaxRefusedLogins says: further attempts could lock the account")]
    public static partial void LoginRefused(ILogger logger, Exception exception, string stream, int refusals);

    [LoggerMessage(3100, LogLevel.Warning, "{Stream}: attempt {Attempt} failed, the next one follows in {Seconds:0.0} s")]
    public static partial void Retries(ILogger logger, Exception exception, string stream, int attempt, double seconds);

    [LoggerMessage(3101, LogLevel.Error, "{Stream}: {Handler} could not handle {EventId} in {Attempts} attempts; it is skipped")]
    public static partial void Skipped(ILogger logger, Exception exception, string stream, string handler, string eventId, int attempts);

    [LoggerMessage(3102, LogLevel.Error, "{Stream}: {Handler} could not handle {EventId} in {Attempts} attempts; it is a dead letter")]
    public static partial void Parked(ILogger logger, Exception exception, string stream, string handler, string eventId, int attempts);

    [LoggerMessage(3104, LogLevel.Warning, "{Stream}: {EventId} is a dead letter of {Handler}: an earlier change of its key is one")]
    public static partial void Held(ILogger logger, string stream, string handler, string eventId);

    [LoggerMessage(3105, LogLevel.Error, "{Stream}: {Handler} could not handle {EventId} in a replay; it remains a dead letter")]
    public static partial void ReplayFailed(ILogger logger, Exception exception, string stream, string handler, string eventId);

    [LoggerMessage(3103, LogLevel.Warning, "{Stream}: the offset could not be stored; it is tried again")]
    public static partial void CommitFailed(ILogger logger, Exception exception, string stream);
}
