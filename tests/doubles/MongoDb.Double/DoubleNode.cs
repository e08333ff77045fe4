using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Faults;

namespace CdcEmbedded.MongoDb.Double;

/// <summary>One node: a listener on 127.0.0.1, a role, and the faults that it plays.</summary>
public sealed class DoubleNode : IAsyncDisposable
{
    private readonly MongoDouble _deployment;
    private readonly ConcurrentDictionary<NodeConnection, Task> _connections = new();
    private readonly DocId _process;
    private readonly Lock _gate = new();
    private TaskCompletionSource _roleChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private CancellationTokenSource _stopping = new();
    private NodeRole _role;
    private long _changes;

    internal DoubleNode(MongoDouble deployment, int index, NodeRole role)
    {
        _deployment = deployment;
        _process = DocId.Create(deployment.Options.Time.GetUtcNow());
        _role = role;
        Index = index;
        ServiceId = DocId.Create(deployment.Options.Time.GetUtcNow());
    }

    /// <summary>Its place among the nodes.</summary>
    public int Index { get; }

    /// <summary>Its port; stays the same over <see cref="StopAsync"/> and <see cref="Start"/>.</summary>
    public int Port { get; private set; }

    /// <summary><c>host:port</c> as it reports to its clients.</summary>
    public string Address => $"{_deployment.Options.Host}:{Port}";

    /// <summary>What it says it is. A change is reported at once to the monitors that wait in hello.</summary>
    public NodeRole Role
    {
        get => _role;
        set
        {
            lock (_gate)
            {
                _role = value;
                _changes++;
                TaskCompletionSource changed = _roleChanged;
                _roleChanged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed.TrySetResult();
            }
        }
    }

    /// <summary>The member's tags in hello, null for none.</summary>
    public Doc? Tags { get; set; }

    /// <summary>Faults of its connections.</summary>
    public NodeFaults Faults { get; } = new();

    /// <summary>How many connections are open.</summary>
    public int OpenConnections => _connections.Count;

    internal FaultTable CommandFaults { get; } = new();

    internal DocId ServiceId { get; }

    internal Doc TopologyVersion => new() { { "processId", _process }, { "counter", Interlocked.Read(ref _changes) } };

    /// <summary>Listens; on its old port where it had one.</summary>
    public void Start()
    {
        int port = Port != 0 ? Port : _deployment.Options.Ports.ElementAtOrDefault(Index);
        _stopping = new CancellationTokenSource();
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start(128);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(_listener, _stopping.Token);
    }

    /// <summary>Closes the listener and all connections, as a dying process does.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        _listener?.Stop();
        await _accepting;
        CutConnections();
        await Task.WhenAll(_connections.Values);
    }

    /// <summary>Sets a fault that commands on this node meet.</summary>
    public ActiveFault Inject(CommandFault fault) => CommandFaults.Inject(fault);

    /// <summary>Resets every open connection.</summary>
    public void CutConnections()
    {
        foreach (NodeConnection connection in _connections.Keys)
        {
            connection.Reset();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
        _listener?.Dispose();
    }

    internal async Task AwaitChangeAsync(Doc known, TimeSpan limit, CancellationToken stopping)
    {
        Task changed;
        lock (_gate)
        {
            if (!DocOrder.Same(known, TopologyVersion))
            {
                return;
            }

            changed = _roleChanged.Task;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(changed, Task.Delay(limit, _deployment.Options.Time, ended.Token));
        await ended.CancelAsync();
        stopping.ThrowIfCancellationRequested();
    }

    private async Task AcceptAsync(TcpListener listener, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptSocketAsync(stopping);
                socket.NoDelay = true;
                var connection = new NodeConnection(_deployment, _deployment.BackendOf(this), socket, stopping);
                _connections[connection] = Task.CompletedTask;
                _connections.TryUpdate(connection, ServeAsync(connection), Task.CompletedTask);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException
            || (e is InvalidOperationException && stopping.IsCancellationRequested))
        {
            // The listener was stopped, perhaps between two clients: then it is not listening any more.
        }
    }

    private async Task ServeAsync(NodeConnection connection)
    {
        // Off the accept loop: a TLS handshake or a blocking command must not hold up the next client.
        await Task.Yield();
        await using (connection)
        {
            await connection.RunAsync();
        }

        _connections.TryRemove(connection, out _);
    }
}
