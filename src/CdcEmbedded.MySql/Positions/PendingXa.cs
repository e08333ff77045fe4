using CdcEmbedded.MySql.Gtids;

namespace CdcEmbedded.MySql.Positions;

/// <summary>A prepared XA transaction, as a position remembers it: where its rows are read again (R20).</summary>
/// <param name="Xid">Its name as the server writes it in XA statements: <c>X'67',X'62',1</c>.</param>
/// <param name="Gtid">The GTID of its XA PREPARE; none without GTIDs.</param>
/// <param name="Before">MariaDB's GTID position before it; null for MySQL and where it is not known.</param>
/// <param name="Begin">Where its first event begins.</param>
internal sealed record PendingXa(string Xid, TransactionGtid Gtid, MariaDbGtidPosition? Before, BinlogCoordinates Begin)
{
    /// <summary>True if the log has it before another one.</summary>
    public bool IsBefore(PendingXa other) => Before is { } mine && other.Before is { } theirs
        ? new ExecutedGtids(mine).CompareTo(new ExecutedGtids(theirs)) == GtidOrder.Before
        : Begin.IsBefore(other.Begin);
}
