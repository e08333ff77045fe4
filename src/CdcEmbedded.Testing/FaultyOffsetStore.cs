using CdcEmbedded.Offsets;

namespace CdcEmbedded.Testing;

/// <summary>An offset store over another that fails when a test says so, and remembers what was saved. Thread-safe.</summary>
public sealed class FaultyOffsetStore : IOffsetStore
{
    private readonly Lock _gate = new();
    private readonly IOffsetStore _inner;
    private readonly Queue<Exception> _beforeSave = new();
    private readonly Queue<Exception> _afterSave = new();
    private readonly Queue<Exception> _load = new();
    private readonly List<string> _saved = [];
    private Task? _hold;

    /// <summary>Creates the store.</summary>
    /// <param name="inner">Where offsets really go; null for an <see cref="InMemoryOffsetStore"/>.</param>
    public FaultyOffsetStore(IOffsetStore? inner = null) => _inner = inner ?? new InMemoryOffsetStore();

    /// <inheritdoc/>
    public string? TableName => _inner.TableName;

    /// <summary>The texts that reached the inner store, in their order.</summary>
    public IReadOnlyList<string> Saved
    {
        get
        {
            lock (_gate)
            {
                return [.. _saved];
            }
        }
    }

    /// <summary>The next load that has no failure queued before it fails.</summary>
    public void FailLoad(Exception? failure = null) => Add(_load, failure);

    /// <summary>The next save fails, and nothing is stored. Several calls make several saves fail.</summary>
    public void FailBeforeSave(Exception? failure = null) => Add(_beforeSave, failure);

    /// <summary>The next save fails although the offset is stored, as when the answer is lost.</summary>
    public void FailAfterSave(Exception? failure = null) => Add(_afterSave, failure);

    /// <summary>Saves wait for the task from now on: a slow store.</summary>
    /// <param name="until">Null for none.</param>
    public void HoldSaves(Task? until)
    {
        lock (_gate)
        {
            _hold = until;
        }
    }

    /// <summary>Saves something under the key as another instance would, so that the engine's next save is in conflict.</summary>
    public async ValueTask InterfereAsync(string key, CancellationToken cancellationToken = default)
    {
        var stored = await _inner.LoadAsync(key, cancellationToken).ConfigureAwait(false);
        var text = stored?.Text ?? """{"v":1,"source":"another"}""";
        await _inner.SaveAsync(key, text, stored?.Version ?? 0, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
    {
        ThrowNext(_load);
        return _inner.LoadAsync(key, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
    {
        ThrowNext(_beforeSave);
        Task? hold;
        lock (_gate)
        {
            hold = _hold;
        }

        if (hold is not null)
        {
            await hold.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        var version = await _inner.SaveAsync(key, text, expectedVersion, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            _saved.Add(text);
        }

        ThrowNext(_afterSave);
        return version;
    }

    /// <inheritdoc/>
    public ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default) => _inner.RemoveAsync(key, cancellationToken);

    private void Add(Queue<Exception> failures, Exception? failure)
    {
        lock (_gate)
        {
            failures.Enqueue(failure ?? new IOException("The test makes the offset store fail."));
        }
    }

    private void ThrowNext(Queue<Exception> failures)
    {
        Exception? failure;
        lock (_gate)
        {
            failures.TryDequeue(out failure);
        }

        if (failure is not null)
        {
            throw failure;
        }
    }
}
