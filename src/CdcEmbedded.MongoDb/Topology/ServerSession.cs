namespace CdcEmbedded.MongoDb.Topology;

/// <summary>A session as the server knows it: its number, and whether it may be used again.</summary>
internal sealed class ServerSession
{
    /// <summary>Creates a session; the server learns of it with the first command.</summary>
    public ServerSession(Guid id) => Id = id;

    /// <summary>The session's number, a random UUID.</summary>
    public Guid Id { get; }

    /// <summary>Whether a command was sent in it.</summary>
    public bool WasUsed { get; set; }

    /// <summary>Whether a command in it has met a network error.</summary>
    public bool IsDirty { get; set; }

    /// <summary>When it was last used, by the clock of the pool.</summary>
    public long LastUse { get; set; }
}
