using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>Reads changes from a source into the application: created with a source, an offset store and options, enumerated once.</summary>
public sealed class CdcEngine : IAsyncDisposable
{
    /// <summary>Creates the engine; no I/O happens before the first enumeration.</summary>
    public CdcEngine(ISource source, IOffsetStore offsets, CdcEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(offsets);
        ArgumentNullException.ThrowIfNull(options);
        Name = options.Name;
    }

    /// <summary>The engine's name.</summary>
    public string Name { get; }

    /// <summary>Data changes.</summary>
    public IAsyncEnumerable<ChangeEvent> ReadAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Every item.</summary>
    public IAsyncEnumerable<StreamItem> ReadAllAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Batches.</summary>
    public IAsyncEnumerable<ChangeBatch> ReadBatchesAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Acknowledges everything up to the given item and stores the offset now.</summary>
    public ValueTask CommitAsync(StreamItem item, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Acknowledges everything up to the given batch and stores the offset now.</summary>
    public ValueTask CommitAsync(ChangeBatch batch, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Stores now what has been acknowledged, the item at hand included.</summary>
    public ValueTask CommitAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Checks server, privileges and stored position without reading.</summary>
    public ValueTask<IReadOnlyList<SourceFinding>> ValidateAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;
}
