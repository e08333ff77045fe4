using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>A checked deployment with the change stream open.</summary>
internal sealed class OpenStream(string server, IReadOnlyList<SourceFinding> findings, MongoFeed feed) : SourceConnection(server, findings)
{
    private MongoFeed? _feed = feed;

    /// <inheritdoc/>
    public override ValueTask<ISourceFeed> OpenAsync(CancellationToken cancellationToken)
        => new(Interlocked.Exchange(ref _feed, null) ?? throw new InvalidOperationException("The connection has been opened already."));

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => Interlocked.Exchange(ref _feed, null)?.DisposeAsync() ?? default;
}
