using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>After a restart with prepared XA transactions open, reading begins at the oldest of them, before the offset's own position:
/// what is between the two is skipped, except those transactions.</summary>
internal sealed class RepeatedReading
{
    private readonly BinlogPosition _start;

    private RepeatedReading(BinlogPosition start) => _start = start;

    /// <summary>Null where an offset has no such transactions open.</summary>
    public static RepeatedReading? Of(BinlogPosition start) => start.Pending.Length > 0 ? new RepeatedReading(start) : null;

    /// <summary>What to do with a transaction that begins.</summary>
    public Repetition Judge(TransactionGtid gtid, BinlogCoordinates begin)
    {
        foreach (var xa in _start.Pending)
        {
            if (xa.Gtid.HasValue ? xa.Gtid == gtid : xa.Begin == begin)
            {
                return Repetition.PreparedAgain;
            }
        }

        // It begins before the offset's position, and that is between transactions: so it ends before it too.
        var mark = new TransactionMark(gtid, begin with { Position = begin.Position + 1 });
        return _start.Covers(mark, _start.Server) ? Repetition.Done : Repetition.None;
    }

    /// <summary>The coordinates of a position that may be reported: never before the offset's own.</summary>
    public BinlogCoordinates Clamp(BinlogCoordinates cursor) => _start.Coordinates is { } least && cursor.IsBefore(least) ? least : cursor;
}
