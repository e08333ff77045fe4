namespace CdcEmbedded.Offsets;

/// <summary>Stores offsets as long as the process lives: for tests, and for streams that start over each time. Thread-safe.</summary>
public sealed class InMemoryOffsetStore : IOffsetStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, StoredOffset> _offsets = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return new ValueTask<StoredOffset?>(_offsets.GetValueOrDefault(key));
        }
    }

    /// <inheritdoc/>
    public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(text);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var version = _offsets.TryGetValue(key, out var stored) ? stored.Version : 0;
            if (version != expectedVersion)
            {
                throw new OffsetConflictException($"Under '{key}' version {expectedVersion} was expected, but version {version} is stored: "
                    + "another instance runs under this name.");
            }

            _offsets[key] = new StoredOffset(text, version + 1);
            return new ValueTask<long>(version + 1);
        }
    }

    /// <inheritdoc/>
    public ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            _offsets.Remove(key);
        }

        return default;
    }
}
