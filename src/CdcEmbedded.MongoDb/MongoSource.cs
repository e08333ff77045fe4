using System.Security.Cryptography;
using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Feed;
using CdcEmbedded.MongoDb.Topology;
using CdcEmbedded.Sources;
using CdcEmbedded.Transforms;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MongoDb;

/// <summary>The changes of a MongoDB deployment, read from its change stream. Hand it to a <see cref="CdcEngine"/>.</summary>
/// <remarks>Creating one opens no connection. The deployment must be a replica set or a sharded cluster of MongoDB 4.0 or later, and the user needs
/// <c>find</c> and <c>changeStream</c> on what is captured. Nothing is written to it.</remarks>
public sealed class MongoSource : ISource
{
    internal const string ConnectorName = "mongodb";
    private const string ServerName = "The MongoDB deployment";

    private readonly MongoSourceOptions _options;
    private readonly MongoConnectionSettings? _settings;
    private readonly TableFilter _filter;
    private readonly StreamScope _scope;

    /// <summary>Creates the source.</summary>
    /// <exception cref="ArgumentException">An option is out of its range, a pattern cannot be read, or the connection string is unusable.</exception>
    public MongoSource(MongoSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        if (options.ConnectionString is null == options.Connect is null)
        {
            throw new ArgumentException("Set either ConnectionString or Connect.", nameof(options));
        }

        _settings = options.ConnectionString is { } uri ? MongoConnectionSettings.Parse(uri) : null;
        if (options.Collection is not null && options.Database is null)
        {
            throw new ArgumentException($"Collection is '{options.Collection}' and Database is not set.", nameof(options));
        }

        if (options.MaxAwaitTime < TimeSpan.FromMilliseconds(10) || options.MaxAwaitTime > TimeSpan.FromMinutes(10))
        {
            throw new ArgumentException($"MaxAwaitTime is {options.MaxAwaitTime}; it must be from 10 ms to 10 minutes.", nameof(options));
        }

        if (options.MinOplogWindow < TimeSpan.Zero)
        {
            throw new ArgumentException($"MinOplogWindow is {options.MinOplogWindow}; it must be zero or more.", nameof(options));
        }

        CheckPipeline(options.Pipeline);
        _filter = new TableFilter(options.Include, options.Exclude);
        _scope = StreamScope.Choose(options, _filter);
    }

    /// <inheritdoc/>
    public string Connector => ConnectorName;

    /// <inheritdoc/>
    public SourcePosition ReadPosition(CdcOffset offset) => new MongoPosition(OffsetDocument.Read(offset));

    /// <inheritdoc/>
    public async ValueTask<SourceConnection> ConnectAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(start);
        var logger = context.LoggerFactory.CreateLogger<MongoSource>();
        var findings = new List<SourceFinding>();
        var deployment = await ConnectAsync(context, cancellationToken).ConfigureAwait(false);
        MongoFeed? feed = null;
        CdcException? failure = null;
        try
        {
            feed = await OpenAsync(context, deployment, start, findings, logger, cancellationToken).ConfigureAwait(false);
        }
        catch (ServerMisconfiguredException e)
        {
            findings.AddRange(e.Findings);
        }
        catch (CdcException e) when (e is OffsetLostException or OffsetFormatException)
        {
            failure = e;
        }
        finally
        {
            if (feed is null)
            {
                await deployment.DisposeAsync().ConfigureAwait(false);
            }
        }

        return feed is null ? SourceConnection.Refused(ServerName, findings, failure) : new Connection(findings, feed);
    }

    /// <summary>Opens the change stream, so that a lost position shows before anything is read.</summary>
    /// <returns>Null where a finding is an error.</returns>
    private async ValueTask<MongoFeed?> OpenAsync(SourceContext context, IMongoDeployment deployment, StartPosition start, List<SourceFinding> findings,
        ILogger logger, CancellationToken cancellationToken)
    {
        var (facts, collections) = await CheckAsync(deployment, findings, cancellationToken).ConfigureAwait(false);
        if (findings.Exists(static finding => finding.IsError))
        {
            return null;
        }

        var feed = await CreateFeedAsync(context, deployment, facts, collections, start, logger, cancellationToken).ConfigureAwait(false);
        await feed.OpenAsync(cancellationToken).ConfigureAwait(false);
        return feed;
    }

    private static void CheckPipeline(IReadOnlyList<PipelineStage> pipeline)
    {
        foreach (var stage in pipeline)
        {
            if (stage.Document is not { HasValue: true } || stage.Name is "$changeStream" or "$changeStreamSplitLargeEvent")
            {
                throw new ArgumentException($"Pipeline has the stage '{stage.Name}': the source itself adds $changeStream and "
                    + "$changeStreamSplitLargeEvent, and a stage may not be empty.", nameof(pipeline));
            }
        }
    }

    private async ValueTask<IMongoDeployment> ConnectAsync(SourceContext context, CancellationToken cancellationToken)
    {
        if (_options.Connect is { } connect)
        {
            return await connect(cancellationToken).ConfigureAwait(false);
        }

        var settings = _settings ?? throw new InvalidOperationException("There is neither a connection string nor a way to connect.");
        return await MongoDeployment.ConnectAsync(settings, context.LoggerFactory, context.TimeProvider, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<(ServerFacts Facts, CollectionFacts? Collections)> CheckAsync(
        IMongoDeployment deployment, List<SourceFinding> findings, CancellationToken cancellationToken)
    {
        var facts = await ServerFacts.ReadAsync(deployment, cancellationToken).ConfigureAwait(false);
        findings.AddRange(Preflight.CheckServer(facts, _options));
        if (findings.Count > 0)
        {
            return (facts, null);
        }

        var wantsImages = _options.FullDocument is FullDocumentMode.WhenAvailable or FullDocumentMode.Required
            || _options.BeforeImages is BeforeImageMode.WhenAvailable or BeforeImageMode.Required;
        await PrivilegeCheck.FindAsync(deployment, _scope, findings, cancellationToken).ConfigureAwait(false);
        await Preflight.CheckShardAsync(deployment, facts, findings, cancellationToken).ConfigureAwait(false);
        await Preflight.CheckCompatibilityAsync(deployment, facts, wantsImages, findings, cancellationToken).ConfigureAwait(false);
        await Preflight.CheckOplogAsync(deployment, facts, _options.MinOplogWindow, findings, cancellationToken).ConfigureAwait(false);
        var collections = await CollectionFacts.ReadAsync(deployment, _scope, _filter, cancellationToken).ConfigureAwait(false);
        Preflight.CheckCollections(collections, _options, findings);
        return (facts, collections);
    }

    private async ValueTask<MongoFeed> CreateFeedAsync(SourceContext context, IMongoDeployment deployment, ServerFacts facts,
        CollectionFacts? collections, StartPosition start, ILogger logger, CancellationToken cancellationToken)
    {
        var stream = IdentityOf(context, facts, collections);
        var document = await StartResolver.ResolveAsync(deployment, start, facts, stream, _options.AcceptOtherOffset, cancellationToken)
            .ConfigureAwait(false);
        var plan = new StreamPlan
        {
            Identity = stream,
            Match = _scope.Collection is null ? NamespaceMatch.Create(_filter) : default,
            Pipeline = _options.Pipeline,
            ShowExpandedEvents = _options.ShowExpandedEvents && facts.HasImages,
            SplitsLargeEvents = facts.SplitsLargeEvents,
            HasStartAfter = facts.HasStartAfter,
            BatchSize = context.MaxBatchSize,
        };
        var settings = new FeedSettings
        {
            Logger = logger,
            WantsItems = context.WantsItems,
            WireVersion = facts.WireVersion,
            MaxAwaitTime = _options.MaxAwaitTime,
            OnInvalidate = _options.OnInvalidate,
            OnOversizeEvent = _options.OnOversizeEvent,
            End = context.StopWhenCaughtUp ? EndFor(context, facts) : null,
        };
        return new MongoFeed(deployment, plan, settings, document);
    }

    private StreamIdentity IdentityOf(SourceContext context, ServerFacts facts, CollectionFacts? collections) => new()
    {
        Name = context.Name,
        SetName = facts.SetName,
        Scope = _scope,
        Fingerprint = FingerprintOf(_options.Pipeline),
        FullDocument = _options.FullDocument != FullDocumentMode.Automatic ? _options.FullDocument
            : facts.HasImages && collections is { AllKeepImages: true } ? FullDocumentMode.WhenAvailable
            : FullDocumentMode.UpdateLookup,
        BeforeImages = _options.BeforeImages != BeforeImageMode.Automatic ? _options.BeforeImages
            : facts.HasImages ? BeforeImageMode.WhenAvailable
            : BeforeImageMode.Off,
        CollectionsWithImages = collections?.WithImages ?? [],
    };

    /// <summary>The end at which an engine stops is that of its first connection.</summary>
    private static Bson.BsonTimestamp? EndFor(SourceContext context, ServerFacts facts)
        => context.GetState(() => new CaughtUpEnd(facts.OperationTime)).Time;

    private sealed record CaughtUpEnd(Bson.BsonTimestamp? Time);

    /// <summary>Connected, with the change stream open.</summary>
    private sealed class Connection(IReadOnlyList<SourceFinding> findings, MongoFeed feed) : SourceConnection(ServerName, findings)
    {
        private MongoFeed? _feed = feed;

        public override ValueTask<ISourceFeed> OpenAsync(CancellationToken cancellationToken)
            => new(Interlocked.Exchange(ref _feed, null) ?? throw new InvalidOperationException("The connection has been opened already."));

        public override ValueTask DisposeAsync() => Interlocked.Exchange(ref _feed, null)?.DisposeAsync() ?? default;
    }

    private static string FingerprintOf(IReadOnlyList<PipelineStage> pipeline)
    {
        if (pipeline.Count == 0)
        {
            return "";
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var stage in pipeline)
        {
            hash.AppendData(stage.Document.Bytes.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }
}
