using CdcEmbedded.MySql.Gtids;

namespace CdcEmbedded.MySql.Positions;

/// <summary>How much of one transaction was delivered: the inner part of a position. Immutable.</summary>
/// <param name="Gtid">The transaction; none without GTIDs, where it is the one that begins at the position's coordinates.</param>
/// <param name="Rows">The number of its delivered changes.</param>
/// <param name="SchemaChanges">The number of its delivered schema changes. They come before its rows.</param>
/// <param name="Check">The <see cref="DeliveryCheck"/> of those changes.</param>
internal sealed record TransactionProgress(TransactionGtid Gtid, long Rows, int SchemaChanges, ulong Check)
{
    /// <summary>Compares two moments of one transaction.</summary>
    public int CompareTo(TransactionProgress other)
        => Rows != other.Rows ? Rows.CompareTo(other.Rows) : Rows > 0 ? 0 : SchemaChanges.CompareTo(other.SchemaChanges);
}
