namespace CdcEmbedded.MySql.Replication;

/// <summary>What to do when the server ends a dump because another reader connected with the same server id (R8).</summary>
/// <remarks>A reconnect ends the other reader's dump, which reconnects as well: two readers would do so for ever. A random id is drawn
/// again, once. One source has one of these over all its connections; a feed uses it at a time.</remarks>
internal sealed class ServerIdCollisions
{
    /// <summary>Collisions further apart have nothing to do with each other.</summary>
    internal static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly uint? _chosen;
    private long? _last;

    /// <param name="chosen">The id that the user chose; null for random ones.</param>
    public ServerIdCollisions(uint? chosen) => _chosen = chosen;

    /// <summary>The clock; that of the engine, which is known at a connection.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Reports a collision.</summary>
    /// <returns>A transient failure where the next connection may come with a new id, else the end.</returns>
    public CdcServerException Next(CdcServerException error)
    {
        if (_chosen is { } id)
        {
            return Failure(error, isTransient: false, $"Another replica with the server id {id} has connected, and the server ended this "
                + "stream. Give each reader a ServerId of its own, or leave it unset for a random one.");
        }

        if (_last is { } last && Time.GetElapsedTime(last) < Memory)
        {
            // If the application starts again, it has its one attempt again.
            _last = null;
            return Failure(error, isTransient: false, "The server ended this stream twice because another replica connected with the same "
                + "random server id, which is no accident. Look for copies of this process that draw the same ids (SHOW REPLICAS), or set "
                + "a ServerId for each reader.");
        }

        _last = Time.GetTimestamp();
        return Failure(error, isTransient: true, "Another replica with the same server id has connected, and the server ended this stream. "
            + "The next connection draws a new id.");
    }

    private static CdcServerException Failure(CdcServerException error, bool isTransient, string message)
        => new(error.Code, error.SqlState, $"{message} {error.Message}", isTransient, error);
}
