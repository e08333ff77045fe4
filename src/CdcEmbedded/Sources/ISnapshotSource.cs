namespace CdcEmbedded.Sources;

/// <summary>A source whose tables can also be read, not only their changes: a snapshot. The adapter gives primitives; windows, state, order
/// and retries are the engine's.</summary>
public interface ISnapshotSource : ISource
{
    /// <summary>Opens the querying side: connections of its own beside those of the feed.</summary>
    /// <remarks>An engine opens one when a snapshot runs, closes it when none does, and opens another one after a failure and after each
    /// reconnect of the feed, so that both sides read the same server.</remarks>
    /// <param name="context">The same context as that of the feed.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The caller owns and disposes it.</returns>
    /// <exception cref="CdcConnectionException">The server could not be reached.</exception>
    /// <exception cref="CdcAuthenticationException">The server refused the credentials.</exception>
    ValueTask<SnapshotReader> OpenSnapshotAsync(SourceContext context, CancellationToken cancellationToken);
}
