using CdcEmbedded.Offsets;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Sources;

/// <summary>What the engine passes to a source when it connects, and what the source keeps for that engine. One object serves all
/// connections of one enumeration; its owner disposes it after the last one is closed.</summary>
public sealed class SourceContext : IAsyncDisposable
{
    private readonly SourceNotes? _notes;
    private readonly Lazy<SourceNotes> _ownNotes = new(static () => new SourceNotes(new InMemoryOffsetStore(), "source"));
    private object? _state;

    /// <summary>The engine's name: <see cref="SourceInfo.Name"/> of every event.</summary>
    public required string Name { get; init; }

    /// <summary>Makes the source's loggers. Those of an engine put the engine's name into every line.</summary>
    public required ILoggerFactory LoggerFactory { get; init; }

    /// <summary>The clock of time-outs and waits.</summary>
    public required TimeProvider TimeProvider { get; init; }

    /// <summary>How many changes a batch holds at most before it is handed over, unless one log event holds more.</summary>
    public required int MaxBatchSize { get; init; }

    /// <summary>True if the consumer enumerates more than changes: only then the feed makes schema changes. Notices it makes
    /// in any case.</summary>
    /// <value>The default is false.</value>
    public bool WantsItems { get; init; }

    /// <summary>True if the feed ends at the log's end as it was when it was first opened, instead of waiting for more.</summary>
    /// <value>The default is false.</value>
    public bool StopWhenCaughtUp { get; init; }

    /// <summary>A table as <c>database.table</c> that the feed delivers besides what the source's options capture, even if they exclude
    /// it; snapshots do not read it. See <see cref="SnapshotOptions.SignalTable"/>.</summary>
    /// <value>Null, the default, for none.</value>
    public string? SignalTable { get; init; }

    /// <summary>True if snapshots may write into <see cref="SignalTable"/>: see <see cref="SnapshotOptions.WritesWatermarks"/>.</summary>
    /// <value>The default is false.</value>
    public bool WritesWatermarks { get; init; }

    /// <summary>The tables that a start reads, as <see cref="SnapshotOptions.Tables"/> says: a connection reports patterns that match no
    /// captured table as findings.</summary>
    /// <value>Empty, the default, for all that are captured.</value>
    public IReadOnlyList<string> SnapshotTables { get; init; } = [];

    /// <summary>True if a connection should list what it captures: see <see cref="SourceConnection.CapturedTables"/>.</summary>
    /// <value>The default is false.</value>
    public bool ListsTables { get; init; }

    /// <summary>The table in which offsets are stored, as <see cref="Offsets.IOffsetStore.TableName"/> says: the feed and snapshots skip
    /// it, unless the source's options name it without wildcards.</summary>
    /// <value>Null, the default, for none.</value>
    public string? OffsetTable { get; init; }

    /// <summary>Further tables of the application's own, as <see cref="CdcEngineOptions.OwnTables"/> says: the feed and snapshots skip
    /// them, unless the source's options name them without wildcards.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> OwnTables { get; init; } = [];

    /// <summary>What the source must remember beside its offset.</summary>
    /// <value>The engine provides notes in its offset store; left unset, they live in memory as long as this context.</value>
    public SourceNotes Notes
    {
        get => _notes ?? _ownNotes.Value;
        init => _notes = value;
    }

    /// <summary>What the source keeps for this engine from one connection to the next, such as the end at which a stream stops, or a client
    /// with its connections. Called by one flow at a time. Disposed with this object where it is <see cref="IAsyncDisposable"/>.</summary>
    /// <typeparam name="T">The adapter's own type.</typeparam>
    /// <param name="create">Makes it at the first call.</param>
    /// <exception cref="InvalidOperationException">Another type was kept before.</exception>
    public T GetState<T>(Func<T> create)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(create);
        _state ??= create();
        return _state as T ?? throw new InvalidOperationException($"The context keeps a {_state.GetType().Name}, not a {typeof(T).Name}.");
    }

    /// <summary>Disposes of what the source keeps for this engine. May be called again.</summary>
    public ValueTask DisposeAsync() => (Interlocked.Exchange(ref _state, null) as IAsyncDisposable)?.DisposeAsync() ?? default;
}
