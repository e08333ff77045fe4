using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>After a restart with prepared XA transactions open, reading begins at the oldest of them, before the offset's own place: what lies
/// between is passed over, except those transactions.</summary>
internal sealed class RepeatedReading
{
    private readonly OffsetDocument _start;

    private RepeatedReading(OffsetDocument start) => _start = start;

    /// <summary>Null where an offset has no such transactions open.</summary>
    public static RepeatedReading? Of(OffsetDocument start) => start.Pending.Length > 0 ? new RepeatedReading(start) : null;

    /// <summary>What to do with a transaction that begins.</summary>
    public Repetition Judge(TransactionGtid gtid, string file, long begin)
    {
        foreach (var xa in _start.Pending)
        {
            if (xa.Gtid is { } listed ? listed == gtid.ToString() : xa.File == file && xa.Position == begin)
            {
                return Repetition.PreparedAgain;
            }
        }

        return IsDone(gtid, file, begin) ? Repetition.Done : Repetition.None;
    }

    /// <summary>The place that may be told: never one before the offset's own.</summary>
    public (string File, long Position) Place(LogCursor cursor) => _start.File is { } file && LogCursor.Compare(cursor.File, cursor.Position, file, _start.Position) < 0
        ? (file, _start.Position)
        : (cursor.File, cursor.Position);

    private bool IsDone(TransactionGtid gtid, string file, long begin)
    {
        if (gtid.MySql is { } mySql && _start.GtidSet is { } set)
        {
            return set.Contains(mySql);
        }

        return gtid.MariaDb is { } mariaDb && _start.GtidPosition is { } position
            ? position.Contains(mariaDb)
            : _start.File is { } place && LogCursor.Compare(file, begin, place, _start.Position) < 0;
    }
}
