using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.MongoDb.Tests.Snapshots;

/// <summary>A double with the querying side of a source.</summary>
internal sealed class SnapshotFixture : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _owned = [];

    public SnapshotFixture(MongoDoubleOptions? options = null) => Double = MongoDouble.Start(options);

    public MongoDouble Double { get; }

    public MongoSource Source(FullDocumentMode documents = FullDocumentMode.Automatic) => new(new MongoSourceOptions
    {
        ConnectionString = Double.ConnectionString,
        Include = ["shop.*"],
        FullDocument = documents,
        HeartbeatInterval = TimeSpan.FromMilliseconds(100),
        MinOplogWindow = TimeSpan.Zero,
    });

    public Task<SnapshotReader> OpenAsync() => OpenAsync(Source());

    public async Task<SnapshotReader> OpenAsync(MongoSource source)
    {
        SnapshotReader reader = await source.OpenSnapshotAsync(
            new SourceContext
            {
                Name = "test", LoggerFactory = NullLoggerFactory.Instance, TimeProvider = TimeProvider.System, MaxBatchSize = 100,
            },
            TestContext.Current.CancellationToken);
        _owned.Add(reader);
        return reader;
    }

    public Task RunAsync(Doc command) => Double.RunAsync("shop", command);

    public Task RunAsync(string command) => RunAsync(DocJson.Parse(command));

    public async Task InsertAsync(string collection, params IEnumerable<Doc> documents)
        => await RunAsync(new Doc { { "insert", collection }, { "documents", documents.ToArray() } });

    /// <summary>All documents of a collection in the server's order, in canonical extended JSON.</summary>
    public async Task<List<string>> DocumentsAsync(string collection)
    {
        var find = new Doc { { "find", collection }, { "sort", new Doc { { "_id", 1 } } }, { "batchSize", 1_000_000 } };
        Doc reply = await Double.RunAsync("shop", find);
        RawBson batch = new RawBson(DocWriter.ToBytes(reply)).GetDocument("cursor"u8).GetArray("firstBatch"u8);
        return [.. batch.Select(static document => RawBson.InArray(document).ToJson(ExtendedJsonMode.Canonical))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable owned in _owned)
        {
            await owned.DisposeAsync();
        }

        await Double.DisposeAsync();
    }
}
