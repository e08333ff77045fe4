using CdcEmbedded.MongoDb.Wire;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>Keeps a few connections for the next command. A cursor takes one out for its whole life.</summary>
/// <remarks>Thread-safe. There is no upper limit: a stream needs one or two connections, and nobody waits for another's.</remarks>
internal sealed class ConnectionPool : IDisposable
{
    private const int MostIdle = 2;
    private static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(1);
    private readonly MongoConnectionSettings _settings;
    private readonly TopologyTracker _tracker;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly List<MongoConnection> _idle = [];
    private readonly Dictionary<ServerAddress, int> _inUse = [];
    private bool _disposed;

    /// <summary>Creates an empty pool.</summary>
    public ConnectionPool(MongoConnectionSettings settings, TopologyTracker tracker, ILogger logger, TimeProvider time)
    {
        _settings = settings;
        _tracker = tracker;
        _logger = logger;
        _time = time;
    }

    /// <summary>How many connections to a server are in use.</summary>
    public int InUse(ServerAddress address)
    {
        lock (_lock)
        {
            return _inUse.GetValueOrDefault(address);
        }
    }

    /// <summary>Takes an idle connection or opens one. A failure to open is told to the topology.</summary>
    public async ValueTask<MongoConnection> TakeAsync(ServerDescription server, CancellationToken cancellationToken)
    {
        if (TakeIdle(server) is { } idle)
        {
            return idle;
        }

        try
        {
            var connection = await MongoConnection.OpenAsync(
                server.Address, _settings, _settings.Credential, server.Generation, _logger, _time, cancellationToken)
                .ConfigureAwait(false);
            Count(server.Address, 1);
            return connection;
        }
        catch (CdcConnectionException exception)
        {
            // As with commands, slowness alone is no proof that a server is down: its monitor finds out.
            var isTimeout = exception.InnerException is OperationCanceledException;
            _tracker.Report(ApplicationError.Network(server.Address, server.Generation, exception, isTimeout));
            throw;
        }
        catch (MongoCommandException exception)
        {
            _tracker.Report(ApplicationError.Command(server.Address, server.Generation, exception));
            throw;
        }
    }

    /// <summary>Gives a connection back; a broken or outdated one is closed.</summary>
    public void Return(MongoConnection connection)
    {
        Count(connection.Address, -1);
        lock (_lock)
        {
            if (!_disposed && !connection.IsBroken && IsCurrent(connection, _tracker.Current)
                && _idle.Count(other => other.Address == connection.Address) < MostIdle)
            {
                connection.IdleSince = _time.GetTimestamp();
                _idle.Add(connection);
                return;
            }
        }

        connection.Dispose();
    }

    /// <summary>Closes idle connections to servers that are gone or whose connections are all dead.</summary>
    public void Follow(TopologyDescription topology) => Close(connection => !IsCurrent(connection, topology));

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
        }

        Close(_ => true);
    }

    private static bool IsCurrent(MongoConnection connection, TopologyDescription topology)
        => topology.Servers.TryGetValue(connection.Address, out var server) && server.Generation <= connection.Generation;

    private MongoConnection? TakeIdle(ServerDescription server)
    {
        // What stood idle for long may have been cut off by a firewall without a word.
        Close(connection => _time.GetElapsedTime(connection.IdleSince) > LongestIdle);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var index = _idle.FindLastIndex(
                connection => connection.Address == server.Address && connection.Generation >= server.Generation && !connection.IsBroken);
            if (index < 0)
            {
                return null;
            }

            var taken = _idle[index];
            _idle.RemoveAt(index);
            Count(server.Address, 1);
            return taken;
        }
    }

    private void Close(Predicate<MongoConnection> which)
    {
        List<MongoConnection> closing;
        lock (_lock)
        {
            closing = _idle.FindAll(which);
            _idle.RemoveAll(which);
        }

        foreach (var connection in closing)
        {
            connection.Dispose();
        }
    }

    private void Count(ServerAddress address, int change)
    {
        lock (_lock)
        {
            _inUse[address] = _inUse.GetValueOrDefault(address) + change;
        }
    }
}
