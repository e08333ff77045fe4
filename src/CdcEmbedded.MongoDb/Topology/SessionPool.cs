using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>The implicit sessions of commands and cursors: used again while the server still knows them (specification "Driver
/// Sessions").</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class SessionPool
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly List<ServerSession> _idle = [];

    /// <summary>Creates an empty pool.</summary>
    public SessionPool(TimeProvider time) => _time = time;

    /// <summary>Takes the session used last that the server will not drop within a minute, or a new one.</summary>
    /// <param name="timeoutMinutes">After how many idle minutes servers drop sessions; null behind a load balancer before its first
    /// answer.</param>
    public ServerSession Take(int? timeoutMinutes)
    {
        lock (_lock)
        {
            while (_idle.Count > 0)
            {
                var session = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
                if (timeoutMinutes is not { } minutes || _time.GetElapsedTime(session.LastUse) < TimeSpan.FromMinutes(minutes) - Margin)
                {
                    return session;
                }
            }
        }

        return new ServerSession(Guid.NewGuid());
    }

    /// <summary>Gives a session back. One that a network error has touched is dropped: the server may still be busy with its
    /// command.</summary>
    public void Return(ServerSession session)
    {
        if (session is { IsDirty: false, WasUsed: true })
        {
            session.LastUse = _time.GetTimestamp();
            lock (_lock)
            {
                _idle.Add(session);
            }
        }
    }

    /// <summary>Takes all sessions out, to be ended at the server.</summary>
    public List<Guid> Drain()
    {
        lock (_lock)
        {
            var ids = _idle.ConvertAll(session => session.Id);
            _idle.Clear();
            return ids;
        }
    }

    /// <summary>The command that ends sessions.</summary>
    public static RawBson EndCommand(IEnumerable<Guid> ids)
    {
        var writer = new BsonWriter();
        writer.StartArray("endSessions"u8);
        foreach (var id in ids)
        {
            writer.StartDocument(default);
            writer.WriteGuid("id"u8, id);
            writer.End();
        }

        return writer.ToDocument();
    }
}
