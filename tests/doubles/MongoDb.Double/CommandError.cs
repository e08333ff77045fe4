using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double;

/// <summary>What a server answers with <c>ok: 0</c>.</summary>
public sealed class CommandError(int code, string message, params string[] labels) : Exception(message)
{
    // error_codes.yml of the server.
    private static readonly Dictionary<int, string> _names = new()
    {
        [2] = "BadValue", [6] = "HostUnreachable", [7] = "HostNotFound", [9] = "FailedToParse", [11] = "UserNotFound",
        [13] = "Unauthorized",
        [14] = "TypeMismatch", [18] = "AuthenticationFailed", [20] = "IllegalOperation", [26] = "NamespaceNotFound", [27] = "IndexNotFound",
        [40] = "ConflictingUpdateOperators", [43] = "CursorNotFound", [47] = "NoMatchingDocument", [48] = "NamespaceExists",
        [50] = "MaxTimeMSExpired", [59] = "CommandNotFound", [63] = "StaleShardVersion", [66] = "ImmutableField", [72] = "InvalidOptions",
        [73] = "InvalidNamespace", [76] = "NoReplicationEnabled", [85] = "IndexOptionsConflict", [89] = "NetworkTimeout",
        [91] = "ShutdownInProgress", [112] = "WriteConflict", [133] = "FailedToSatisfyReadPreference", [136] = "CappedPositionLost",
        [150] = "StaleEpoch", [166] = "CommandNotSupportedOnView", [167] = "OptionNotSupportedOnView", [189] = "PrimarySteppedDown",
        [206] = "NoSuchSession", [215] = "ElectionInProgress",
        [234] = "RetryChangeStream", [237] = "CursorKilled", [225] = "TransactionTooOld", [251] = "NoSuchTransaction",
        [256] = "TransactionCommitted", [260] = "InvalidResumeToken", [262] = "ExceededTimeLimit",
        [263] = "OperationNotSupportedInTransaction", [280] = "ChangeStreamFatalError", [286] = "ChangeStreamHistoryLost",
        [391] = "ReauthenticationRequired",
        [9001] = "SocketException", [10107] = "NotWritablePrimary", [10334] = "BSONObjectTooLarge", [11000] = "DuplicateKey",
        [11600] = "InterruptedAtShutdown", [11601] = "Interrupted", [11602] = "InterruptedDueToReplStateChange",
        [13388] = "StaleConfig", [13435] = "NotPrimaryNoSecondaryOk", [13436] = "NotPrimaryOrSecondary",
    };

    /// <summary>The codes after which a server invites a change stream to resume (ResumableChangeStreamError).</summary>
    private static readonly HashSet<int> _resumable =
        [6, 7, 43, 63, 89, 91, 133, 150, 189, 234, 262, 9001, 10107, 11600, 11602, 13388, 13435, 13436];

    /// <summary>The codes that say that a node's role has changed.</summary>
    private static readonly HashSet<int> _stateChange = [91, 189, 10058, 10107, 11600, 11602, 13435, 13436];

    /// <summary>The server's error code.</summary>
    public int Code { get; } = code;

    /// <summary>The labels in the reply.</summary>
    public IReadOnlyList<string> Labels { get; } = labels;

    /// <summary>The code's name.</summary>
    public string CodeName => NameOf(Code);

    /// <summary>Whether the reply carries the node's topologyVersion.</summary>
    public bool IsStateChange => _stateChange.Contains(Code);

    /// <summary>The name of a code, <c>Location…</c> for the unnamed.</summary>
    public static string NameOf(int code) => _names.GetValueOrDefault(code) ?? $"Location{code}";

    /// <summary>Whether a server labels the code as resumable where a change stream meets it.</summary>
    public static bool IsResumable(int code) => _resumable.Contains(code);

    /// <summary>Whether a server labels the code as worth a retry where a retryable write meets it.</summary>
    public static bool IsRetryableWrite(int code) => _stateChange.Contains(code) || code is 6 or 7 or 89 or 262 or 9001;

    /// <summary>The same error with one label more.</summary>
    public CommandError Labelled(string label) => new(Code, Message, [.. Labels, label]);

    /// <summary>The reply document.</summary>
    public Doc ToReply()
    {
        var reply = new Doc { { "ok", 0.0 }, { "errmsg", Message }, { "code", Code }, { "codeName", CodeName } };
        if (Labels.Count > 0)
        {
            reply.Add("errorLabels", Labels);
        }

        return reply;
    }
}
