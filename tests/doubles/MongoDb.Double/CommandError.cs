using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double;

/// <summary>What a server answers with <c>ok: 0</c>.</summary>
public sealed class CommandError(int code, string message, params string[] labels) : Exception(message)
{
    /// <summary>The codes after which a server invites a change stream to resume (ResumableChangeStreamError).</summary>
    private static readonly HashSet<int> _resumable =
        [6, 7, 63, 89, 91, 133, 134, 150, 189, 234, 262, 9001, 10107, 11600, 11602, 13388, 13435, 13436];

    /// <summary>The codes that say that a node's role has changed.</summary>
    private static readonly HashSet<int> _stateChange = [91, 189, 10058, 10107, 11600, 11602, 13435, 13436];

    /// <summary>The server's error code.</summary>
    public int Code { get; } = code;

    /// <summary>The labels in the reply.</summary>
    public IReadOnlyList<string> Labels { get; } = labels;

    /// <summary>The code's name.</summary>
    public string CodeName => ErrorCodeNames.Of(Code);

    /// <summary>True if the reply carries the node's topologyVersion.</summary>
    public bool IsStateChange => _stateChange.Contains(Code);

    /// <summary>True if a server labels the code as resumable where a change stream meets it.</summary>
    public static bool IsResumable(int code) => _resumable.Contains(code);

    /// <summary>True if a server labels the code as worth a retry where a retryable write meets it.</summary>
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
