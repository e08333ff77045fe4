using CdcEmbedded.Offsets;

namespace CdcEmbedded.ServerTests.Matrix;

/// <summary>An offset store whose contents a test reads and prepares: the engine's offset and the source's state beside it.</summary>
public sealed class RecordingOffsetStore : IOffsetStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, StoredOffset> _stored = new(StringComparer.Ordinal);

    /// <summary>Makes a store that holds this store's source state and another offset of the engine.</summary>
    /// <param name="engine">The engine's name.</param>
    /// <param name="offset">The offset's text.</param>
    public RecordingOffsetStore With(string engine, string offset)
    {
        var copy = new RecordingOffsetStore();
        lock (_gate)
        {
            foreach ((string key, StoredOffset stored) in _stored)
            {
                copy._stored[key] = stored;
            }
        }

        copy._stored[engine] = new StoredOffset(offset, 1);
        return copy;
    }

    /// <inheritdoc/>
    public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return new ValueTask<StoredOffset?>(_stored.GetValueOrDefault(key));
        }
    }

    /// <inheritdoc/>
    public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            long version = _stored.TryGetValue(key, out StoredOffset? stored) ? stored.Version : 0;
            if (version != expectedVersion)
            {
                throw new OffsetConflictException($"'{key}' has version {version}, not {expectedVersion}.");
            }

            _stored[key] = new StoredOffset(text, version + 1);
            return new ValueTask<long>(version + 1);
        }
    }
}
