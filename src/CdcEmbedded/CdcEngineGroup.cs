using CdcEmbedded.Engine;
using CdcEmbedded.Offsets;

namespace CdcEmbedded;

/// <summary>Reads several engines, of the same or of different kinds of sources, in one loop.</summary>
/// <remarks>
/// <para>The order of each engine is kept; there is no order between engines (R81). They take turns: one that always has changes does not
/// hold up the others. Asking for the next element acknowledges the current one to its engine, and nothing to the others. Each engine
/// stores its own offset, reconnects by itself, and may have a lease: while one of them waits as a standby, the others are read.</para>
/// <para>If an engine fails, the loop ends with an <see cref="EngineFailedException"/> that names it. The loop ends without an exception
/// when all sources have ended. Leaving the loop stops all engines.</para>
/// <para>One flow enumerates, once. The <c>CommitAsync</c> overloads with an item or a batch and <see cref="DisposeAsync"/> may be called
/// from any thread.</para>
/// </remarks>
public sealed class CdcEngineGroup : IAsyncDisposable
{
    private readonly CdcEngine[] _engines;
    private volatile CdcEngine? _current;

    /// <summary>Creates the group.</summary>
    /// <param name="engines">The engines, which the group disposes. They must not be enumerated by themselves.</param>
    /// <exception cref="ArgumentException">There is none, or two have the same name.</exception>
    public CdcEngineGroup(params IEnumerable<CdcEngine> engines)
    {
        ArgumentNullException.ThrowIfNull(engines);
        _engines = [.. engines];
        if (_engines.Length == 0)
        {
            throw new ArgumentException("A group needs at least one engine.", nameof(engines));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var engine in _engines)
        {
            ArgumentNullException.ThrowIfNull(engine, nameof(engines));
            if (!names.Add(engine.Name))
            {
                throw new ArgumentException($"Two engines have the name '{engine.Name}'. It is the key of an offset, so give each engine "
                    + "its own.", nameof(engines));
            }
        }
    }

    /// <summary>The engines, in the order in which they were given.</summary>
    public IReadOnlyList<CdcEngine> Engines => _engines;

    /// <inheritdoc cref="CdcEngine.ReadAsync"/>
    /// <exception cref="EngineFailedException">While enumerating: an engine has failed.</exception>
    public IAsyncEnumerable<ChangeEvent> ReadAsync(CancellationToken cancellationToken = default)
        => Merge(static (engine, token) => engine.ReadAsync(token), 256, cancellationToken);

    /// <inheritdoc cref="CdcEngine.ReadAllAsync"/>
    /// <exception cref="EngineFailedException">While enumerating: an engine has failed.</exception>
    public IAsyncEnumerable<StreamItem> ReadAllAsync(CancellationToken cancellationToken = default)
        => Merge(static (engine, token) => engine.ReadAllAsync(token), 256, cancellationToken);

    /// <summary>Reads the changes in batches. Each is of one engine.</summary>
    /// <inheritdoc cref="CdcEngine.ReadBatchesAsync"/>
    /// <exception cref="EngineFailedException">While enumerating: an engine has failed.</exception>
    public IAsyncEnumerable<ChangeBatch> ReadBatchesAsync(CancellationToken cancellationToken = default)
        => Merge(static (engine, token) => engine.ReadBatchesAsync(token), 1, cancellationToken);

    /// <summary>Returns the engine that yielded an item.</summary>
    /// <param name="item">An item of this group.</param>
    /// <exception cref="ArgumentException">No engine of this group yielded it.</exception>
    public CdcEngine EngineOf(StreamItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return Find(item.Stream) ?? throw new ArgumentException("No engine of this group yielded the item.", nameof(item));
    }

    /// <summary>Returns the engine that yielded a batch.</summary>
    /// <param name="batch">A batch of this group.</param>
    /// <exception cref="ArgumentException">No engine of this group yielded it.</exception>
    public CdcEngine EngineOf(ChangeBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Find(batch.Stream) ?? throw new ArgumentException("No engine of this group yielded the batch.", nameof(batch));
    }

    /// <summary>Acknowledges to its engine everything up to and including the given item, and stores that engine's offset now.</summary>
    /// <inheritdoc cref="CdcEngine.CommitAsync(StreamItem, CancellationToken)"/>
    public ValueTask CommitAsync(StreamItem item, CancellationToken cancellationToken = default)
        => EngineOf(item).CommitAsync(item, cancellationToken);

    /// <summary>Acknowledges to its engine everything up to and including the given batch, and stores that engine's offset now.</summary>
    /// <inheritdoc cref="CdcEngine.CommitAsync(ChangeBatch, CancellationToken)"/>
    public ValueTask CommitAsync(ChangeBatch batch, CancellationToken cancellationToken = default)
        => EngineOf(batch).CommitAsync(batch, cancellationToken);

    /// <summary>Acknowledges to its engine everything up to and including the loop's current element, and stores that engine's offset now.
    /// Does nothing before the first element.</summary>
    /// <inheritdoc cref="CdcEngine.CommitAsync(CancellationToken)"/>
    public ValueTask CommitAsync(CancellationToken cancellationToken = default) => _current?.CommitAsync(cancellationToken) ?? default;

    /// <summary>Disposes of all engines: see <see cref="CdcEngine.DisposeAsync"/>.</summary>
    public async ValueTask DisposeAsync()
        => await Task.WhenAll(_engines.Select(static engine => engine.DisposeAsync().AsTask())).ConfigureAwait(false);

    private CdcEngine? Find(IOffsetOrigin? stream)
    {
        foreach (var engine in _engines)
        {
            if (stream is not null && engine.IsStream(stream))
            {
                return engine;
            }
        }

        return null;
    }

    private EngineStream<T> Merge<T>(Func<CdcEngine, CancellationToken, IAsyncEnumerable<T>> read, int turn,
        CancellationToken cancellationToken)
    {
        var streams = Array.ConvertAll(_engines, engine => read(engine, cancellationToken));
        return new EngineStream<T>((_, token) => new MergedCursor<T>(
            [.. streams.Select((stream, i) => (_engines[i].Name, stream.GetAsyncEnumerator(token)))], turn, i => _current = _engines[i]),
            cancellationToken);
    }
}
