using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Replication;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Server;

/// <summary>A host whose log has the position where reading is to begin.</summary>
/// <param name="Session">A replication session to it; the caller's to dispose of.</param>
/// <param name="Server">Opens further connections to it.</param>
/// <param name="Facts">What it says of itself.</param>
/// <param name="Start">Where to begin in its log.</param>
/// <param name="LogEnd">The end of its log; null where the user may not see it.</param>
/// <param name="Skipped">The transactions of sources new to the stored offset that are skipped; null for none.</param>
internal sealed record StartHost(ReplicationSession Session, KnownServer Server, ServerFacts Facts, BinlogPosition Start,
    BinlogCoordinates? LogEnd, string? Skipped)
{
    /// <summary>Tries the hosts in their order: after a failover the first one may lag, or have purged what another
    /// one still has.</summary>
    /// <param name="access">The hosts.</param>
    /// <param name="requested">What was asked for.</param>
    /// <param name="skipsHistory">True if the history of sources that are new to the offset is skipped.</param>
    /// <param name="check">Returns false for a server that cannot serve at all.</param>
    /// <param name="logger">Reports hosts that are skipped.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null where a server cannot serve at all: it is not for another one to hide that.</returns>
    /// <exception cref="OffsetLostException">No host has the position.</exception>
    /// <exception cref="CdcConnectionException">None could be reached, or one that may still get the position is a replica that lags, or
    /// cannot be reached.</exception>
    public static async ValueTask<StartHost?> FindAsync(ServerAccess access, StartPosition requested, bool skipsHistory,
        Func<SqlSession, ServerFacts, CancellationToken, ValueTask<bool>> check, ILogger logger, TimeProvider time,
            CancellationToken cancellationToken)
    {
        var refusals = new List<CdcException>();
        var hosts = access.Hosts;
        for (var first = 0; first < hosts.Count;)
        {
            // The replication session goes first: its refusals name more than those of an SQL connection.
            var session = await ConnectAsync(access.Session with { Hosts = [.. hosts.Skip(first)] }, refusals, logger, time,
                cancellationToken).ConfigureAwait(false);
            StartHost? found = null;
            try
            {
                var server = await KnownServer.OfAsync(access, session, logger, time, cancellationToken).ConfigureAwait(false);
                var sql = await server.OpenSqlAsync(cancellationToken).ConfigureAwait(false);
                await using var disposing = sql.ConfigureAwait(false);
                var facts = await ServerFacts.ReadAsync(sql, cancellationToken).ConfigureAwait(false);
                if (!await check(sql, facts, cancellationToken).ConfigureAwait(false))
                {
                    return null;
                }

                var logEnd = await ServerFacts.ReadLogEndAsync(sql, cancellationToken).ConfigureAwait(false);
                var (start, skipped) = skipsHistory ? NewServerHistory.Skip(requested, facts) : (requested, null);
                try
                {
                    var resolved = StartResolver.Resolve(start, facts, logEnd);
                    await ResetCheck.CheckAsync(sql, start, facts, cancellationToken).ConfigureAwait(false);
                    found = new StartHost(session, server, facts, resolved, logEnd, skipped);
                    return found;
                }
                catch (OffsetLostException e)
                {
                    // Not swallowed: thrown below unless another host has the position.
                    refusals.Add(await WithHostAsync(e, start, sql, facts, cancellationToken).ConfigureAwait(false));
                }
            }
            finally
            {
                if (found is null)
                {
                    await session.DisposeAsync().ConfigureAwait(false);
                }
            }

            first = IndexOf(hosts, session.Host, first) + 1;
            if (first < hosts.Count)
            {
                Log.HostSkipped(logger, session.Host.ToString(), refusals[^1].Message);
            }
        }

        throw Joined(refusals);
    }

    private static async ValueTask<ReplicationSession> ConnectAsync(SessionSettings settings, List<CdcException> refusals, ILogger logger,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        try
        {
            return await ReplicationSession.ConnectAsync(settings, logger, time, cancellationToken).ConfigureAwait(false);
        }
        catch (CdcException e) when (refusals.Count > 0 && e.IsTransient)
        {
            // It may be the one that has the position.
            throw new CdcConnectionException($"{string.Join(" ", refusals.Select(r => r.Message))} Of the other hosts: {e.Message}", e);
        }
    }

    /// <summary>A replica that lags gets to what was read from another server: that is worth waiting for.</summary>
    private static async ValueTask<CdcException> WithHostAsync(OffsetLostException lost, StartPosition start, SqlSession session,
        ServerFacts facts,
        CancellationToken cancellationToken) => StartResolver.IsAhead(start, facts)
            && await ServerFacts.IsReplicatingAsync(session, cancellationToken).ConfigureAwait(false)
            ? new CdcConnectionException($"{session.Host} is a replica that does not yet have all that was read from another server: "
            + $"{lost.Message}", lost)
            : lost;

    private static CdcException Joined(List<CdcException> refusals)
    {
        if (refusals.Count == 1)
        {
            return refusals[0];
        }

        var message = $"None of {refusals.Count} hosts has the position. {string.Join(" | ", refusals.Select(r => r.Message))}";
        return refusals.Find(r => r.IsTransient) is { } transient ? new CdcConnectionException(message, transient)
            : new OffsetLostException(message, refusals[0]);
    }

    private static int IndexOf(IReadOnlyList<MySqlHost> hosts, MySqlHost host, int first)
    {
        for (var i = first; i < hosts.Count; i++)
        {
            if (hosts[i] == host)
            {
                return i;
            }
        }

        return hosts.Count;
    }
}
