using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>Holds what is known of a deployment, keeps a monitor for each of its servers, and finds the server for a command.</summary>
/// <remarks>Thread-safe. The state itself is immutable and changed under a lock; who waits for a server is woken at each change.</remarks>
internal sealed class TopologyTracker : IAsyncDisposable
{
    private readonly MongoConnectionSettings _settings;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly Lock _lock = new();
    private readonly Dictionary<ServerAddress, ServerMonitor> _monitors = [];
    private readonly List<ServerMonitor> _retired = [];
    private TopologyDescription _current;
    private TaskCompletionSource _changed = NewSignal();
    private bool _disposed;

    /// <summary>Prepares the tracker; <see cref="Start"/> sets it going.</summary>
    public TopologyTracker(MongoConnectionSettings settings, ILogger logger, TimeProvider time)
    {
        _settings = settings;
        _logger = logger;
        _time = time;
        _started = time.GetTimestamp();
        _current = TopologyDescription.Start(settings);
    }

    /// <summary>What is known now.</summary>
    public TopologyDescription Current
    {
        get
        {
            lock (_lock)
            {
                return _current;
            }
        }
    }

    /// <summary>Milliseconds of a clock that only goes forward.</summary>
    public long NowMilliseconds => (long)_time.GetElapsedTime(_started).TotalMilliseconds;

    /// <summary>Is told of each new state, outside of the lock; set before <see cref="Start"/>.</summary>
    public Action<TopologyDescription>? Changed { get; set; }

    /// <summary>Begins to ask the servers. Behind a load balancer there is nobody to ask.</summary>
    public void Start()
    {
        lock (_lock)
        {
            FollowServers();
        }
    }

    /// <summary>Takes in the answer to a check.</summary>
    public void Report(ServerDescription server) => Update(topology => topology.Apply(server));

    /// <summary>Takes in that a check failed.</summary>
    public void ReportFailedCheck(ServerAddress address, Exception error) => Update(topology => topology.ApplyFailedCheck(address, error));

    /// <summary>Takes in the error of a command or of its connection; a server in doubt is asked again soon.</summary>
    public void Report(ApplicationError error)
    {
        if (Update(topology => topology.Apply(error)))
        {
            lock (_lock)
            {
                _monitors.GetValueOrDefault(error.Address)?.RequestCheck();
            }
        }
    }

    /// <summary>Finds a server for a read, waiting for one if need be.</summary>
    /// <param name="preference">Which members may answer.</param>
    /// <param name="load">How many operations each server has under way.</param>
    /// <param name="avoid">A server not to take where there is another one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CdcConnectionException">None was found within the time limit, or none can be used by this client.</exception>
    public async ValueTask<ServerDescription> SelectAsync(
        ReadPreference preference, Func<ServerAddress, int> load, ServerAddress? avoid, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            TopologyDescription topology;
            Task changed;
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                topology = _current;
                changed = _changed.Task;
            }

            if (Find(topology, preference, load, avoid) is { } server)
            {
                return server;
            }

            var rest = _settings.ServerSelectionTimeout - _time.GetElapsedTime(started);
            if (rest <= TimeSpan.Zero)
            {
                throw TimedOut(topology, preference);
            }

            RequestChecks();
            try
            {
                await changed.WaitAsync(rest, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                throw TimedOut(Current, preference);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<ServerMonitor> monitors;
        lock (_lock)
        {
            _disposed = true;
            monitors = [.. _monitors.Values, .. _retired];
            _monitors.Clear();
            _retired.Clear();
            _changed.TrySetResult();
        }

        foreach (var monitor in monitors)
        {
            monitor.Stop();
        }

        foreach (var monitor in monitors)
        {
            await monitor.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerDescription? Find(
        TopologyDescription topology, ReadPreference preference, Func<ServerAddress, int> load, ServerAddress? avoid)
    {
        if (topology.Incompatibility is { } reason)
        {
            throw new CdcConnectionException(reason, isTransient: false);
        }

        var near = ServerSelector.Near(
            ServerSelector.Suitable(topology, preference, _settings.HeartbeatFrequency, avoid is { } address ? [address] : []),
            _settings.LocalThreshold);
        if (near.Count > 0)
        {
            return ServerSelector.Choose(near, load, RandomNumberGenerator.GetInt32);
        }

        // What no new attempt can mend, such as a certificate that does not verify, need not be waited for.
        return topology.Servers.Count > 0 && topology.Servers.Values.All(server => server.Error is CdcException { IsTransient: false })
            ? throw new CdcConnectionException(
                $"No server can be used: {string.Join(" | ", topology.Servers.Values.Select(server => server.Error?.Message))}",
                topology.Servers.Values.First().Error, isTransient: false)
            : null;
    }

    private bool Update(Func<TopologyDescription, TopologyDescription> change)
    {
        TopologyDescription next;
        TaskCompletionSource signal;
        var isNew = false;
        lock (_lock)
        {
            next = change(_current);
            if (_disposed || ReferenceEquals(next, _current))
            {
                return false;
            }

            isNew = next.ToString() != _current.ToString();
            _current = next;
            signal = _changed;
            _changed = NewSignal();
            FollowServers();
        }

        if (isNew)
        {
            Log.TopologyChanged(_logger, next);
        }

        Changed?.Invoke(next);
        signal.TrySetResult();
        return true;
    }

    // Under the lock: monitors for servers that came, none for those that went.
    private void FollowServers()
    {
        if (_disposed || _current.Type == TopologyType.LoadBalanced)
        {
            return;
        }

        foreach (var address in _monitors.Keys.Where(address => !_current.Servers.ContainsKey(address)).ToList())
        {
            if (_monitors.Remove(address, out var monitor))
            {
                monitor.Stop();
                _retired.Add(monitor);
            }
        }

        foreach (var address in _current.Servers.Keys.Where(address => !_monitors.ContainsKey(address)))
        {
            var monitor = new ServerMonitor(address, _settings, this, _logger, _time);
            _monitors.Add(address, monitor);
            monitor.Start();
        }
    }

    private void RequestChecks()
    {
        lock (_lock)
        {
            foreach (var monitor in _monitors.Values)
            {
                monitor.RequestCheck();
            }
        }
    }

    private CdcConnectionException TimedOut(TopologyDescription topology, ReadPreference preference)
        => new(
            $"No server for the read preference {preference} was found within "
                + $"{_settings.ServerSelectionTimeout.TotalSeconds:0.###} seconds. {topology}",
            topology.Servers.Values.FirstOrDefault(server => server.Error is not null)?.Error);
}
