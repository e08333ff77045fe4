using CdcEmbedded.MySql.Gtids;

namespace CdcEmbedded.MySql.Positions;

/// <summary>Where a dump begins for an offset: its own place or, with prepared XA transactions open, the oldest of those (R20).</summary>
/// <param name="Executed">What a MySQL server with GTIDs leaves out; null else.</param>
/// <param name="Position">Behind what a MariaDB server with GTIDs begins; null else.</param>
/// <param name="File">The file otherwise; empty for the oldest one.</param>
/// <param name="FilePosition">The position in it.</param>
internal sealed record DumpStart(GtidSet? Executed, MariaDbGtidPosition? Position, string File, long FilePosition)
{
    public static DumpStart Of(OffsetDocument offset)
    {
        var executed = offset.GtidSet;
        var position = offset.GtidPosition;
        var (file, filePosition) = (offset.File ?? "", offset.Position);
        foreach (var xa in offset.Pending)
        {
            if (executed is not null && xa.Gtid is { } gtid)
            {
                executed = executed.Subtract(GtidSet.Parse(gtid));
            }

            if (LogCursor.Compare(xa.File, xa.Position, file, filePosition) < 0)
            {
                (file, filePosition) = (xa.File, xa.Position);
            }
        }

        // They are in the order of the log: MariaDB's positions have no holes, so reading begins before the first; by file where it is not known what
        // came before that.
        if (position is not null && offset.Pending is [var first, ..])
        {
            position = first.Before is { } before ? MariaDbGtidPosition.Parse(before) : null;
        }

        return new DumpStart(executed, position, file, filePosition);
    }
}
