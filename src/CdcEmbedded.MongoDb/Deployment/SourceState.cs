using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>What a source keeps for one engine: the client, with what it has learned of the servers, and the end at which the engine stops.
/// One flow at a time.</summary>
internal sealed class SourceState : IAsyncDisposable
{
    private DriverClient? _client;
    private ClusterTime? _end;
    private bool _hasEnd;

    /// <summary>The collections that were reported to keep no images.</summary>
    public HashSet<string> ReportedWithoutImages { get; } = new(StringComparer.Ordinal);

    /// <summary>The client, for other flows than the stream's; null before the first connection.</summary>
    public DriverClient? Client => Volatile.Read(ref _client);

    /// <summary>The state of a context.</summary>
    public static SourceState Of(SourceContext context) => context.GetState(static () => new SourceState());

    /// <summary>The client: made at the first call, and kept over reconnects, as the servers of the connection string may have
    /// been replaced since.</summary>
    public async ValueTask<DriverClient> GetClientAsync(ClientSettings settings, SourceContext context, CancellationToken cancellationToken)
    {
        _client ??= DriverClient.Create(
            await settings.ResolveAsync(context.LoggerFactory, cancellationToken).ConfigureAwait(false), context.LoggerFactory,
                context.TimeProvider);
        _client.Tls.Reset();
        return _client;
    }

    /// <summary>The end at which an engine stops is that of its first connection.</summary>
    public ClusterTime? GetEnd(ServerFacts facts)
    {
        _end = _hasEnd ? _end : facts.OperationTime;
        _hasEnd = true;
        return _end;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client?.DisposeAsync() ?? default;
}
