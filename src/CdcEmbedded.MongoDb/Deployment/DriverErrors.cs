using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>The one place where exceptions of the driver become those of this package.</summary>
internal static class DriverErrors
{
    /// <summary>Translates an exception of the driver.</summary>
    /// <param name="exception">What the driver threw. Not a cancellation.</param>
    /// <param name="command">The command's name.</param>
    /// <param name="server">The server, as far as one was selected.</param>
    /// <param name="describe">Describes the deployment, for the case that no server could be selected.</param>
    /// <returns>The exception to throw; the same one where it is not the driver's own.</returns>
    public static Exception Translate(Exception exception, string command, string server, Func<string> describe) => exception switch
    {
        MongoCommandException { Result: { } reply } when !reply.Contains("ok") => Damaged(exception, command, server),
        MongoCommandException refused => OfReply(refused.Result, refused, command, server),
        MongoExecutionTimeoutException timeout => OfTimeout(timeout, command, server),
        MongoIncompatibleDriverException => TooOld(exception),
        MongoAuthenticationException login => OfLogin(login, server),
        MongoConnectionException connection => OfConnection(connection, command, server),
        TimeoutException or MongoWaitQueueFullException => new CdcConnectionException(
            $"No suitable server could be selected for the command {command}: {describe()}.", exception),
        MongoConnectionPoolPausedException
            => new CdcConnectionException($"{server} is not reachable: {ServerNames.Reason(exception)}.", exception),
        MongoException
            => new CdcConnectionException($"The command {command} failed at {server}: {ServerNames.Reason(exception)}.", exception),
        _ => IsDamage(exception) ? Damaged(exception, command, server) : exception,
    };

    /// <summary>True if a read that failed so may succeed at a newly selected server (specification "Retryable Reads").</summary>
    public static bool IsRetryable(Exception exception) => exception switch
    {
        MongoCommandFailedException error => ErrorCodes.IsRetryable(error.Code)
            && !error.HasErrorLabel("SystemOverloadedError"),
        CdcConnectionException connection => connection.IsTransient,
        _ => false,
    };

    private static MongoCommandFailedException OfReply(BsonDocument reply, MongoException cause, string command, string server)
    {
        var name = reply.TryGetValue("codeName", out var text) && text.IsString ? text.AsString : null;
        var message = reply.TryGetValue("errmsg", out text) && text.IsString ? text.AsString : null;
        var code = ErrorCodes.Of(reply, name, message);

        // Without any of them the reply says nothing, as one that is damaged.
        var isTransient = IsTransient(code, cause) || (code == 0 && name is null && message is null);
        return new MongoCommandFailedException(
            command, server, code, name, message ?? "the server gave no message", cause.ErrorLabels, isTransient, cause);
    }

    // The driver keeps the reply of this one error to itself.
    private static MongoCommandFailedException OfTimeout(MongoExecutionTimeoutException timeout, string command, string server)
        => new(command, server, timeout.Code > 0 ? timeout.Code : 50, timeout.CodeName ?? "MaxTimeMSExpired", timeout.Message,
            timeout.ErrorLabels, true, timeout);

    private static bool IsTransient(int code, MongoException cause)
        => cause is MongoNotPrimaryException or MongoNodeIsRecoveringException || ErrorCodes.IsTransient(code)
            || (cause.HasErrorLabel("SystemOverloadedError") && cause.HasErrorLabel("RetryableError"));

    private static ServerMisconfiguredException TooOld(Exception exception)
    {
        const string Remedy = "Use MongoDB 4.4 or later.";
        var finding = new SourceFinding(true, "mongodb.version", "The server is older than MongoDB 4.4, which is the oldest that the "
            + "driver supports. "
            + ServerNames.Reason(exception) + ".", Remedy);
        return new ServerMisconfiguredException($"{finding.Message} Remedy: {Remedy}", [finding]);
    }

    // A login that breaks off because of the network, or of an overloaded server, was not refused.
    private static CdcException OfLogin(MongoAuthenticationException login, string server)
    {
        for (var cause = login.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is MongoConnectionException { IsNetworkException: true } or IOException or TimeoutException
                || (cause is MongoCommandException refused && IsTransient(refused.Code, refused)))
            {
                return new CdcConnectionException($"The connection to {server} broke during the "
                    + $"login: {ServerNames.Reason(login)}.", login);
            }
        }

        return new CdcAuthenticationException(
            $"{server} refused the login: {ServerNames.Reason(login)}. Check the user, the password and authSource.", login);
    }

    private static CdcException OfConnection(MongoConnectionException connection, string command, string server)
    {
        if (TlsWatch.TlsFailureOf(connection) is { } tls)
        {
            return Tls(server, tls);
        }

        for (Exception? cause = connection; cause is not null; cause = cause.InnerException)
        {
            if (IsDamage(cause))
            {
                return Damaged(connection, command, server);
            }
        }

        return new CdcConnectionException($"The connection to {server} broke during the "
            + $"command {command}: {ServerNames.Reason(connection)}.", connection);
    }

    /// <summary>TLS could not be established. Another attempt does not help.</summary>
    public static CdcConnectionException Tls(string server, Exception failure) => new(
        $"TLS with {server} failed: {ServerNames.Reason(failure)}. Check the server's certificate, its host name and the authority "
            + "that signed it "
        + "(tlsCAFile).", failure, isTransient: false);

    private static CdcProtocolException Damaged(Exception exception, string command, string server) => new(
        $"{server} sent a reply to the command {command} that cannot be read: {ServerNames.Reason(exception)}.", command, isTransient: true,
        innerException: exception);

    private static bool IsDamage(Exception exception)
        => exception is FormatException or BsonException or ArgumentException or OverflowException or InvalidCastException
            or IndexOutOfRangeException or KeyNotFoundException or NullReferenceException or NotSupportedException;
}
