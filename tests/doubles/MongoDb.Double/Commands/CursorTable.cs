using CdcEmbedded.MongoDb.Double.Streams;

namespace CdcEmbedded.MongoDb.Double.Commands;

/// <summary>The open cursors. Used under the store's gate.</summary>
internal sealed class CursorTable
{
    private readonly Dictionary<long, ServerCursor> _cursors = [];
    private readonly Dictionary<long, CommandError> _killed = [];
    private long _last = 0x1000_0000_0000;

    public int Count => _cursors.Count;

    public void Add(ServerCursor cursor, DoubleNode home)
    {
        cursor.Id = ++_last;
        cursor.Home = home;
        _cursors.Add(cursor.Id, cursor);
    }

    /// <exception cref="CommandError">There is none on that node, or it was killed.</exception>
    public ServerCursor Find(long id, DoubleNode node)
    {
        if (_killed.Remove(id, out CommandError? error))
        {
            throw error;
        }

        return _cursors.TryGetValue(id, out ServerCursor? cursor) && ReferenceEquals(cursor.Home, node)
            ? cursor
            : throw new CommandError(43, $"cursor id {id} not found");
    }

    public bool Remove(long id) => _cursors.Remove(id);

    /// <summary>Kills the cursors of a node; each one's next getMore gets the error.</summary>
    public void KillAll(DoubleNode? home, CommandError error)
    {
        foreach (ServerCursor cursor in _cursors.Values.Where(cursor => home is null || ReferenceEquals(cursor.Home, home)).ToList())
        {
            _cursors.Remove(cursor.Id);
            _killed[cursor.Id] = error;
        }
    }
}
