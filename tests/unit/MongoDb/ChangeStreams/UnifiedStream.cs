using System.Text.Json;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>A change stream as the unified test format opens and iterates it, played by this package's source; broken connections are
/// handled as the engine does.</summary>
internal sealed class UnifiedStream : IAsyncDisposable
{
    private readonly SourceContext _context = new()
    {
        Name = "spec", LoggerFactory = NullLoggerFactory.Instance, TimeProvider = TimeProvider.System, MaxBatchSize = 100,
            WantsItems = true,
    };

    private readonly MongoSource _source;
    private readonly Queue<Doc> _events = new();
    private ISourceFeed? _feed;
    private SourcePosition? _position;

    private UnifiedStream(MongoSource source) => _source = source;

    public static async Task<UnifiedStream> OpenAsync(MongoDouble server, string? database, string? collection, JsonElement arguments,
        CancellationToken cancellation)
    {
        string? Text(string name) => arguments.TryGetProperty(name, out var value) ? value.GetString() : null;
        var stream = new UnifiedStream(new MongoSource(new MongoSourceOptions
        {
            ConnectionString = server.ConnectionString,
            Database = database,
            Collection = collection,
            Pipeline =
                [.. arguments.GetProperty("pipeline").EnumerateArray().Select(static stage => BsonDocument.Parse(stage.GetRawText()))],
            FullDocument = Text("fullDocument") switch
            {
                "updateLookup" => FullDocumentMode.UpdateLookup,
                "whenAvailable" => FullDocumentMode.WhenAvailable,
                "required" => FullDocumentMode.Required,
                _ => FullDocumentMode.Off,
            },
            BeforeImages = Text("fullDocumentBeforeChange") switch
            {
                "whenAvailable" => BeforeImageMode.WhenAvailable,
                "required" => BeforeImageMode.Required,
                _ => BeforeImageMode.Off,
            },
            ShowExpandedEvents = arguments.TryGetProperty("showExpandedEvents", out var expanded) && expanded.GetBoolean(),
            HeartbeatInterval = TimeSpan.FromMilliseconds(50),
            MinOplogWindow = TimeSpan.Zero,
        }));
        stream._feed = await stream.OpenAsync(StartPosition.Latest, cancellation);
        stream._position = stream._feed.StartPosition;
        return stream;
    }

    public async Task<Doc> NextAsync(CancellationToken cancellation)
    {
        Doc? next;
        while (!_events.TryDequeue(out next))
        {
            try
            {
                var batch = _feed is { } feed ? await feed.ReadAsync(cancellation) : null;
                foreach (var entry in batch?.Entries ?? [])
                {
                    Take(entry);
                    _position = entry.Position;
                }
            }
            catch (CdcConnectionException e) when (e.IsTransient && _feed is not null && _position is not null)
            {
                await _feed.DisposeAsync();
                _feed = await OpenAsync(StartPosition.At(_position.ToOffset()), cancellation);
            }
        }

        return next;
    }

    public async ValueTask DisposeAsync()
    {
        if (_feed is not null)
        {
            await _feed.DisposeAsync();
        }

        await _context.DisposeAsync();
    }

    private async ValueTask<ISourceFeed> OpenAsync(StartPosition start, CancellationToken cancellation)
    {
        await using var connection = await _source.ConnectAsync(_context, start, cancellation);
        connection.ThrowIfUnusable();
        return await connection.OpenAsync(cancellation);
    }

    private void Take(FeedEntry entry)
    {
        for (var i = 0; i < entry.Changes?.Count; i++)
        {
            Take((MongoSourceInfo)entry.Changes.GetSource(i));
        }

        if (entry.Item is SchemaChange { Source: MongoSourceInfo source })
        {
            Take(source);
        }
    }

    private void Take(MongoSourceInfo source) => _events.Enqueue(DocReader.Read(source.Event.SourceBytes.Span));
}
