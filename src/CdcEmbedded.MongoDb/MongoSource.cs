using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Snapshots;
using CdcEmbedded.Sources;
using CdcEmbedded.Transforms;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MongoDb;

/// <summary>The changes of a MongoDB deployment, read from its change stream. Pass it to a <see cref="CdcEngine"/>.</summary>
/// <remarks>Creating one opens no connection. The deployment must be a replica set or a sharded cluster of MongoDB 4.4 or later, and
/// the user needs <c>find</c> and <c>changeStream</c> on what is captured. Nothing is written to it, unless
/// <see cref="MongoSourceOptions.HeartbeatWrite"/> says so. Thread-safe; one source may serve several engines.</remarks>
public sealed class MongoSource : ISnapshotSource
{
    internal const string ConnectorName = "mongodb";

    private readonly StreamOpener _opener;
    private readonly Func<SourceContext, CancellationToken, ValueTask<IMongoDeployment>> _connect;
    private readonly Func<SourceContext, CancellationToken, ValueTask<SnapshotClient>> _connectReader;
    private readonly Func<SourceContext, CancellationToken, ValueTask<IMongoDeployment?>> _connectBeside;
    private readonly CapturedScope _captured;
    private readonly HeartbeatWriteOptions? _heartbeat;

    /// <summary>Creates the source.</summary>
    /// <exception cref="ArgumentException">An option is out of its range, a pattern cannot be read, or the connection
    /// string is unusable.</exception>
    public MongoSource(MongoSourceOptions options)
        : this(options, null)
    {
    }

    /// <summary>Creates a source that reads from a scripted deployment.</summary>
    internal MongoSource(MongoSourceOptions options, Func<CancellationToken, ValueTask<IMongoDeployment>>? connect)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionCheck.Check(options);
        _heartbeat = options.HeartbeatWrite;
        _opener = new StreamOpener(options);
        _captured = new CapturedScope(_opener.Scope, new TableFilter(options.Include, options.Exclude),
            PipelineCheck.Fingerprint(options.Pipeline),
            PipelineCheck.WhyNoSnapshot(options.Pipeline))
        {
            HasPartialUpdates = options.FullDocument == FullDocumentMode.Off,
        };
        if (connect is not null)
        {
            _connect = (_, cancellationToken) => connect(cancellationToken);
            _connectReader = async (_, cancellationToken) =>
            {
                var deployment = await connect(cancellationToken).ConfigureAwait(false);
                return new SnapshotClient(() => deployment, null);
            };
            _connectBeside = async (_, cancellationToken) => await connect(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var settings = ClientSettings.Create(options);
            _connect = (context, cancellationToken) => DriverDeployment.ConnectAsync(settings, context, cancellationToken);
            _connectReader = (context, cancellationToken) => SnapshotClient.OpenAsync(settings, context, cancellationToken);
            _connectBeside = static (context, _) => new(ConnectBeside(context));
        }
    }

    /// <inheritdoc/>
    public string Connector => ConnectorName;

    /// <inheritdoc/>
    public TimeSpan? HeartbeatWriteInterval => _heartbeat?.Interval;

    /// <inheritdoc/>
    public DataRecord ReadRecord(byte[] bytes) => new Documents.RawBson(bytes).ToRecord();

    /// <inheritdoc/>
    public SourcePosition ReadPosition(CdcOffset offset) => new MongoPosition(OffsetDocument.Read(offset));

    /// <inheritdoc/>
    public async ValueTask<SourceConnection> ConnectAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(start);
        var deployment = await _connect(context, cancellationToken).ConfigureAwait(false);
        return await _opener.OpenAsync(deployment, context, start, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>The time of the oldest entry of the oplog is asked for, which a router does not have. Bytes are not known.</remarks>
    public async ValueTask<LogDistance?> MeasureLogAsync(SourceContext context, SourcePosition position, TimeSpan lag,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (position is not MongoPosition { Time: { } time }
            || await _connectBeside(context, cancellationToken).ConfigureAwait(false) is not { } deployment)
        {
            return null;
        }

        await using var closing = deployment.ConfigureAwait(false);
        var oplog = await ServerFacts.ReadOplogAsync(deployment, cancellationToken).ConfigureAwait(false);
        return oplog is not var (oldest, _) ? null : new LogDistance
        {
            HeadroomTime = TimeSpan.FromSeconds(time > oldest ? time.Seconds - oldest.Seconds : 0),
        };
    }

    /// <inheritdoc/>
    public async ValueTask WriteHeartbeatAsync(SourceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_heartbeat is { } heartbeat && await _connectBeside(context, cancellationToken).ConfigureAwait(false) is { } deployment)
        {
            await using var closing = deployment.ConfigureAwait(false);
            await HeartbeatCommand.WriteAsync(deployment, heartbeat.Table, context.Name, context.TimeProvider.GetUtcNow(),
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<SnapshotReader> OpenSnapshotAsync(SourceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var client = await _connectReader(context, cancellationToken).ConfigureAwait(false);
        return await MongoSnapshotReader.OpenAsync(client, _captured with { Filter = _opener.FilterFor(context) }, context,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Uses the stream's client from another flow. Behind a load balancer its one connection belongs to the stream.</summary>
    private static DriverDeployment? ConnectBeside(SourceContext context)
        => SourceState.Of(context).Client is { Settings.LoadBalanced: false } client
            ? new DriverDeployment(client, context.LoggerFactory.CreateLogger<MongoSource>(), context.TimeProvider) : null;
}
