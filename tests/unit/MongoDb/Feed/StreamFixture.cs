using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.Offsets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>A double with an engine that reads it: what a test writes to the one comes out of the other.</summary>
internal sealed class StreamFixture : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    private readonly List<IAsyncDisposable> _owned = [];

    public StreamFixture(MongoDoubleOptions? options = null) => Double = MongoDouble.Start(options ?? new MongoDoubleOptions());

    public MongoDouble Double { get; }

    public InMemoryOffsetStore Store { get; } = new();

    public MongoSourceOptions Options { get; set; } = new();

    public HeartbeatWriteOptions? Heartbeat { get; set; }

    public OffsetLostPolicy OnOffsetLost { get; set; } = OffsetLostPolicy.Fail;

    public ILoggerFactory Loggers { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Opens a reader that resumes from the stored offset.</summary>
    public async Task<StreamReading> OpenAsync(StartPosition? start = null, bool items = true)
    {
        var engine = new CdcEngine(Source(), Store, new CdcEngineOptions
        {
            Name = "test",
            StartFrom = start,
            OnOffsetLost = OnOffsetLost,
            LoggerFactory = Loggers,
            CommitPolicy = CommitPolicy.Always,
            Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(20), MaxDelay = TimeSpan.FromMilliseconds(200) },
        });
        var reading = new StreamReading(engine, items, _patience);
        _owned.Add(reading);
        await reading.StartAsync();
        return reading;
    }

    public MongoSource Source(HeartbeatWriteOptions? heartbeat = null) => new(new MongoSourceOptions
    {
        Client = Options.Client,
        ConnectionString = Options.Client is null ? Options.ConnectionString ?? Double.ConnectionString : null,
        Database = Options.Database,
        Collection = Options.Collection,
        Include = Options.Include,
        Exclude = Options.Exclude,
        Pipeline = Options.Pipeline,
        FullDocument = Options.FullDocument,
        BeforeImages = Options.BeforeImages,
        ShowExpandedEvents = Options.ShowExpandedEvents,
        OnInvalidate = Options.OnInvalidate,
        OnOversizeEvent = Options.OnOversizeEvent,
        HeartbeatInterval = TimeSpan.FromMilliseconds(100),
        HeartbeatWrite = heartbeat ?? Heartbeat,
        AcceptOtherOffset = Options.AcceptOtherOffset,
        MinOplogWindow = Options.MinOplogWindow,
    });

    public Task WriteAsync(string json, string database = "shop") => Double.RunAsync(database, DocJson.Parse(json));

    public Task InsertAsync(string document, string collection = "orders") => WriteAsync(Insert(document, collection));

    public Task TransactAsync(params string[] commands) => Double.RunTransactionAsync("shop", [.. commands.Select(DocJson.Parse)]);

    public static string Insert(string document, string collection = "orders")
        => $$"""{"insert":"{{collection}}","documents":[{{document}}]}""";

    public static string Update(int id, string update, string collection = "orders")
        => $$$"""{"update":"{{{collection}}}","updates":[{"q":{"_id":{{{id}}}},"u":{{{update}}}}]}""";

    public async ValueTask DisposeAsync()
    {
        foreach (var reading in _owned)
        {
            await reading.DisposeAsync();
        }

        await Double.DisposeAsync();
    }
}
