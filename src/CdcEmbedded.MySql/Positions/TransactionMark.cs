using CdcEmbedded.MySql.Gtids;

namespace CdcEmbedded.MySql.Positions;

/// <summary>One transaction of the log, by its GTID if it has one, and by where it ends. No position: it does not say what was read before
/// it. <see cref="BinlogPosition.Covers(in TransactionMark, string)"/> says if a position includes it.</summary>
/// <param name="Gtid">The transaction's GTID; none without GTIDs. With one it is found on every server.</param>
/// <param name="End">Where it ends, or a place inside it that is after its begin.</param>
internal readonly record struct TransactionMark(TransactionGtid Gtid, BinlogCoordinates End);
