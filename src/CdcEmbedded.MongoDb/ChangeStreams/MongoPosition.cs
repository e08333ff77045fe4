using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>A place in a change stream, with the transactions that are open there.</summary>
internal sealed class MongoPosition(StreamIdentity stream, StreamPoint point, TransactionProgress[] open) : SourcePosition
{
    public static readonly TransactionProgress[] NoneOpen = [];

    /// <inheritdoc/>
    public override bool IsTransactionEnd => open.Length == 0;

    /// <inheritdoc/>
    public override CdcOffset ToOffset() => new OffsetDocument
    {
        Scope = stream.Scope.ToString(),
        Set = stream.SetName,
        Pipeline = stream.Fingerprint,
        Point = point,
        Open = open,
    }.ToOffset();
}
