using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb;

/// <summary>What a <see cref="MongoSource"/> connects to and captures. Validated when the source is created.</summary>
public sealed class MongoSourceOptions
{
    /// <summary>The application's client, whose settings say how to reach the deployment: servers, login, TLS, compression,
    /// read preference, retries.</summary>
    /// <value>Null where <see cref="ConnectionString"/> is given instead. The source makes a client of its own with these settings, as a
    /// change stream holds a connection while it waits for events; the application's client is neither used nor closed.</value>
    public IMongoClient? Client { get; init; }

    /// <summary>The deployment: <c>mongodb://</c> or <c>mongodb+srv://</c> with the driver's options.</summary>
    /// <value>Null where <see cref="Client"/> is given instead. The options <c>tlsCAFile</c>, <c>tlsCertificateKeyFile</c>,
    /// <c>tlsCertificateKeyFilePassword</c>, <c>tlsAllowInvalidCertificates</c> and <c>tlsAllowInvalidHostnames</c>, which the driver
    /// ignores, are honoured; other TLS options that it does not know are refused. The password appears in no log and no exception.</value>
    public string? ConnectionString { get; init; }

    /// <summary>The database to open the stream on.</summary>
    /// <value>Null, the default, takes the one database that all of <see cref="Include"/> name, or else the whole deployment.</value>
    public string? Database { get; init; }

    /// <summary>The collection of <see cref="Database"/> to open the stream on.</summary>
    /// <value>Null, the default. A stream on a collection ends when the collection is dropped or renamed (<see cref="OnInvalidate"/>); one
    /// with the collection in <see cref="Include"/> does not.</value>
    public string? Collection { get; init; }

    /// <summary>The collections to capture: <c>database.collection</c>, with <c>*</c> and <c>?</c> as wildcards on either side. The server
    /// filters by them.</summary>
    /// <value>The default, an empty list, captures every collection of the stream's scope.</value>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>The collections not to capture, in the same form; stronger than <see cref="Include"/>.</summary>
    /// <value>The default is an empty list.</value>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Stages that the server applies to the events of the captured collections. <see cref="ChangeStreamPipeline.Render"/> makes
    /// them of a typed pipeline of the driver.</summary>
    /// <value>The default is an empty list. Allowed are <c>$match</c>, <c>$project</c>, <c>$addFields</c>, <c>$set</c>,
    /// <c>$unset</c>, <c>$replaceRoot</c>, <c>$replaceWith</c> and <c>$redact</c>; none may change <c>_id</c>. An offset belongs to
    /// its pipeline: see <see cref="AcceptOtherOffset"/>.</value>
    public IReadOnlyList<BsonDocument> Pipeline { get; init; } = [];

    /// <summary>Which document an update carries.</summary>
    /// <value>The default is <see cref="FullDocumentMode.Automatic"/>. <see cref="MongoSourceInfo.AfterState"/> says what
    /// an event has.</value>
    public FullDocumentMode FullDocument { get; init; }

    /// <summary>Which document from before the change updates, replacements and deletes carry.</summary>
    /// <value>The default is <see cref="BeforeImageMode.Automatic"/>. <see cref="MongoSourceInfo.BeforeState"/> says what
    /// an event has.</value>
    public BeforeImageMode BeforeImages { get; init; }

    /// <summary>True to get events of created collections and indexes, and unambiguous paths of updates. MongoDB 6.0 and later.</summary>
    /// <value>The default is true; it has no effect on older servers.</value>
    public bool ShowExpandedEvents { get; init; } = true;

    /// <summary>What happens when the collection or database that the stream is opened on is dropped or renamed.</summary>
    /// <value>The default is <see cref="InvalidatePolicy.Fail"/>.</value>
    public InvalidatePolicy OnInvalidate { get; init; }

    /// <summary>What happens with an event that is too large to be sent.</summary>
    /// <value>The default is <see cref="OversizeEventPolicy.Fail"/>. From MongoDB 6.0.9 and 7.0 on only a single field of more than 16 MB
    /// is too large.</value>
    public OversizeEventPolicy OnOversizeEvent { get; init; }

    /// <summary>What to do with an event that is so damaged that its fields cannot be found. Single values are decoded when they are
    /// read, and fail there with a <see cref="ValueDecodingException"/>.</summary>
    /// <value>The default is <see cref="FaultPolicy.Fail"/>, with a <see cref="ValueDecodingException"/>. Otherwise the event is skipped,
    /// with a <see cref="Notice"/> of kind <see cref="NoticeKind.EventSkipped"/> that says which it was as far as that can be read. A
    /// fragment of a split event is not skipped: the stream ends.</value>
    public FaultPolicy OnUndecodableEvent { get; init; }

    /// <summary>How often the server sends a heartbeat when it has nothing else to send: it answers without events after this time
    /// (<c>maxAwaitTimeMS</c>), which shows that the source is alive and caught up. A run until caught up asks for such an answer after
    /// 100 ms at the latest, since it ends with it.</summary>
    /// <value>The default is 5 s; from 10 ms to one hour.</value>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Writes a document of the deployment at an interval, so that the stored offset moves, and stays in the oplog, while the
    /// captured collections rest.</summary>
    /// <value>Null, the default: nothing is written to the deployment.</value>
    public HeartbeatWriteOptions? HeartbeatWrite { get; init; }

    /// <summary>How far back the oplog must reach without a warning at the start.</summary>
    /// <value>The default is 24 hours; zero to not look.</value>
    public TimeSpan MinOplogWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>True to resume from an offset that was stored for another scope, pipeline or replica set, at the risk
    /// of missing changes.</summary>
    /// <value>The default is false: such an offset is an <see cref="OffsetFormatException"/>.</value>
    public bool AcceptOtherOffset { get; init; }
}
