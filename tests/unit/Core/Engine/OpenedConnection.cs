using CdcEmbedded.Sources;

namespace CdcEmbedded.Tests.Engine;

/// <summary>A connection that has a feed and found nothing.</summary>
internal sealed class OpenedConnection(ISourceFeed feed) : SourceConnection("A test", [])
{
    public override ValueTask<ISourceFeed> OpenAsync(CancellationToken cancellationToken) => new(feed);

    public override ValueTask DisposeAsync() => default;
}
