namespace CdcEmbedded.MongoDb;

/// <summary>What a <see cref="MongoSource"/> connects to and captures. Validated when the source is created.</summary>
public sealed class MongoSourceOptions
{
    /// <summary>The deployment: <c>mongodb://</c> or <c>mongodb+srv://</c> with the standard options.</summary>
    /// <value>Null where <see cref="Connect"/> is given instead. The password appears in no log and no exception.</value>
    public string? ConnectionString { get; init; }

    /// <summary>Makes the connection to the deployment, for applications that have a driver of their own. Called for each attempt; the
    /// source disposes of what it returns.</summary>
    /// <value>Null, the default, speaks to the deployment of <see cref="ConnectionString"/> directly.</value>
    public Func<CancellationToken, ValueTask<IMongoDeployment>>? Connect { get; init; }

    /// <summary>Opens the stream on this database alone.</summary>
    /// <value>Null, the default, takes the one database that all of <see cref="Include"/> name, or else the whole deployment.</value>
    public string? Database { get; init; }

    /// <summary>Opens the stream on this collection of <see cref="Database"/> alone.</summary>
    /// <value>Null, the default. A stream on a collection ends when that is dropped or renamed (<see cref="OnInvalidate"/>); one with the
    /// collection in <see cref="Include"/> does not.</value>
    public string? Collection { get; init; }

    /// <summary>The collections to capture: <c>database.collection</c>, with <c>*</c> and <c>?</c> as wildcards on either side. The server
    /// filters by them.</summary>
    /// <value>The default, an empty list, captures every collection of the stream's scope.</value>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Collections to leave out, in the same form; stronger than <see cref="Include"/>.</summary>
    /// <value>The default is an empty list.</value>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Stages that the server applies to the events of the captured collections.</summary>
    /// <value>The default is an empty list. An offset belongs to its pipeline: see <see cref="AcceptOtherOffset"/>.</value>
    public IReadOnlyList<PipelineStage> Pipeline { get; init; } = [];

    /// <summary>Which document an update carries.</summary>
    /// <value>The default is <see cref="FullDocumentMode.Automatic"/>. <see cref="MongoSourceInfo.AfterState"/> tells what came of it.</value>
    public FullDocumentMode FullDocument { get; init; }

    /// <summary>Whether updates, replacements and deletes carry the document as it was before.</summary>
    /// <value>The default is <see cref="BeforeImageMode.Automatic"/>. <see cref="MongoSourceInfo.BeforeState"/> tells what came of it.</value>
    public BeforeImageMode BeforeImages { get; init; }

    /// <summary>Whether the server tells of created collections and indexes, and disambiguates paths of updates. MongoDB 6.0 and later.</summary>
    /// <value>The default is true; it has no effect on older servers.</value>
    public bool ShowExpandedEvents { get; init; } = true;

    /// <summary>What happens when the collection or database that the stream is opened on is gone.</summary>
    /// <value>The default is <see cref="InvalidatePolicy.Stop"/>.</value>
    public InvalidatePolicy OnInvalidate { get; init; }

    /// <summary>What happens with an event that is too large to be sent.</summary>
    /// <value>The default is <see cref="OversizeEventPolicy.Fail"/>. From MongoDB 6.0.9 and 7.0 on only a single field of more than 16 MB is
    /// too large.</value>
    public OversizeEventPolicy OnOversizeEvent { get; init; }

    /// <summary>How long the server waits for events before it answers with none, which tells that the source is alive and caught up.</summary>
    /// <value>The default is 1 s; from 10 ms to 10 minutes.</value>
    public TimeSpan MaxAwaitTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How far back the oplog must reach without a warning at the start.</summary>
    /// <value>The default is 24 hours; zero to not look.</value>
    public TimeSpan MinOplogWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Whether to go on from an offset that was stored for another scope, pipeline or replica set, at the risk of changes that are
    /// left out.</summary>
    /// <value>The default is false: such an offset is an <see cref="OffsetFormatException"/>.</value>
    public bool AcceptOtherOffset { get; init; }
}
