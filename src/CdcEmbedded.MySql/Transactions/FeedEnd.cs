using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Where a feed stops that ends at the log's end as it was when reading began.</summary>
/// <param name="end">That end.</param>
internal sealed class FeedEnd(BinlogPosition end)
{
    /// <summary>True if the position between two transactions is at the end or after it.</summary>
    public bool IsReached(LogCursor cursor) => end.Coordinates is { } coordinates && cursor.Coordinates.IsAtOrAfter(coordinates);

    /// <summary>The events have ended, and nothing is open: everything up to the end must have been read.</summary>
    /// <param name="cursor">The end of the last event.</param>
    /// <param name="executed">The transactions read.</param>
    /// <param name="isOpen">True inside a transaction.</param>
    /// <exception cref="CdcConnectionException">The events ended before it: a server that shuts down ends its streams in
    /// the same way.</exception>
    public void Verify(LogCursor cursor, ExecutedGtids executed, bool isOpen)
    {
        if (!isOpen && IsReached(cursor))
        {
            return;
        }

        // By GTID the server sends nothing of what the start's set holds, so the last events may rightly be missing.
        if (isOpen || end.Executed.CompareTo(executed) is not (GtidOrder.Same or GtidOrder.Before))
        {
            throw new CdcConnectionException($"The binlog stream ended at {cursor}, before the log's end at {end.Coordinates}: the server "
                + "is shutting down, or the connection was killed.");
        }
    }
}
