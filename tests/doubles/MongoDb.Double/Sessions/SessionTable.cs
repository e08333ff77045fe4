using CdcEmbedded.MongoDb.Double.Commands;

namespace CdcEmbedded.MongoDb.Double.Sessions;

/// <summary>
/// The sessions that clients use, as a server's cache of logical sessions keeps them (logical_session_cache_impl.cpp): a command with a
/// session id uses the session, and every five minutes the cache is refreshed, which closes the cursors and transactions of sessions that
/// ended or were not used for the timeout. Thread-safe.
/// </summary>
internal sealed class SessionTable(TimeProvider time, TimeSpan timeout)
{
    private static readonly TimeSpan _refreshInterval = TimeSpan.FromMinutes(5);
    private readonly Dictionary<SessionKey, DateTimeOffset> _lastUse = [];
    private readonly HashSet<SessionKey> _ended = [];
    private readonly Lock _gate = new();
    private DateTimeOffset _refreshed = time.GetUtcNow();

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _lastUse.Count;
            }
        }
    }

    /// <summary>True if the next refresh is due.</summary>
    public bool RefreshIsDue
    {
        get
        {
            lock (_gate)
            {
                return time.GetUtcNow() - _refreshed >= _refreshInterval;
            }
        }
    }

    public void Use(CommandContext context)
    {
        if (SessionKey.Of(context) is { } session)
        {
            Use([session]);
        }
    }

    /// <summary>Marks sessions as used now; those that are new begin.</summary>
    public void Use(IEnumerable<SessionKey> sessions)
    {
        lock (_gate)
        {
            foreach (SessionKey session in sessions)
            {
                _lastUse[session] = time.GetUtcNow();
                _ended.Remove(session);
            }
        }
    }

    /// <summary>Marks sessions as ended; the next refresh forgets them.</summary>
    public void End(IEnumerable<SessionKey> sessions)
    {
        lock (_gate)
        {
            _ended.UnionWith(sessions.Where(_lastUse.ContainsKey));
        }
    }

    /// <summary>Forgets sessions at once.</summary>
    public void Forget(IEnumerable<SessionKey> sessions)
    {
        lock (_gate)
        {
            foreach (SessionKey session in sessions)
            {
                _lastUse.Remove(session);
                _ended.Remove(session);
            }
        }
    }

    /// <summary>Forgets the sessions that ended or expired, and returns them.</summary>
    public IReadOnlySet<SessionKey> Refresh()
    {
        lock (_gate)
        {
            _refreshed = time.GetUtcNow();
            HashSet<SessionKey> gone =
                [.. _ended, .. _lastUse.Where(session => _refreshed - session.Value >= timeout).Select(session => session.Key)];
            foreach (SessionKey session in gone)
            {
                _lastUse.Remove(session);
            }

            _ended.Clear();
            return gone;
        }
    }
}
