using System.Collections.Immutable;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>One window (R60): LOW, a chunk of one table, HIGH, and what the stream says about the chunk's rows meanwhile. No I/O, no
/// clock.</summary>
/// <remarks>From the moment when it is opened until its rows are delivered, every change of the table that the stream delivers removes the
/// rows with its keys: what the stream has is as new as what was read, or newer. LOW must cover the place where the window was opened;
/// then everything that the stream delivered earlier was visible to the read, so that the rows left are older than nothing that was
/// delivered. Changes before LOW are no exception: they remove rows that the stream has just delivered.</remarks>
internal sealed class ChunkWindow
{
    private readonly WindowRules _rules;
    private readonly Dictionary<SnapshotKey, bool> _touched;
    private readonly HashSet<SnapshotKey> _owed;
    private bool _isCleared;

    /// <param name="rules">The rules.</param>
    /// <param name="table">The table.</param>
    /// <param name="opened">The last transaction's end that the stream has delivered.</param>
    /// <param name="again">Keys of rows to read again in this window.</param>
    public ChunkWindow(WindowRules rules, SnapshotTable table, SourcePosition opened, ImmutableArray<SnapshotKey> again)
    {
        _rules = rules;
        _touched = [];
        _owed = [];
        Table = table;
        Opened = opened;
        AgainKeys = again;
    }

    private ChunkWindow(ChunkWindow other)
    {
        _rules = other._rules;
        _touched = new Dictionary<SnapshotKey, bool>(other._touched);
        _owed = [.. other._owed];
        _isCleared = other._isCleared;
        Table = other.Table;
        Opened = other.Opened;
        AgainKeys = other.AgainKeys;
        HasLow = other.HasLow;
        High = other.High;
        LowAttempts = other.LowAttempts;
        Rows = other.Rows?.Copy();
        AgainRows = other.AgainRows?.Copy();
    }

    /// <summary>The number of changed keys that are remembered for rows that are still to be read.</summary>
    public int Touched => _touched.Count;

    public SnapshotTable Table { get; }

    public SourcePosition Opened { get; }

    public ImmutableArray<SnapshotKey> AgainKeys { get; }

    public bool HasLow { get; private set; }

    /// <summary>How often LOW was taken in vain.</summary>
    public int LowAttempts { get; private set; }

    public WindowRows? Rows { get; private set; }

    public WindowRows? AgainRows { get; private set; }

    public SourcePosition? High { get; private set; }

    /// <summary>True if it must be abandoned and opened again: a change without a key, or other columns.</summary>
    public bool IsSpoiled { get; private set; }

    /// <summary>Keys of rows that must be read again after this window.</summary>
    public IReadOnlyCollection<SnapshotKey> Owed => _owed;

    /// <exception cref="InvalidOperationException">LOW and the stream cannot be ordered.</exception>
    public void OnLow(SourcePosition low)
    {
        HasLow = _rules.IsVisible(low, Opened);
        LowAttempts += HasLow ? 0 : 1;
    }

    public void OnRows(SnapshotChunk chunk) => Rows = Receive(chunk);

    public void OnAgainRows(SnapshotChunk chunk) => AgainRows = Receive(chunk);

    public void OnHigh(SourcePosition high) => High = high;

    /// <summary>True if the stream has come to HIGH.</summary>
    /// <exception cref="InvalidOperationException">The two cannot be ordered.</exception>
    public bool IsClosedAt(SourcePosition place) => High is { } high && _rules.IsClosed(place, high);

    /// <summary>The stream has delivered a change of the table.</summary>
    public void OnChange(in TableChange change, SnapshotKey? key, SnapshotKey? before, SnapshotKey? after)
    {
        if (change.Operation == ChangeOperation.Truncate)
        {
            Clear();
            return;
        }

        if (key is null && before is null && after is null)
        {
            IsSpoiled = true;
            return;
        }

        // An older version of a row always has the key before the change (R66). The key after it only saves a repetition.
        var isPartial = _rules.IsPartial(change);
        Touch(change.Operation == ChangeOperation.Update && before is not null ? null : key, isPartial);
        Touch(_rules.CountsBefore ? before : null, isPartial);
        Touch(after, isPartial);
    }

    /// <summary>The table has other columns, another name, or is gone.</summary>
    public void OnSchemaChange() => IsSpoiled |= _rules.SchemaChangeSpoils;

    /// <summary>Notes a row to read again after this window.</summary>
    public void Owe(SnapshotKey key)
    {
        if (_rules.OwesAgain)
        {
            _owed.Add(key);
        }
    }

    public ChunkWindow Copy() => new(this);

    /// <summary>Its content as text: equal for windows that behave equally.</summary>
    public string Describe()
    {
        var touched = string.Join(',', _touched.Select(pair => (pair.Key.Json, pair.Value)).Order());
        var owed = string.Join(',', _owed.Select(key => key.Json).Order(StringComparer.Ordinal));
        return $"{Table.FullName} {Opened} {HasLow} {_isCleared} {string.Join(',', AgainKeys)} [{touched}] [{owed}] {IsSpoiled} "
            + $"{High} {Describe(Rows)} {Describe(AgainRows)}";
    }

    private static string Describe(WindowRows? rows) => rows is null ? "-"
        : rows.Chunk + string.Concat(Enumerable.Range(0, rows.Chunk.Count).Select(i => rows.IsLeft(i) ? "+" : "-"));

    private WindowRows Receive(SnapshotChunk chunk)
    {
        var rows = new WindowRows(Table, chunk);
        if (_isCleared)
        {
            rows.RemoveAll();
        }
        else if (_rules.CountsEarlyChanges)
        {
            foreach (var (key, isPartial) in _touched)
            {
                Remove(rows, key, isPartial);
            }
        }

        return rows;
    }

    private void Touch(SnapshotKey? key, bool isPartial)
    {
        if (key is null)
        {
            return;
        }

        if (High is null)
        {
            // More rows may arrive.
            _touched[key] = isPartial || (_touched.TryGetValue(key, out var before) && before);
        }

        Remove(Rows, key, isPartial);
        Remove(AgainRows, key, isPartial);
    }

    private void Remove(WindowRows? rows, SnapshotKey key, bool isPartial)
    {
        if (rows is not null && rows.Remove(key) && isPartial)
        {
            Owe(key);
        }
    }

    private void Clear()
    {
        if (!_rules.TruncateClears)
        {
            return;
        }

        // Rows that are in the table after it are in the stream after it.
        _isCleared = true;
        _owed.Clear();
        Rows?.RemoveAll();
        AgainRows?.RemoveAll();
    }
}
