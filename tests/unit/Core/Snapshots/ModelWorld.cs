using System.Collections.Immutable;
using CdcEmbedded.Offsets;
using CdcEmbedded.Snapshots;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>A server, the machine under test, and a consumer that keeps a copy by key. Each method is one step; the explorer runs all
/// orders of them.</summary>
internal sealed partial class ModelWorld
{
    private readonly ModelCase _case;
    private readonly ModelScript _script;
    private readonly WindowRules _rules;
    private SnapshotMachine _machine;
    private ModelPath? _path;
    private int _committed;
    private int _executed;
    private int _seen;
    private int _low;
    private int _delivered;
    private int _crashes;
    private int _reopenings;
    private int _pauses;
    private int _failures;
    private int _requests;
    private int _stops;
    private bool _isPaused;
    private bool _wasStopped;

    // The reader: what it was asked for, and what it has read.
    private SnapshotAction? _asked;
    private ModelChunk? _read;

    // Rows and states on their way to the consumer.
    private ImmutableQueue<(int Key, ModelRow Row, ISnapshotState State)> _pending = [];

    // The consumer.
    private ImmutableArray<ModelRow?> _copy;
    private ISnapshotState _state;
    private int _emittedKeys;

    // What is stored.
    private ImmutableArray<ModelRow?> _storedCopy;
    private ISnapshotState _storedState;
    private int _storedDelivered;
    private int _storedEmittedKeys;

    public ModelWorld(ModelCase model, ModelScript script, WindowRules rules)
    {
        _case = model;
        _script = script;
        _rules = rules;
        _copy = [.. new ModelRow?[ModelScript.KeyCount]];
        _state = SnapshotState.Empty;
        _machine = new SnapshotMachine(SnapshotState.Empty, model.Limits, rules);
        _machine.Apply(static state => state.Accept(Job(0)), keepsWindow: true);
        _machine.OnOpened(new ModelPosition(0));
        _state = _machine.State;
        (_storedCopy, _storedState) = (_copy, _state);
    }

    private ModelWorld(ModelWorld other)
    {
        _case = other._case;
        _script = other._script;
        _rules = other._rules;
        _machine = other._machine.Copy();
        _committed = other._committed;
        _executed = other._executed;
        _seen = other._seen;
        _low = other._low;
        _delivered = other._delivered;
        _crashes = other._crashes;
        _reopenings = other._reopenings;
        _pauses = other._pauses;
        _failures = other._failures;
        _requests = other._requests;
        _stops = other._stops;
        _isPaused = other._isPaused;
        _wasStopped = other._wasStopped;
        _asked = other._asked;
        _read = other._read;
        _pending = other._pending;
        _copy = other._copy;
        _state = other._state;
        _emittedKeys = other._emittedKeys;
        _storedCopy = other._storedCopy;
        _storedState = other._storedState;
        _storedDelivered = other._storedDelivered;
        _storedEmittedKeys = other._storedEmittedKeys;
    }

    /// <summary>Adds every world that is one step away.</summary>
    /// <returns>True if anything is left to happen without an accident.</returns>
    public bool AddNext(List<ModelWorld> next)
    {
        var count = next.Count;
        if (_committed < _script.Transactions)
        {
            next.Add(Step("commit", static world => world._committed++));
        }

        if (_executed < _committed)
        {
            next.Add(Step("becomes visible", static world => world._executed++));
        }

        if (!_pending.IsEmpty)
        {
            next.Add(Step("row", static world => world.ConsumeRow()));
        }
        else if (_delivered < _script.EntriesOf(_committed))
        {
            next.Add(Step("deliver", static world => world.Deliver()));
        }

        AddReads(next);
        var isMoving = next.Count > count;
        AddAccidents(next);
        return isMoving;
    }

    /// <summary>Checks the end: nothing is left to happen.</summary>
    public void CheckEnd()
    {
        if (_isPaused)
        {
            return;
        }

        Check(_machine.State.Jobs.IsEmpty, $"the snapshot does not end: {_machine.Describe()}");
        var expected = _script.StateAt(_script.Transactions);
        for (var key = 0; key < _copy.Length && !_wasStopped; key++)
        {
            Check(Equals(_copy[key], expected[key]), $"key {key} of the copy is {_copy[key]}, of the source {expected[key]} after {_path}");
        }
    }

    public string Describe() => $"{_committed} {_executed} {_seen} {_low} {_delivered} "
        + $"{_crashes}{_reopenings}{_pauses}{_failures}{_requests}{_stops}"
        + $"{_isPaused}{_wasStopped} {_asked?.Kind} {_read} [{Text(_pending)}] {Text(_copy)} {_emittedKeys} {_machine.Describe()} "
        + $"{_storedDelivered} {_storedEmittedKeys} {_storedState.ToJson()} {_state.ToJson()} "
        + $"{(_case.IsTransactional ? Text(_storedCopy) : "")}";

    private static string Text(IEnumerable<ModelRow?> rows) => string.Join(' ', rows);

    private static string Text(IEnumerable<(int Key, ModelRow Row, ISnapshotState State)> rows)
        => string.Join(' ', rows.Select(row => $"{row.Key}={row.Row} {row.State.ToJson()}"));

    private static SnapshotJob Job(int number) => new($"s{number}", SnapshotKind.Incremental);

    private static void Check(bool condition, string what)
    {
        if (!condition)
        {
            throw new ModelViolationException(what);
        }
    }

    private ModelWorld Step(string label, Action<ModelWorld> step)
    {
        var world = new ModelWorld(this);
        world._path = new ModelPath(label, _path);
        try
        {
            step(world);
        }
        catch (ModelViolationException e)
        {
            throw new ModelViolationException($"{e.Message} after {world._path}");
        }

        return world;
    }

    private void AddReads(List<ModelWorld> next)
    {
        if (_read is not null)
        {
            next.Add(Step("answer", static world => world.AnswerRead()));
        }
        else if (_asked is null)
        {
            var world = new ModelWorld(this);
            var action = world._machine.Next();
            if (action?.Kind == SnapshotActionKind.Pace)
            {
                // The model's server may always be read.
                world._machine.OnPaced(action);
                action = world._machine.Next();
            }

            if (action is not null)
            {
                world._asked = action;
                world._path = new ModelPath($"{action.Kind}", _path);
                next.Add(world);
            }
        }
        else if (_asked.Kind is SnapshotActionKind.ReadLastKey or SnapshotActionKind.ReadChunk or SnapshotActionKind.ReadKeys)
        {
            // A read sees what is visible, and may see what is committed; time does not run backwards.
            for (var at = Math.Max(_low, Math.Max(_executed, _seen)); at <= _committed; at++)
            {
                var seen = at;
                next.Add(Step($"read at {seen}", world => world.Read(seen)));
            }
        }
        else
        {
            next.Add(Step("answer", static world => world.Answer()));
        }
    }

    // ---- the stream ----

    private void Deliver()
    {
        var entry = _script.Entries[_delivered++];
        if (entry.IsSchemaChange)
        {
            _machine.OnSchemaChange("d", "t");
        }
        else if (_machine.Watches("d", "t"))
        {
            _machine.OnChange("d", "t", entry.Change);
        }

        // A state that the entry has changed reaches the consumer with it.
        _state = _machine.State;
        _machine.OnPlace(entry.After);
        Consume(entry);
        TakeRows();
    }

    private void TakeRows()
    {
        if (_machine.TakeEmission() is { } emission)
        {
            foreach (var part in emission.Parts)
            {
                for (var i = 0; i < part.Rows.Length; i++)
                {
                    var (key, row) = ((ModelChunk)part.Chunk)[part.Rows[i]];
                    CheckFresh(key, row);
                    _pending = _pending.Enqueue((key, row, part.States.After(part.Rows, i)));
                }
            }
        }

        if (_pending.IsEmpty)
        {
            _state = _machine.State;
        }
    }

    /// <summary>A row must be what the table has at the stream's place or later: never older than something that was delivered.</summary>
    private void CheckFresh(int key, ModelRow row)
    {
        for (var at = DeliveredTransactions; at <= _committed; at++)
        {
            if (Equals(_script.StateAt(at)[key], (ModelRow?)row))
            {
                return;
            }
        }

        Check(false, $"row {key}={row} is older than the stream at {DeliveredTransactions}");
    }

    private int DeliveredTransactions => _delivered == 0 ? 0 : _script.Entries[_delivered - 1].After.Transactions;

    private void Consume(ModelEntry entry)
    {
        var copy = _copy.ToBuilder();
        switch (entry.Operation)
        {
            case ChangeOperation.Truncate:
                copy.Clear();
                copy.AddRange(new ModelRow?[ModelScript.KeyCount]);
                break;
            case 0:
                for (var i = 0; i < copy.Count; i++)
                {
                    copy[i] = copy[i] is { } row ? row with { Schema = SchemaAfter } : null;
                }

                break;
            case ChangeOperation.Delete when entry.IsHalf:
                // The other half names this key, and takes the row with it.
                break;
            case ChangeOperation.Delete:
                copy[entry.KeyBefore] = null;
                break;
            default:
                ModelRow? old = null;
                if (entry.KeyBefore >= 0)
                {
                    old = copy[entry.KeyBefore];
                    copy[entry.KeyBefore] = null;
                }

                copy[entry.KeyAfter] = entry.RowAfter?.Over(old);
                break;
        }

        _copy = copy.ToImmutable();
    }

    private int SchemaAfter => _script.Entries.Take(_delivered).Count(static entry => entry.IsSchemaChange);

    private void ConsumeRow()
    {
        _pending = _pending.Dequeue(out var row);
        _copy = _copy.SetItem(row.Key, row.Row);
        _state = row.State;
        var isRepeatable = _script.Text.AsSpan().IndexOfAny("pqhs") >= 0 || _requests > 0;
        Check(isRepeatable || (_emittedKeys & (1 << row.Key)) == 0, $"key {row.Key} is read again although it was acknowledged");
        _emittedKeys |= 1 << row.Key;
    }

    // ---- the reader ----

    private void Answer()
    {
        var action = _asked!;
        _asked = null;
        switch (action.Kind)
        {
            case SnapshotActionKind.ListTables:
                _machine.OnTables(action, [new ModelTable()]);
                break;
            case SnapshotActionKind.FindTable:
                _machine.OnTable(action, new ModelTable());
                break;
            case SnapshotActionKind.TakeLow:
                _machine.OnLow(action, TakeLow());
                break;
            case SnapshotActionKind.TakeHigh:
                _machine.OnHigh(action, new ModelPosition(_case.Watermark == ModelWatermark.ClusterTime ? Math.Max(0, _seen - 1)
                    : _case.HighIsLogEnd ? _committed : _executed));
                break;
            default:
                _machine.OnWaited(action);
                break;
        }

        TakeRows();
    }

    private ModelPosition TakeLow()
    {
        if (_case.Watermark == ModelWatermark.SignalRow)
        {
            // Commits happen in the order of the log: that of the row was the last one.
            _executed = _committed;
        }
        else if (_case.Watermark == ModelWatermark.ClusterTime)
        {
            _low = _committed;
            return new ModelPosition(_low);
        }

        return new ModelPosition(_executed);
    }

    private void Read(int at)
    {
        _seen = at;
        var action = _asked!;
        var rows = new List<(int, ModelRow)>();
        var state = _script.StateAt(at);
        var after = action.After is { } place ? int.Parse(place.Json, null) : -1;
        var upTo = action.UpTo is { } bound ? int.Parse(bound.Json, null) : int.MaxValue;
        var isLast = true;
        for (var key = 0; key < state.Length; key++)
        {
            var isWanted = action.Kind == SnapshotActionKind.ReadKeys ? action.Keys.Contains(ModelTable.Keys[key])
                : key > after && key <= upTo;
            if (isWanted && state[key] is { } row)
            {
                if (rows.Count < action.Limit || action.Kind != SnapshotActionKind.ReadChunk)
                {
                    rows.Add((key, row));
                }
                else
                {
                    isLast = false;
                }
            }
        }

        _read = new ModelChunk(rows, isLast);
    }

    private void AnswerRead()
    {
        var (action, read) = (_asked!, _read!);
        (_asked, _read) = (null, null);
        switch (action.Kind)
        {
            case SnapshotActionKind.ReadLastKey:
                _machine.OnLastKey(action, read.Count == 0 ? null : read.GetPlace(read.Count - 1));
                break;
            case SnapshotActionKind.ReadChunk:
                _machine.OnChunk(action, read);
                break;
            default:
                _machine.OnKeys(action, read);
                break;
        }

        TakeRows();
    }

    private ModelPosition Place => _delivered == 0 ? new ModelPosition(0) : _script.Entries[_delivered - 1].After;
}
