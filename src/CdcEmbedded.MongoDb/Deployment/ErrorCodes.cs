using System.Globalization;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>The numbers of a server's errors (src/mongo/base/error_codes.yml), and what they say of another attempt.</summary>
internal static class ErrorCodes
{
    /// <summary>Names, or parts of messages, of the errors that a change stream distinguishes.</summary>
    private static readonly (string Text, int Code)[] _known =
    [
        ("ChangeStreamHistoryLost", 286), ("resume point may no longer be in the oplog", 286), ("CappedPositionLost", 136),
        ("ChangeStreamFatalError", 280), ("the resume token was not found", 280), ("InvalidResumeToken", 260),
        ("BSONObjectTooLarge", 10334), ("BSONObj size: ", 10334), ("CursorNotFound", 43), ("CursorKilled", 237),
        ("InterruptedAtShutdown", 11600), ("InterruptedDueToReplStateChange", 11602), ("ShutdownInProgress", 91),
        ("PrimarySteppedDown", 189), ("operation was interrupted", 11601), ("not authorized on ", 13),
    ];

    /// <summary>The number of a reply's error: its <c>code</c>; where that is missing or wraps another error, the number of the error that
    /// its name or message names.</summary>
    /// <returns>0 where nothing says it.</returns>
    public static int Of(BsonDocument reply, string? name, string? message)
    {
        var code = reply.TryGetValue("code", out var value) ? NumberOf(value) : 0;
        if (IsWrapper(code))
        {
            foreach (var (text, known) in _known)
            {
                if (name == text || message?.Contains(text, StringComparison.Ordinal) == true)
                {
                    return known;
                }
            }
        }

        return code;
    }

    /// <summary>True if another attempt may succeed: nothing was wrong with the command.</summary>
    public static bool IsTransient(int code) => IsRetryable(code) || IsOverload(code) || IsStale(code) || IsInterruption(code);

    /// <summary>True if a read may succeed at once at a newly selected server (specification "Retryable Reads").</summary>
    public static bool IsRetryable(int code) => IsStateChange(code) || IsNetwork(code);

    // NotWritablePrimary, NotPrimaryNoSecondaryOk, LegacyNotPrimary, InterruptedAtShutdown, InterruptedDueToReplStateChange,
    // NotPrimaryOrSecondary, PrimarySteppedDown, ShutdownInProgress
    private static bool IsStateChange(int code) => code is 10107 or 13435 or 10058 or 11600 or 11602 or 13436 or 189 or 91;

    // ReadConcernMajorityNotAvailableYet, HostUnreachable, HostNotFound, NetworkTimeout, SocketException, ExceededTimeLimit
    private static bool IsNetwork(int code) => code is 134 or 6 or 7 or 89 or 9001 or 262;

    // AdmissionQueueOverflow, RateLimitExceeded, IngressRequestRateLimitExceeded: to be repeated after a pause, never at once. So
    // TemporarilyUnavailable, ResourceExhausted, PooledConnectionAcquisitionExceededTimeLimit.
    private static bool IsOverload(int code) => code is 433 or 449 or 462 or 365 or 402 or 407;

    // What a server without labels, or a router, says while a cluster changes: FailedToSatisfyReadPreference, StaleShardVersion,
    // StaleEpoch, StaleConfig, StaleDbVersion, RetryChangeStream, CloseChangeStream, ResumeTenantChangeStream, NoConfigPrimary, KeyNotFound
    // (of signing keys, after an election), InternalTransactionNotSupported, ShardCannotRefreshDueToLocksHeld.
    private static bool IsStale(int code) => code is 133 or 63 or 150 or 13388 or 249 or 234 or 222 or 401 or 149 or 211 or 358 or 343;

    // Somebody, or a limit, ended the operation and not the stream: Interrupted, CursorKilled, QueryPlanKilled, CursorInUse, ObjectIsBusy,
    // ClientDisconnect, InterruptedDueToStorageChange, MaxTimeMSExpired, LockTimeout, LockBusy, WriteConflict,
    // NetworkInterfaceExceededTimeLimit, PooledConnectionsDropped, CursorNotFound; SnapshotTooOld, SnapshotUnavailable (while a collection
    // is altered).
    private static bool IsInterruption(int code)
        => code is 11601 or 237 or 175 or 143 or 314 or 279 or 355 or 50 or 24 or 46 or 112 or 202 or 145 or 43 or 239 or 246;

    // InternalError, UnknownError and OperationFailed wrap other errors, as do proxies of Atlas with AtlasError.
    private static bool IsWrapper(int code) => code is 0 or 1 or 8 or 96 or 8000;

    private static int NumberOf(BsonValue value)
    {
        var number = value switch
        {
            BsonInt32 or BsonInt64 => value.ToInt64(),
            BsonDouble real when double.IsInteger(real.Value) && Math.Abs(real.Value) <= int.MaxValue => (long)real.Value,
            BsonDecimal128 or BsonString => long.TryParse(value.ToString(), CultureInfo.InvariantCulture, out var parsed) ? parsed : 0,
            _ => 0,
        };
        return number is >= int.MinValue and <= int.MaxValue ? (int)number : 0;
    }
}
