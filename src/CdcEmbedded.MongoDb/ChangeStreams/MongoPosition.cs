using System.Text.Json;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>A place in a change stream, with the transactions that are open there.</summary>
internal sealed class MongoPosition(OffsetDocument document) : SourcePosition
{
    public MongoPosition(StreamIdentity stream, StreamPoint point, IReadOnlyCollection<TransactionProgress> open)
        : this(new OffsetDocument
        {
            Scope = stream.Scope.ToString(),
            Set = stream.SetName,
            Pipeline = stream.Fingerprint,
            Point = point,
            Open = open,
        })
    {
    }

    public static readonly TransactionProgress[] NoneOpen = [];

    /// <summary>The cluster time; null where it is not known.</summary>
    public ClusterTime? Time => Point.EventTime;

    /// <inheritdoc/>
    public override string Connector => MongoSource.ConnectorName;

    /// <inheritdoc/>
    public override string? SourceId => document.Set;

    /// <inheritdoc/>
    /// <remarks>A transaction whose last change is earlier only waits for parts of other shards, and may have ended.</remarks>
    public override bool IsTransactionEnd
    {
        get
        {
            foreach (var open in document.Open)
            {
                if (Point.EventTime is not { } time || open.LastTime >= time)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <inheritdoc/>
    public override void WriteTo(Utf8JsonWriter writer) => document.WriteTo(writer);

    /// <inheritdoc/>
    protected override int? Compare(SourcePosition other)
        => other is MongoPosition position ? StreamPoint.Compare(document.Point, position.Point) : null;

    private StreamPoint Point => document.Point;
}
