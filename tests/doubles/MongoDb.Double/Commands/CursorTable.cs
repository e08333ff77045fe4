using CdcEmbedded.MongoDb.Double.Streams;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>The open cursors. Used under the store's gate.</summary>
internal sealed class CursorTable(TimeProvider time, TimeSpan timeout)
{
    private readonly Dictionary<long, ServerCursor> _cursors = [];
    private readonly Dictionary<long, CommandError> _killed = [];
    private long _last = 0x1000_0000_0000;

    public int Count
    {
        get
        {
            CloseExpired();
            return _cursors.Count;
        }
    }

    public void Add(ServerCursor cursor, DoubleNode home)
    {
        cursor.Id = ++_last;
        cursor.Home = home;
        cursor.LastUse = time.GetUtcNow();
        _cursors.Add(cursor.Id, cursor);
    }

    /// <exception cref="CommandError">There is none on that node, or it was killed.</exception>
    public ServerCursor Find(long id, DoubleNode node)
    {
        CloseExpired();
        if (_killed.Remove(id, out CommandError? error))
        {
            throw error;
        }

        return _cursors.TryGetValue(id, out ServerCursor? cursor) && ReferenceEquals(cursor.Home, node)
            ? cursor
            : throw new CommandError(43, $"cursor id {id} not found");
    }

    /// <summary>Ends a getMore on the cursor: it is idle from now on.</summary>
    public void Release(ServerCursor cursor)
    {
        cursor.InUse = false;
        cursor.LastUse = time.GetUtcNow();
    }

    /// <summary>Removes a cursor; a getMore that runs on it is interrupted (CursorKilled).</summary>
    public bool Remove(long id)
    {
        if (!_cursors.Remove(id, out ServerCursor? cursor))
        {
            return false;
        }

        if (cursor.InUse)
        {
            _killed[id] = new CommandError(237, "operation was interrupted because the cursor was killed");
        }

        return true;
    }

    public void Close(Func<ServerCursor, bool> which)
    {
        foreach (ServerCursor cursor in _cursors.Values.Where(which).ToList())
        {
            Remove(cursor.Id);
        }
    }

    /// <summary>Kills the cursors of a node; each one's next getMore gets the error.</summary>
    public void KillAll(DoubleNode? home, CommandError error)
    {
        foreach (ServerCursor cursor in _cursors.Values.Where(cursor => home is null || ReferenceEquals(cursor.Home, home)).ToList())
        {
            _cursors.Remove(cursor.Id);
            _killed[cursor.Id] = error;
        }
    }

    // A cursor of a session lives as long as the session ("cursorTimeoutMillis" in the manual).
    private void CloseExpired()
    {
        DateTimeOffset now = time.GetUtcNow();
        Close(cursor => cursor.Session is null && !cursor.InUse && !cursor.NeverTimesOut && now - cursor.LastUse >= timeout);
    }
}
