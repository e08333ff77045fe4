namespace CdcEmbedded.DeadLetters;

/// <summary>Keeps dead letters in memory, for tests. They are gone when the process ends. Thread-safe.</summary>
public sealed class InMemoryDeadLetterStore : IDeadLetterStore
{
    private readonly Lock _gate = new();
    private readonly List<DeadLetter> _letters = [];
    private long _lastId;

    /// <summary>The letters, the oldest first.</summary>
    public IReadOnlyList<DeadLetter> Letters
    {
        get
        {
            lock (_gate)
            {
                return [.. _letters];
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask ParkAsync(DeadLetter letter, object? transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(letter);
        lock (_gate)
        {
            _letters.Add(letter with { Id = ++_lastId });
        }

        return default;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<DeadLetter> ReadAsync(string stream,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var letter in Letters)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (letter.Stream == stream)
            {
                yield return letter;
            }
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<bool> HasAsync(string stream, string handler, string table, IReadOnlyList<string> keys, object? transaction,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        lock (_gate)
        {
            return new(_letters.Exists(letter => letter.Stream == stream && letter.Handler == handler && letter.Table == table
                && (keys.Count == 0 || keys.Contains(letter.Key) || keys.Contains(letter.FormerKey))));
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> RemoveAsync(DeadLetter letter, object? transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(letter);
        lock (_gate)
        {
            return new(_letters.RemoveAll(other => other.Id == letter.Id) > 0);
        }
    }
}
