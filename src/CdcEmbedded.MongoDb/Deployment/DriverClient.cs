using Microsoft.Extensions.Logging;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters.ServerSelectors;
using MongoDB.Driver.Core.Configuration;
using MongoDB.Driver.Core.Events;
using MongoDB.Driver.Core.Servers;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>A client of the driver that belongs to this package: with the application's settings, a pool and monitors of its own, and the
/// means to keep a cursor on its server.</summary>
/// <remarks>An own client, as commands on the application's pool would wait for a connection while the stream awaits events
/// on it. Thread-safe.</remarks>
internal sealed class DriverClient : IAsyncDisposable
{
    // A batch is megabytes. With the driver's default a reader wakes up for every 64 KiB of it, which took up to a fifth of the CPU time
    // of an event, and over a long line the server could send no more than that in one round trip.
    private const int ReceiveBuffer = 1 << 20;
    private static readonly int DriverReceiveBuffer = new TcpStreamSettings().ReceiveBufferSize;
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(5);
    private readonly MongoClient _client;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private int _disposed;

    private DriverClient(MongoClient client, MongoClientSettings settings, TlsWatch tls, ILogger logger, TimeProvider time)
    {
        _time = time;
        _client = client;
        _logger = logger;
        Settings = settings;
        Tls = tls;
    }

    /// <summary>The client.</summary>
    public IMongoClient Client => _client;

    /// <summary>The settings as they were given, not as the own client changes them.</summary>
    public MongoClientSettings Settings { get; }

    /// <summary>Notices where TLS cannot work.</summary>
    public TlsWatch Tls { get; }

    /// <summary>Creates a client. Its monitors begin to ask the servers; nothing waits for them.</summary>
    /// <param name="settings">How to reach the deployment; not changed.</param>
    /// <param name="loggerFactory">Takes the driver's logs where the settings name no other.</param>
    /// <param name="time">Limits how long closing may take.</param>
    public static DriverClient Create(MongoClientSettings settings, ILoggerFactory loggerFactory, TimeProvider time)
    {
        DriverSerializers.Keep();
        var tls = new TlsWatch();
        var own = settings.Clone();
        own.LoggingSettings ??= new LoggingSettings(loggerFactory);
        own.LibraryInfo ??= new LibraryInfo("CdcEmbedded", typeof(DriverClient).Assembly.GetName().Version?.ToString(3));
        own.MinConnectionPoolSize = 0;

        // The wait for events and the opening of a stream, which may read hours of oplog, have time limits of their own.
        own.SocketTimeout = TimeSpan.Zero;

        // Nothing is written. Without this the driver would not repeat a command that an overloaded server turns away.
        own.RetryWrites = own.RetryReads;

        // Streaming monitors hold another connection for each server, and linger for up to 25 s after the client is closed.
        own.ServerMonitoringMode = own.ServerMonitoringMode == ServerMonitoringMode.Auto ? ServerMonitoringMode.Poll
            : own.ServerMonitoringMode;
        if (own.AutoEncryptionOptions is { BypassAutoEncryption: false } encryption)
        {
            // Documents are decrypted all the same; the driver refuses to encrypt commands that name no collection.
            own.AutoEncryptionOptions = encryption.With(bypassAutoEncryption: true);
        }

        if (own.LoadBalanced)
        {
            // A load balancer may lead each connection to another router, and a cursor lives on one: the pool has one connection, for as
            // long as it lasts.
            own.MaxConnectionPoolSize = 1;
            own.MaxConnectionLifeTime = TimeSpan.FromDays(3650);
            own.MaxConnectionIdleTime = TimeSpan.Zero;
        }

        // The delegate is part of the key by which the driver shares clusters between clients: a new one makes the cluster
        // this client's alone.
        var theirs = own.ClusterConfigurator;
        own.ClusterConfigurator = builder =>
        {
            theirs?.Invoke(builder);
            builder.ConfigureCluster(static cluster => cluster.With(
                preServerSelector: Optional.Create<IServerSelector>(ServerChoice.CreateSelector(cluster.PreServerSelector))));
            builder.Subscribe<ClusterSelectedServerEvent>(static selected => ServerChoice.Current?.OnSelected(selected.SelectedServer));
            builder.ConfigureTcp(static tcp
                => tcp.ReceiveBufferSize == DriverReceiveBuffer ? tcp.With(receiveBufferSize: ReceiveBuffer) : tcp);
            tls.Subscribe(builder);
        };
        return new DriverClient(new MongoClient(own), settings, tls, loggerFactory.CreateLogger<MongoSource>(), time);
    }

    /// <summary>Closes all connections and monitors. Sessions are ended where the server still answers.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // The driver ends its sessions here, synchronously and without a limit: a server that hangs must not hold the application.
        var cluster = _client.Cluster;
        var closing = Task.Run(() => ClusterRegistry.Instance.UnregisterAndDisposeCluster(cluster));
        try
        {
            await closing.WaitAsync(ClosingTime, _time).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            Log.ClientNotClosed(_logger, exception);
        }

        _client.Dispose();
        Tls.Dispose();
    }
}
