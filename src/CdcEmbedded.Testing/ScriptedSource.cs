using CdcEmbedded.Sources;

namespace CdcEmbedded.Testing;

/// <summary>A source that plays a script through the real engine, without a server: changes, transactions, heartbeats, filtered traffic,
/// disconnects, failures, repetitions and waits, the same in each run.</summary>
/// <remarks>
/// <para>The script is a log: an engine that starts at an offset gets exactly what follows it, also inside a transaction, and several
/// engines one after another may read it. A change outside of <see cref="Begin"/> and <see cref="Commit"/> is a transaction of its own,
/// without begin and end items.</para>
/// <para>At its end the source waits for more steps, as a server does, unless it reaches <see cref="End"/> or the engine has to
/// stop when caught up. Steps may be added while an engine reads. Thread-safe. Without <see cref="CdcEngineOptions.StartFrom"/> reading
/// begins at the first step.</para>
/// </remarks>
public sealed partial class ScriptedSource : ISnapshotSource
{
    private readonly Lock _gate = new();
    private readonly List<ScriptStep> _steps = [];
    private readonly Dictionary<string, string[]> _keys = new(StringComparer.Ordinal);
    private readonly List<StartPosition> _starts = [];
    private TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isInTransaction;
    private int _refusals;
    private int _losses;
    private int _openFeeds;

    /// <summary>Number of consecutive changes of one table in one transaction that form one log event.</summary>
    /// <value>The default is 1.</value>
    public int ChangesPerEvent { get; init; } = 1;

    /// <summary>When the first transaction was committed; each later one follows a second later.</summary>
    /// <value>The default is 2026-01-01 00:00:00 UTC.</value>
    public DateTimeOffset FirstTimestamp { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What <see cref="CdcEngine.ValidateAsync"/> returns.</summary>
    /// <value>The default is an empty list.</value>
    public IReadOnlyList<SourceFinding> Findings { get; init; } = [];

    /// <summary>The tables that the source says it captures, as <c>database.table</c>: <see cref="CdcEngine.ValidateAsync"/> reports rules
    /// of <see cref="CdcEngineOptions.Transforms"/> that match none of them.</summary>
    /// <value>Null, the default, where it does not say: a script may add changes of any table at any time.</value>
    public IReadOnlyList<string>? CapturedTables { get; init; }

    /// <inheritdoc/>
    public string Connector => ScriptedPosition.ConnectorName;

    /// <inheritdoc/>
    public StartPosition DefaultStart => StartPosition.Earliest;

    /// <summary>The start of each attempt to connect, in order, including refused attempts.</summary>
    public IReadOnlyList<StartPosition> Starts
    {
        get
        {
            lock (_gate)
            {
                return [.. _starts];
            }
        }
    }

    /// <summary>Number of open feeds: 0 after a stream has ended, otherwise something leaks.</summary>
    public int OpenFeeds => Volatile.Read(ref _openFeeds);

    /// <summary>Names the key columns of a table; before its first change. Other tables have <c>id</c>, if a row has it.</summary>
    public ScriptedSource Key(string table, params string[] columns)
    {
        lock (_gate)
        {
            _keys[table] = columns;
        }

        return this;
    }

    /// <summary>A row is inserted.</summary>
    /// <param name="table">As <c>database.table</c>.</param>
    /// <param name="after">Its fields; see <see cref="ScriptedValue.From"/>.</param>
    public ScriptedSource Insert(string table, params (string Name, object? Value)[] after)
        => AddChange(ChangeOperation.Create, table, null, ScriptedRow.Of(after));

    /// <summary>A row is inserted.</summary>
    public ScriptedSource Insert(string table, ScriptedRow after) => AddChange(ChangeOperation.Create, table, null, after);

    /// <summary>A row is changed.</summary>
    public ScriptedSource Update(string table, ScriptedRow before, ScriptedRow after)
        => AddChange(ChangeOperation.Update, table, before, after);

    /// <summary>A row is removed.</summary>
    /// <param name="table">As <c>database.table</c>.</param>
    /// <param name="before">Its fields; see <see cref="ScriptedValue.From"/>.</param>
    public ScriptedSource Delete(string table, params (string Name, object? Value)[] before)
        => AddChange(ChangeOperation.Delete, table, ScriptedRow.Of(before), null);

    /// <summary>A row is removed.</summary>
    public ScriptedSource Delete(string table, ScriptedRow before) => AddChange(ChangeOperation.Delete, table, before, null);

    /// <summary>All rows of a table are removed at once.</summary>
    public ScriptedSource Truncate(string table) => AddChange(ChangeOperation.Truncate, table, null, null);

    /// <summary>A transaction begins.</summary>
    /// <exception cref="InvalidOperationException">One is open.</exception>
    public ScriptedSource Begin() => AddBoundary(ScriptStepKind.Begin, true);

    /// <summary>The transaction ends.</summary>
    /// <exception cref="InvalidOperationException">None is open.</exception>
    public ScriptedSource Commit() => AddBoundary(ScriptStepKind.Commit, false);

    /// <summary>A transaction of which nothing is captured: only the position moves.</summary>
    /// <exception cref="InvalidOperationException">A transaction is open.</exception>
    public ScriptedSource Filtered()
    {
        lock (_gate)
        {
            RequireTransaction(false);
            return Add(new ScriptStep { Kind = ScriptStepKind.Filtered });
        }
    }

    /// <summary>The source reports that it is alive and everything has been read.</summary>
    public ScriptedSource Heartbeat() => Add(new ScriptStep { Kind = ScriptStepKind.Heartbeat });

    /// <summary>The source reports that something is missing here.</summary>
    /// <param name="kind">What it reports.</param>
    /// <param name="message">What happened.</param>
    /// <param name="table">As <c>database.table</c>; empty if it concerns none or all.</param>
    /// <exception cref="InvalidOperationException">A transaction is open.</exception>
    public ScriptedSource Notice(NoticeKind kind, string message, string table = "")
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(table);
        var dot = table.IndexOf('.', StringComparison.Ordinal);
        var (database, name) = dot < 0 ? (table, "") : (table[..dot], table[(dot + 1)..]);
        lock (_gate)
        {
            RequireTransaction(false);
            return Add(new ScriptStep
            {
                Kind = ScriptStepKind.Notice,
                Item = position => StreamItems.Notice(kind, message, position, database, name),
            });
        }
    }

    /// <summary>The structure of a table has changed.</summary>
    /// <param name="kind">What has happened to it.</param>
    /// <param name="table">As <c>database.table</c>.</param>
    /// <param name="statement">The statement, or another name of the operation.</param>
    /// <exception cref="InvalidOperationException">A transaction is open.</exception>
    public ScriptedSource SchemaChange(SchemaChangeKind kind, string table, string statement = "ALTER TABLE")
    {
        ArgumentNullException.ThrowIfNull(statement);
        var (database, name) = ScriptedChange.SplitTable(table);
        lock (_gate)
        {
            RequireTransaction(false);
            var source = new SourceInfo
            {
                Connector = Connector,
                Name = "script",
                Timestamp = FirstTimestamp.AddSeconds(CountTransactions()),
                Database = database,
                Table = name,
            };
            return Add(new ScriptStep
            {
                Kind = ScriptStepKind.Notice,
                Item = position => StreamItems.SchemaChange(kind, statement, source, position),
            });
        }
    }

    /// <summary>The connection is cut here, as many times as given; then the stream continues.</summary>
    public ScriptedSource Disconnect(int times = 1) => Fail(new CdcConnectionException("The script cuts the connection."), times);

    /// <summary>Reading fails here, as many times as given; then the stream continues.</summary>
    public ScriptedSource Fail(Exception failure, int times = 1)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return Add(new ScriptStep { Kind = ScriptStepKind.Failure, Failure = failure, Remaining = times });
    }

    /// <summary>The next attempts to connect fail.</summary>
    public ScriptedSource RefuseConnections(int times)
    {
        lock (_gate)
        {
            _refusals = times;
        }

        return this;
    }

    /// <summary>The next attempts to connect at an offset find that it is lost.</summary>
    public ScriptedSource LoseOffsets(int times = 1)
    {
        lock (_gate)
        {
            _losses = times;
        }

        return this;
    }

    /// <summary>The previous change is repeated, as a source may do: with the same event id and offset.</summary>
    public ScriptedSource Repeat() => Add(new ScriptStep { Kind = ScriptStepKind.Repeat, Remaining = 1 });

    /// <summary>The source yields nothing until the task has completed.</summary>
    public ScriptedSource Wait(Task until)
    {
        ArgumentNullException.ThrowIfNull(until);
        return Add(new ScriptStep { Kind = ScriptStepKind.Wait, Until = until });
    }

    /// <summary>The source ends here, as a file does.</summary>
    public ScriptedSource End() => Add(new ScriptStep { Kind = ScriptStepKind.End });

    /// <inheritdoc/>
    public SourcePosition ReadPosition(CdcOffset offset) => ScriptedPosition.FromOffset(offset);

    /// <inheritdoc/>
    public ValueTask<SourceConnection> ConnectAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(start);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            _starts.Add(start);
            if (_refusals > 0)
            {
                _refusals--;
                throw new CdcConnectionException("The script refuses the connection.");
            }

            if (_losses > 0 && start.Offset is not null)
            {
                _losses--;
                return new(
                    SourceConnection.Refused("The script", Findings,
                    new OffsetLostException($"The script has lost the offset {start.Offset}.")));
            }
        }

        var position = start.Offset is { } offset ? ScriptedPosition.FromOffset(offset)
            : start == StartPosition.Latest ? new ScriptedPosition(CountTransactions(), 0)
            : new ScriptedPosition(0, 0);
        return new(new ScriptedConnection(this, context, position, Findings)
        {
            CapturedTables = CapturedTables is null ? null : [.. CapturedTables.Select(ScriptedChange.SplitTable)],
        });
    }

    internal void OnFeedOpened() => Interlocked.Increment(ref _openFeeds);

    internal void OnFeedClosed() => Interlocked.Decrement(ref _openFeeds);

    /// <summary>The step at a place; null with a task that completes when there is one.</summary>
    internal ScriptStep? GetStep(int index, out Task added)
    {
        lock (_gate)
        {
            added = _added.Task;
            return index < _steps.Count ? _steps[index] : null;
        }
    }

    /// <summary>Takes one of the remaining times that a step happens.</summary>
    internal bool TryUse(ScriptStep step)
    {
        lock (_gate)
        {
            return step.Remaining > 0 && step.Remaining-- > 0;
        }
    }

    /// <summary>The position after everything in the script.</summary>
    internal ScriptedPosition GetEnd()
    {
        lock (_gate)
        {
            var rows = 0;
            for (var i = _steps.Count - 1; _isInTransaction && i >= 0 && _steps[i].Kind != ScriptStepKind.Begin; i--)
            {
                rows += _steps[i].Kind == ScriptStepKind.Change ? 1 : 0;
            }

            return new ScriptedPosition(CountTransactions(), rows);
        }
    }

    internal int CountTransactions()
    {
        var count = 0;
        var inside = false;
        lock (_gate)
        {
            foreach (var step in _steps)
            {
                inside = step.Kind == ScriptStepKind.Begin || (inside && step.Kind != ScriptStepKind.Commit);
                count += EndsTransaction(step, inside) ? 1 : 0;
            }
        }

        return count;
    }

    internal static bool EndsTransaction(ScriptStep step, bool isInside)
        => step.Kind is ScriptStepKind.Commit or ScriptStepKind.Filtered or ScriptStepKind.Notice
            || (step.Kind == ScriptStepKind.Change && !isInside);

    private ScriptedSource AddChange(ChangeOperation operation, string table, ScriptedRow? before, ScriptedRow? after)
    {
        lock (_gate)
        {
            var key = operation == ChangeOperation.Truncate ? [] : _keys.GetValueOrDefault(table);
            var change = ScriptedChange.Create(operation, table, before, after, key);
            return Add(new ScriptStep { Kind = ScriptStepKind.Change, Change = change });
        }
    }

    private ScriptedSource AddBoundary(ScriptStepKind kind, bool opens)
    {
        lock (_gate)
        {
            RequireTransaction(!opens);
            _isInTransaction = opens;
            return Add(new ScriptStep { Kind = kind });
        }
    }

    private void RequireTransaction(bool isOpen)
    {
        if (_isInTransaction != isOpen)
        {
            throw new InvalidOperationException(isOpen ? "No transaction is open in the script." : "A transaction is open in the script.");
        }
    }

    private ScriptedSource Add(ScriptStep step)
    {
        lock (_gate)
        {
            _steps.Add(step);
            _added.SetResult();
            _added = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return this;
    }
}
