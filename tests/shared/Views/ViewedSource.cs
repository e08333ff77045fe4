using CdcEmbedded.Sources;

namespace CdcEmbedded.Tests.Views;

/// <summary>A source whose change sets are seen through a view, as filters and transforms see them.</summary>
/// <param name="inner">The source.</param>
/// <param name="view">Gives the view of a set; null drops the set.</param>
internal sealed class ViewedSource(ISource inner, Func<ChangeSet, ChangeSet?> view) : ISource
{
    public string Connector => inner.Connector;

    public StartPosition DefaultStart => inner.DefaultStart;

    public SourcePosition ReadPosition(CdcOffset offset) => inner.ReadPosition(offset);

    public async ValueTask<SourceConnection> ConnectAsync(
        SourceContext context, StartPosition start, CancellationToken cancellationToken)
        => new ViewedConnection(await inner.ConnectAsync(context, start, cancellationToken), view);

    private sealed class ViewedConnection(SourceConnection inner, Func<ChangeSet, ChangeSet?> view)
        : SourceConnection(inner.Server, inner.Findings, inner.Failure)
    {
        public override async ValueTask<ISourceFeed> OpenAsync(CancellationToken cancellationToken)
            => new ViewedFeed(await inner.OpenAsync(cancellationToken), view);

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class ViewedFeed(ISourceFeed inner, Func<ChangeSet, ChangeSet?> view) : ISourceFeed
    {
        public SourcePosition StartPosition => inner.StartPosition;

        public async ValueTask<FeedBatch?> ReadAsync(CancellationToken cancellationToken)
            => (await inner.ReadAsync(cancellationToken))?.Select(view);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
