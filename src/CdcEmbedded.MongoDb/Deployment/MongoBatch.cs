using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>One batch of a cursor: a server's whole reply, undecoded. Immutable, safe to keep.</summary>
/// <remarks>All documents of a batch are slices of one array; a document that is kept for long keeps the batch, unless
/// it is detached.</remarks>
internal sealed class MongoBatch
{
    /// <summary>Reads the places of a reply.</summary>
    /// <param name="reply">The reply to <c>aggregate</c>, <c>find</c> or <c>getMore</c>.</param>
    /// <exception cref="CdcProtocolException">It has no cursor, or is damaged.</exception>
    public MongoBatch(RawBson reply)
    {
        Reply = reply;
        var cursor = reply.GetDocument("cursor"u8);
        CursorId = cursor.GetInt64("id"u8);
        Namespace = cursor.GetString("ns"u8);
        Documents = cursor.TryGetArray("firstBatch"u8, out var first) ? first : cursor.GetArray("nextBatch"u8);
        PostBatchResumeToken = cursor.TryGetDocument("postBatchResumeToken"u8, out var token) ? token : default;
        IsInvalidated = CursorId == 0 && cursor.IsTrue("invalidated"u8);
        OperationTime = reply.TryGetTimestamp("operationTime"u8, out var time) ? time : null;
    }

    /// <summary>The whole reply.</summary>
    public RawBson Reply { get; }

    /// <summary>The cursor's number; 0 where the server has closed it.</summary>
    public long CursorId { get; }

    /// <summary>Database and collection, as <c>database.collection</c>.</summary>
    public string Namespace { get; }

    /// <summary>The documents, as the array that holds them.</summary>
    public RawBson Documents { get; }

    /// <summary>The token from which a change stream resumes after this batch; without a value if the server gives none.</summary>
    public RawBson PostBatchResumeToken { get; }

    /// <summary>True if an event has ended the change stream (getmore_cmd.cpp); <see cref="PostBatchResumeToken"/> is that
    /// event's.</summary>
    public bool IsInvalidated { get; }

    /// <summary>The server's time when it answered; null where it gives none.</summary>
    public ClusterTime? OperationTime { get; }
}
