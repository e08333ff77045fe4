using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Replication;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Server;

/// <summary>A host whose log has the place where reading is to begin.</summary>
/// <param name="Session">Connected to it; the caller's to dispose of.</param>
/// <param name="Facts">What it says of itself.</param>
/// <param name="Place">Where to begin in its log.</param>
/// <param name="LogEnd">The end of its log; null where the user may not see it.</param>
internal sealed record StartHost(MySqlSession Session, ServerFacts Facts, BinlogPosition Place, BinlogCoordinates? LogEnd)
{
    /// <summary>Tries the hosts in their order: after a failover the first one may lag behind, or have purged what another one still has.</summary>
    /// <param name="settings">The hosts.</param>
    /// <param name="start">What was asked for.</param>
    /// <param name="check">Refuses a server that cannot serve at all.</param>
    /// <param name="logger">Where hosts that are passed over are told.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="OffsetLostException">No host has the place.</exception>
    /// <exception cref="CdcConnectionException">None could be reached, or one that may still get the place is a replica that lags behind, or cannot be reached.</exception>
    public static async ValueTask<StartHost> FindAsync(MySqlConnectionSettings settings, StartPosition start, Action<ServerFacts, MySqlHost> check, ILogger logger,
        TimeProvider time, CancellationToken cancellationToken)
    {
        var refusals = new List<CdcException>();
        var hosts = settings.Hosts;
        for (var first = 0; first < hosts.Count;)
        {
            var session = await ConnectAsync(settings with { Hosts = [.. hosts.Skip(first)] }, refusals, logger, time, cancellationToken).ConfigureAwait(false);
            StartHost? found = null;
            try
            {
                var facts = await ServerFacts.ReadAsync(session, cancellationToken).ConfigureAwait(false);
                check(facts, session.Host);
                var logEnd = await ServerFacts.ReadLogEndAsync(session, cancellationToken).ConfigureAwait(false);
                try
                {
                    found = new StartHost(session, facts, StartResolver.Resolve(start, facts, logEnd), logEnd);
                    return found;
                }
                catch (OffsetLostException e)
                {
                    // Not swallowed: thrown below unless another host has the place.
                    refusals.Add(await WithHostAsync(e, start, session, facts, cancellationToken).ConfigureAwait(false));
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
                Log.HostPassedOver(logger, session.Host.ToString(), refusals[^1].Message);
            }
        }

        throw Joined(refusals);
    }

    private static async ValueTask<MySqlSession> ConnectAsync(MySqlConnectionSettings settings, List<CdcException> refusals, ILogger logger, TimeProvider time,
        CancellationToken cancellationToken)
    {
        try
        {
            return await MySqlSession.ConnectAsync(settings, logger, time, cancellationToken).ConfigureAwait(false);
        }
        catch (CdcException e) when (refusals.Count > 0 && e.IsTransient)
        {
            // It may be the one that has the place.
            throw new CdcConnectionException($"{string.Join(" ", refusals.Select(r => r.Message))} Of the other hosts: {e.Message}", e);
        }
    }

    /// <summary>A replica that lags behind what was read from another server gets there: that is worth waiting for.</summary>
    private static async ValueTask<CdcException> WithHostAsync(OffsetLostException lost, StartPosition start, MySqlSession session, ServerFacts facts,
        CancellationToken cancellationToken) => StartResolver.IsAhead(start, facts) && await ServerFacts.IsReplicatingAsync(session, cancellationToken).ConfigureAwait(false)
            ? new CdcConnectionException($"{session.Host} is a replica that has not yet got all that was read from another server: {lost.Message}", lost)
            : lost;

    private static CdcException Joined(List<CdcException> refusals)
    {
        if (refusals.Count == 1)
        {
            return refusals[0];
        }

        var message = $"None of {refusals.Count} hosts has the position. {string.Join(" | ", refusals.Select(r => r.Message))}";
        return refusals.Find(r => r.IsTransient) is { } transient ? new CdcConnectionException(message, transient) : new OffsetLostException(message, refusals[0]);
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
