namespace CdcEmbedded.MongoDb.Double;

/// <summary>The names of the error codes that the double or a test uses (error_codes.yml of the server).</summary>
internal static class ErrorCodeNames
{
    private static readonly Dictionary<int, string> _names = new()
    {
        [2] = "BadValue", [6] = "HostUnreachable", [7] = "HostNotFound", [9] = "FailedToParse", [11] = "UserNotFound",
        [13] = "Unauthorized", [14] = "TypeMismatch", [18] = "AuthenticationFailed", [20] = "IllegalOperation",
        [26] = "NamespaceNotFound", [27] = "IndexNotFound", [40] = "ConflictingUpdateOperators", [43] = "CursorNotFound",
        [47] = "NoMatchingDocument", [48] = "NamespaceExists", [50] = "MaxTimeMSExpired", [59] = "CommandNotFound",
        [63] = "StaleShardVersion", [66] = "ImmutableField", [72] = "InvalidOptions", [73] = "InvalidNamespace",
        [76] = "NoReplicationEnabled", [85] = "IndexOptionsConflict", [89] = "NetworkTimeout", [91] = "ShutdownInProgress",
        [112] = "WriteConflict", [133] = "FailedToSatisfyReadPreference", [136] = "CappedPositionLost",
        [143] = "CursorInUse", [150] = "StaleEpoch", [166] = "CommandNotSupportedOnView", [167] = "OptionNotSupportedOnView",
        [168] = "InvalidPipelineOperator", [189] = "PrimarySteppedDown", [206] = "NoSuchSession",
        [216] = "ElectionInProgress", [225] = "TransactionTooOld", [234] = "RetryChangeStream", [237] = "CursorKilled",
        [239] = "SnapshotTooOld", [251] = "NoSuchTransaction", [256] = "TransactionCommitted", [260] = "InvalidResumeToken",
        [262] = "ExceededTimeLimit", [263] = "OperationNotSupportedInTransaction", [280] = "ChangeStreamFatalError",
        [286] = "ChangeStreamHistoryLost", [322] = "APIVersionError", [323] = "APIStrictError",
        [324] = "APIDeprecationError", [347] = "APIMismatchError", [391] = "ReauthenticationRequired",
        [433] = "AdmissionQueueOverflow", [449] = "RateLimitExceeded", [462] = "IngressRequestRateLimitExceeded",
        [9001] = "SocketException", [10107] = "NotWritablePrimary", [10334] = "BSONObjectTooLarge", [11000] = "DuplicateKey",
        [11600] = "InterruptedAtShutdown", [11601] = "Interrupted", [11602] = "InterruptedDueToReplStateChange",
        [13388] = "StaleConfig", [13435] = "NotPrimaryNoSecondaryOk", [13436] = "NotPrimaryOrSecondary",
    };

    /// <summary>The name of a code, <c>Location…</c> for the unnamed.</summary>
    public static string Of(int code) => _names.GetValueOrDefault(code) ?? $"Location{code}";
}
