namespace CdcEmbedded.MongoDb.Topology;

/// <summary>An error of a command or of its connection, as the topology sees it.</summary>
/// <param name="Address">The server.</param>
/// <param name="Generation">The generation of the connection.</param>
/// <param name="Exception">The error.</param>
/// <param name="IsOfServer">Whether it tells something of the server's state: a broken connection or a state change, and not a read that
/// only took too long or a command that was refused.</param>
/// <param name="ClearsConnections">Whether the server's other connections are dead as well.</param>
/// <param name="TopologyVersion">How new the error is, where the server says so.</param>
internal sealed record ApplicationError(
    ServerAddress Address, int Generation, Exception Exception, bool IsOfServer, bool ClearsConnections, TopologyVersion? TopologyVersion)
{
    /// <summary>A broken connection.</summary>
    /// <param name="address">The server.</param>
    /// <param name="generation">The connection's generation.</param>
    /// <param name="exception">The error.</param>
    /// <param name="isTimeout">Whether the server only kept silent: it may be busy with a long command.</param>
    public static ApplicationError Network(ServerAddress address, int generation, Exception exception, bool isTimeout)
        => new(address, generation, exception, !isTimeout, !isTimeout, null);

    /// <summary>An error that the server has reported.</summary>
    public static ApplicationError Command(ServerAddress address, int generation, MongoCommandException exception)
        => new(
            address,
            generation,
            exception,
            ServerErrorKind.IsStateChange(exception.Code, exception.ServerMessage),
            ServerErrorKind.IsShutdown(exception.Code),
            Topology.TopologyVersion.Read(exception.Reply));
}
