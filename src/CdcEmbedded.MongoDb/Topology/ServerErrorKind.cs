using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>Which errors of commands tell that a server has changed its state (specification "Server Discovery and Monitoring", "Error
/// handling").</summary>
internal static class ServerErrorKind
{
    /// <summary>Whether the server is not, or no longer, what it was taken for: not the primary, recovering, shutting down.</summary>
    /// <param name="code">The error's number; 0 where the server gave none.</param>
    /// <param name="message">The server's message, looked at only without a number.</param>
    public static bool IsStateChange(int code, string message) => code switch
    {
        // NotWritablePrimary, NotPrimaryNoSecondaryOk, LegacyNotPrimary, InterruptedAtShutdown, InterruptedDueToReplStateChange,
        // NotPrimaryOrSecondary, PrimarySteppedDown, ShutdownInProgress
        10107 or 13435 or 10058 or 11600 or 11602 or 13436 or 189 or 91 => true,
        0 => message.Contains("not master", StringComparison.OrdinalIgnoreCase)
            || message.Contains("not writable primary", StringComparison.OrdinalIgnoreCase)
            || message.Contains("node is recovering", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    /// <summary>Whether the server goes down, so that its connections are dead.</summary>
    public static bool IsShutdown(int code) => code is 91 or 11600;

    /// <summary>Whether a read that failed so may be tried again (specification "Retryable Reads").</summary>
    public static bool IsRetryable(int code, string message) => IsStateChange(code, message)
        // ReadConcernMajorityNotAvailableYet, HostUnreachable, HostNotFound, NetworkTimeout, SocketException, ExceededTimeLimit
        || code is 134 or 6 or 7 or 89 or 9001 or 262;

    /// <summary>The number and message of a reply that reports an error; null where it reports success.</summary>
    public static (int Code, string Message)? Of(RawBson reply)
    {
        if (reply.IsTrue("ok"u8))
        {
            return null;
        }

        var code = reply.TryGetInt64("code"u8, out var number) && number == (int)number ? (int)number : 0;
        return (code, reply.TryGetString("errmsg"u8, out var message) ? message : "the server gave no message");
    }
}
