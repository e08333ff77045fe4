using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.Sources;
using CdcEmbedded.Transforms;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Checks a deployment and opens a change stream on it, as the options say. Immutable.</summary>
internal sealed class StreamOpener
{
    private const string ServerName = "The MongoDB deployment";

    // A run until caught up ends with an answer that has no events, for which it need not wait as long as a stream does.
    private static readonly TimeSpan _longestWaitForEnd = TimeSpan.FromMilliseconds(100);

    private readonly MongoSourceOptions _options;
    private readonly TableFilter _filter;
    private readonly StreamScope _scope;

    /// <exception cref="ArgumentException">A pattern cannot be read.</exception>
    public StreamOpener(MongoSourceOptions options)
    {
        _options = options;
        _filter = new TableFilter(options.Include, options.Exclude);
        _scope = StreamScope.Choose(options, _filter);
    }

    /// <summary>What the stream is opened on.</summary>
    public StreamScope Scope => _scope;

    /// <summary>The captured collections of it: without those of offsets, dead letters and heartbeats, unless the options name them
    /// without wildcards.</summary>
    /// <param name="context">What the engine says.</param>
    public TableFilter FilterFor(SourceContext context)
    {
        List<string> own = [];
        foreach (var name in (string?[])[context.OffsetTable, .. context.OwnTables, _options.HeartbeatWrite?.Table])
        {
            // A database of SQL has no collections: only names with a database are those of a deployment.
            if (CollectionName.Split(name) is var (database, collection) && !IsNamed(database, collection))
            {
                own.Add(CollectionName.Pattern(database, collection));
            }
        }

        return own.Count == 0 ? _filter : new TableFilter(_options.Include, [.. _options.Exclude, .. own]);
    }

    private bool IsNamed(string database, string collection)
    {
        foreach (var pattern in _filter.Include)
        {
            if (pattern.LiteralDatabase == database && pattern.LiteralTable == collection)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Checks the deployment, and opens the change stream where nothing prevents it, so that a lost position shows before
    /// anything is read.</summary>
    /// <param name="deployment">The deployment, which the result then owns.</param>
    /// <param name="context">What the engine says.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask<SourceConnection> OpenAsync(
        IMongoDeployment deployment, SourceContext context, StartPosition start, CancellationToken cancellationToken)
    {
        var findings = new List<SourceFinding>();
        MongoFeed? feed = null;
        CollectionFacts? collections = null;
        CdcException? failure = null;
        try
        {
            (feed, collections) = await CheckAndOpenAsync(deployment, context, start, findings, cancellationToken).ConfigureAwait(false);
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

        return feed is null ? SourceConnection.Refused(ServerName, findings, failure) : new OpenStream(ServerName, findings, feed)
        {
            CapturedTables = context.ListsTables && collections is { IsComplete: true }
                ? [.. collections.Collections.Select(static collection => (collection.Database, collection.Name))] : null,
            NamesHaveCase = true,
        };
    }

    /// <returns>No feed where a finding is an error.</returns>
    private async ValueTask<(MongoFeed? Feed, CollectionFacts? Collections)> CheckAndOpenAsync(IMongoDeployment deployment,
        SourceContext context, StartPosition start, List<SourceFinding> findings, CancellationToken cancellationToken)
    {
        var (facts, collections) = await CheckAsync(deployment, context, start, findings, cancellationToken).ConfigureAwait(false);
        if (findings.Exists(static finding => finding.IsError))
        {
            return (null, collections);
        }

        var feed = await CreateFeedAsync(context, deployment, facts, collections, start, cancellationToken).ConfigureAwait(false);
        await feed.OpenAsync(cancellationToken).ConfigureAwait(false);
        return (feed, collections);
    }

    private async ValueTask<(ServerFacts Facts, CollectionFacts? Collections)> CheckAsync(
        IMongoDeployment deployment, SourceContext context, StartPosition start, List<SourceFinding> findings,
        CancellationToken cancellationToken)
    {
        var facts = await ServerFacts.ReadAsync(deployment, cancellationToken).ConfigureAwait(false);
        findings.AddRange(Preflight.CheckServer(facts, _options));
        if (findings.Count > 0)
        {
            return (facts, null);
        }

        await PrivilegeCheck.FindAsync(deployment, _scope, _options.HeartbeatWrite?.Table, findings, cancellationToken)
            .ConfigureAwait(false);
        await Preflight.CheckShardAsync(deployment, facts, findings, cancellationToken).ConfigureAwait(false);
        await Preflight.CheckCompatibilityAsync(deployment, facts, Preflight.WantsImages(_options), findings, cancellationToken)
            .ConfigureAwait(false);
        await Preflight.CheckOplogAsync(deployment, facts, _options.MinOplogWindow, start, findings, cancellationToken)
            .ConfigureAwait(false);
        var collections = await CollectionFacts.ReadAsync(deployment, _scope, _filter, cancellationToken).ConfigureAwait(false);
        Preflight.CheckCollections(collections, _options, context.SnapshotTables, findings);
        return (facts, collections);
    }

    private async ValueTask<MongoFeed> CreateFeedAsync(SourceContext context, IMongoDeployment deployment, ServerFacts facts,
        CollectionFacts? collections, StartPosition start, CancellationToken cancellationToken)
    {
        var stream = IdentityOf(context, facts, collections);
        var document = await StartResolver.ResolveAsync(deployment, start, facts, stream, _options.AcceptOtherOffset, cancellationToken)
            .ConfigureAwait(false);
        var plan = new StreamPlan
        {
            Identity = stream,
            Match = _scope.Collection is null ? NamespaceMatch.Create(FilterFor(context)) : null,
            Pipeline = _options.Pipeline,
            ShowExpandedEvents = _options.ShowExpandedEvents && facts.HasImages,
            SplitsLargeEvents = facts.SplitsLargeEvents,
            BatchSize = context.MaxBatchSize,
        };
        var settings = new FeedSettings
        {
            Logger = context.LoggerFactory.CreateLogger<MongoSource>(),
            Time = context.TimeProvider,
            WantsItems = context.WantsItems,
            MaxAwaitTime = context.StopWhenCaughtUp && _options.HeartbeatInterval > _longestWaitForEnd ? _longestWaitForEnd
                : _options.HeartbeatInterval,
            OnInvalidate = _options.Database is null ? InvalidatePolicy.Continue : _options.OnInvalidate,
            OnOversizeEvent = _options.OnOversizeEvent,
            OnUndecodableEvent = _options.OnUndecodableEvent,
            End = context.StopWhenCaughtUp ? SourceState.Of(context).GetEnd(facts) : null,
        };
        return new MongoFeed(deployment, plan, settings, document);
    }

    private StreamIdentity IdentityOf(SourceContext context, ServerFacts facts, CollectionFacts? collections) => new()
    {
        Name = context.Name,
        SetName = facts.SetName,
        IsSharded = facts.IsMongos,
        Filter = FilterFor(context),
        ReportedWithoutImages = SourceState.Of(context).ReportedWithoutImages,
        Scope = _scope,
        Fingerprint = PipelineCheck.Fingerprint(_options.Pipeline),
        FullDocument = _options.FullDocument != FullDocumentMode.Automatic ? _options.FullDocument
            : facts.HasImages && collections is { AllKeepImages: true } ? FullDocumentMode.WhenAvailable
            : FullDocumentMode.UpdateLookup,
        BeforeImages = _options.BeforeImages != BeforeImageMode.Automatic ? _options.BeforeImages
            : facts.HasImages ? BeforeImageMode.WhenAvailable
            : BeforeImageMode.Off,
        CollectionsWithImages = collections?.WithImages ?? [],
    };
}
