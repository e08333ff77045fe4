using CdcEmbedded.Sources;

namespace CdcEmbedded.Testing;

/// <summary>The tables of the script, for snapshots.</summary>
public sealed partial class ScriptedSource
{
    private readonly Dictionary<string, List<ScriptedChange>> _tables = new(StringComparer.Ordinal);
    private Exception? _readFailure;
    private int _readFailures;
    private int _openReaders;
    private int _visible;

    /// <summary>True if commits become visible to snapshots step by step, later than the stream delivers them, as on real
    /// servers.</summary>
    /// <value>The default is false: what was added to the script is visible at once.</value>
    public bool IsVisibleLate { get; init; }

    /// <summary>Selects the rows of a snapshot with a condition, which a real server would understand.</summary>
    /// <value>Null, the default, ignores conditions.</value>
    public Func<string, DataRecord, bool>? Condition { get; init; }

    /// <summary>How busy the source says that it is.</summary>
    /// <value>Null, the default, if it cannot say.</value>
    public Func<SourceLoad>? Load { get; init; }

    /// <summary>The tables that the source captures by name, as <c>database.table</c>: their rows are delivered even if they are
    /// signals.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> NamedTables { get; init; } = [];

    /// <summary>Number of open snapshot readers: 0 after a stream has ended, otherwise something leaks.</summary>
    public int OpenReaders => Volatile.Read(ref _openReaders);

    /// <summary>Adds rows that a table has before the first step of the script: only snapshots show them. Without rows the table exists
    /// and is empty.</summary>
    /// <param name="table">As <c>database.table</c>.</param>
    /// <param name="rows">The rows.</param>
    public ScriptedSource Table(string table, params ScriptedRow[] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        lock (_gate)
        {
            if (!_tables.TryGetValue(table, out var list))
            {
                _tables[table] = list = [];
            }

            foreach (var row in rows)
            {
                list.Add(ScriptedChange.Create(ChangeOperation.Read, table, null, row, _keys.GetValueOrDefault(table)));
            }
        }

        return this;
    }

    /// <summary>The next reads of snapshots fail.</summary>
    /// <param name="failure">How.</param>
    /// <param name="times">How many.</param>
    public ScriptedSource FailReads(Exception failure, int times = 1)
    {
        ArgumentNullException.ThrowIfNull(failure);
        lock (_gate)
        {
            _readFailure = failure;
            _readFailures = times;
        }

        return this;
    }

    /// <inheritdoc/>
    public bool CapturesByName(string database, string table)
        => NamedTables.Contains($"{database}.{table}", StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public ValueTask<SnapshotReader> OpenSnapshotAsync(SourceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _openReaders);
        return new(new ScriptedReader(this, context));
    }

    internal void OnReaderClosed() => Interlocked.Decrement(ref _openReaders);

    internal void OnSnapshotRead()
    {
        lock (_gate)
        {
            if (_readFailures > 0 && _readFailure is { } failure)
            {
                _readFailures--;
                throw failure;
            }
        }
    }

    /// <summary>The transactions that are visible.</summary>
    internal int TakeWatermark()
    {
        var count = CountTransactions();
        lock (_gate)
        {
            _visible = IsVisibleLate ? Math.Min(_visible + 1 + ((count - _visible) / 2), count) : count;
            return _visible;
        }
    }

    /// <summary>The tables as they are visible now.</summary>
    internal ScriptedTables ReadTables()
    {
        var count = CountTransactions();
        lock (_gate)
        {
            return ReadTables(IsVisibleLate ? _visible : count);
        }
    }

    internal ScriptedTables ReadTables(int transactions)
    {
        lock (_gate)
        {
            return new ScriptedTables(_tables, new Dictionary<string, string[]>(_keys), _steps, transactions);
        }
    }

    internal List<ScriptedChange> RowsWhere(List<ScriptedChange> rows, string? condition)
        => condition is null || Condition is not { } selects ? rows : rows.FindAll(row => selects(condition, row.After));
}
