using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Snapshots;

/// <summary>A consistent view with the reader to which it belongs.</summary>
/// <param name="reader">The reader.</param>
/// <param name="view">The view.</param>
/// <param name="tables">All captured tables that match, also those that cannot be read.</param>
/// <param name="logger">The engine's logger.</param>
internal sealed class OpenedView(SnapshotReader reader, ConsistentView view, IReadOnlyList<SnapshotTable> tables, ILogger logger)
    : IAsyncDisposable
{
    public ConsistentView View => view;

    public IReadOnlyList<SnapshotTable> Tables => tables;

    public ILogger Logger => logger;

    public async ValueTask DisposeAsync()
    {
        await view.DisposeAsync().ConfigureAwait(false);
        await reader.DisposeAsync().ConfigureAwait(false);
    }
}
