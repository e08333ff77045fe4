using CdcEmbedded;
using CdcEmbedded.MongoDb;
using CdcEmbedded.MySql;
using CdcEmbedded.Sources;

namespace CdcTail;

/// <summary>Something to read, and how.</summary>
internal sealed class Origin : IAsyncDisposable
{
    private RecordedServer? _server;

    /// <summary>What is shown, as a heading; empty if the user knows.</summary>
    public string Heading { get; private init; } = "";

    public required string Name { get; init; }

    public StartPosition? From { get; private init; }

    public bool StopWhenCaughtUp { get; private init; }

    /// <summary>When tables are read besides their changes.</summary>
    public SnapshotMode Snapshot { get; private init; }

    /// <summary>Creates the source, without connecting.</summary>
    /// <exception cref="ArgumentException">A connection string or pattern is wrong.</exception>
    public required Func<Origin, ISource> CreateSource { get; init; }

    /// <summary>Stops what plays a recording.</summary>
    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? default;

    /// <summary>Returns what the command line asks for: one source, or the recordings in order.</summary>
    /// <exception cref="UsageException">It asks for something that does not exist.</exception>
    public static IReadOnlyList<Origin> Choose(Arguments arguments)
    {
        if (arguments.IsLive || arguments.Files.Count > 0)
        {
            return [Create(arguments, () => Source(arguments))];
        }

        // An offset belongs to one of the recordings.
        Origin[] chosen = [.. arguments.From?.Offset?.Connector switch
        {
            null when arguments.IsPlain => [MySqlRecording(arguments), MongoDbRecording(arguments), SnapshotOfRecording(arguments)],
            null => [MySqlRecording(arguments), MongoDbRecording(arguments)],
            "mysql" => [MySqlRecording(arguments)],
            "mongodb" => [MongoDbRecording(arguments)],
            _ => Array.Empty<Origin>(),
        }];
        return chosen.Length > 0 ? chosen : throw new UsageException("The offset of --from belongs to none of the recordings.");
    }

    private static Origin Create(Arguments arguments, Func<ISource> source) => new()
    {
        Name = arguments.Name, From = arguments.From, StopWhenCaughtUp = arguments.UntilCaughtUp, Snapshot = arguments.Snapshot,
        CreateSource = _ => source(),
    };

    private static Origin MySqlRecording(Arguments arguments) => new()
    {
        Heading = Recording.MySqlHeading,
        Name = arguments.Name,
        From = arguments.From,
        StopWhenCaughtUp = arguments.UntilCaughtUp,
        CreateSource = _ => BinlogFiles(arguments, [Recording.MySqlPath]),
    };

    // A change stream has no end, and starts with the next change.
    private static Origin MongoDbRecording(Arguments arguments) => new()
    {
        Heading = Recording.MongoDbHeading,
        Name = arguments.Name + "-mongodb",
        From = arguments.From ?? StartPosition.Earliest,
        StopWhenCaughtUp = true,
        CreateSource = origin => MongoDbRecording(origin, arguments.Include, arguments.Exclude, hasCollections: false),
    };

    private static Origin SnapshotOfRecording(Arguments arguments) => new()
    {
        Heading = Recording.SnapshotHeading,
        Name = arguments.Name + "-snapshot",
        StopWhenCaughtUp = true,
        Snapshot = SnapshotMode.Initial,
        CreateSource = origin => MongoDbRecording(origin, Recording.SnapshotCollections, [], hasCollections: true),
    };

    private static MongoSource MongoDbRecording(Origin origin, IReadOnlyList<string> include, IReadOnlyList<string> exclude,
        bool hasCollections)
    {
        origin._server = RecordedServer.Start(
            new RecordedStream(File.ReadAllBytes(Recording.MongoDbPath), include, exclude, hasCollections));
        return new MongoSource(new MongoSourceOptions
        {
            Client = origin._server.CreateClient(),
            Include = include,
            Exclude = exclude,
            FullDocument = FullDocumentMode.WhenAvailable,
            BeforeImages = BeforeImageMode.WhenAvailable,
            MinOplogWindow = TimeSpan.Zero,
        });
    }

    private static ISource Source(Arguments arguments) => arguments switch
    {
        { MySql: { } connectionString } => new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = connectionString, Include = arguments.Include, Exclude = arguments.Exclude,
        }),
        { MongoDb: { } uri } => new MongoSource(new MongoSourceOptions
        {
            ConnectionString = uri, Include = arguments.Include, Exclude = arguments.Exclude,
        }),
        _ => BinlogFiles(arguments, arguments.Files),
    };

    private static MySqlBinlogFileSource BinlogFiles(Arguments arguments, IReadOnlyList<string> files)
        => new(new MySqlBinlogFileSourceOptions
    {
        Files = files, Include = arguments.Include, Exclude = arguments.Exclude,
    });
}
