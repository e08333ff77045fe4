using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Positions;

/// <summary>The position that a feed began at, as its offset says it.</summary>
internal sealed class StoredPosition(OffsetDocument document) : SourcePosition
{
    public override bool IsTransactionEnd => !document.IsInTransaction;

    public override CdcOffset ToOffset() => document.ToOffset();
}
