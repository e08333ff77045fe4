using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Server;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>The transactions that an earlier read may have seen: those that were executed, and those in their commit, which are visible a
/// moment before gtid_executed has them. Their GTIDs are owned from before they are in the log.</summary>
/// <remarks>Not every owned GTID is logged: its transaction may be rolled back, and a stream that waits for it would wait for ever. So an
/// owned GTID is looked at again until it is executed, or owned no longer.</remarks>
internal static class SettledGtids
{
    /// <summary>How long a GTID may be owned, as it is by a replica's applier of a large transaction, before the read is given
    /// up.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan MaxLook = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits until each GTID that is owned now is executed or given up.</summary>
    /// <returns>What is executed then.</returns>
    /// <exception cref="CdcServerException">One is owned for longer than <see cref="Bound"/>; another attempt may succeed.</exception>
    public static async ValueTask<GtidSet> ReadAsync(SqlSession session, string server, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (open, executed) = await LookAsync(session, cancellationToken).ConfigureAwait(false);
        for (var look = FirstLook; !open.IsEmpty; look = look * 2 < MaxLook ? look * 2 : MaxLook)
        {
            if (time.GetElapsedTime(started) > Bound)
            {
                throw new CdcServerException(0, null, $"On {server} the GTIDs {open} have been owned by open transactions for "
                    + $"{Bound.TotalMinutes:0} minutes. With binlog_row_image other than FULL a snapshot needs their end: "
                    + "commit or roll back the session that has set GTID_NEXT, or wait until the replica has applied them.",
                    isTransient: true);
            }

            await Task.Delay(look, time, cancellationToken).ConfigureAwait(false);
            (var owned, executed) = await LookAsync(session, cancellationToken).ConfigureAwait(false);
            open = open.Intersect(owned);
        }

        return executed;
    }

    /// <summary>The owned ones are read first: one that was owned no longer then is executed, or never will be.</summary>
    private static async ValueTask<(GtidSet Open, GtidSet Executed)> LookAsync(SqlSession session, CancellationToken cancellationToken)
    {
        var owned = await ServerFacts.ReadOwnedAsync(session, cancellationToken).ConfigureAwait(false);
        var executed = await ServerFacts.ReadExecutedAsync(session, cancellationToken).ConfigureAwait(false);
        return (owned.Subtract(executed), executed);
    }
}
