namespace CdcEmbedded.Sources;

/// <summary>An open, positioned connection to a source's log. Used by one caller at a time.</summary>
public interface ISourceFeed : IAsyncDisposable
{
    /// <summary>Where reading begins: stored at once at a first start, so that a crash before the first event loses nothing.</summary>
    SourcePosition StartPosition { get; }

    /// <summary>Reads what comes next.</summary>
    /// <param name="cancellationToken">Ends the wait; the feed can only be disposed afterwards.</param>
    /// <returns>What one read gave: at least one entry; null where a finite source has ended. A server's log never ends: a closed
    /// connection is a <see cref="CdcConnectionException"/>.</returns>
    ValueTask<FeedBatch?> ReadAsync(CancellationToken cancellationToken);
}
