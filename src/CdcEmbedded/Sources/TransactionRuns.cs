using CdcEmbedded.Offsets;

namespace CdcEmbedded.Sources;

/// <summary>Which tables the changes of one transaction concern, as runs of consecutive changes of one table. Made only for transactions
/// that concern more than one.</summary>
/// <remarks>One thread appends. Change sets keep the number of their first run and read it from any thread, once they were received
/// through a path with a memory barrier (a channel): earlier runs are never written again, and growing arrays are replaced, not
/// moved. The counts of all tables are recorded at every 64th run, so that the counters at any position cost at most 64 steps and one
/// for each table.</remarks>
internal sealed class TransactionRuns
{
    private const int NoteEvery = 64;
    private readonly Dictionary<(string Database, string Table), int> _places = [];
    private (string Database, string Table)[] _tables = new (string, string)[2];
    private Run[] _runs = new Run[4];
    private long[][] _notes = new long[1][];
    private long[] _counts = new long[2];
    private int _tableCount;
    private int _runCount;
    private long _total;

    /// <summary>One run: it ends where the next one starts.</summary>
    /// <param name="Start">Number of changes of the transaction before it.</param>
    /// <param name="TableStart">Number of those of the same table.</param>
    /// <param name="Table">The table's index.</param>
    private readonly record struct Run(long Start, long TableStart, int Table);

    /// <summary>Adds changes before the first run: those of an earlier reading.</summary>
    public void AddBase(IReadOnlyList<TableCount> counts)
    {
        foreach (var (database, table, count) in counts)
        {
            var place = PlaceOf(database, table);
            _counts[place] += count;
            _total += count;
        }
    }

    /// <summary>Adds consecutive changes of one table.</summary>
    /// <returns>Their run.</returns>
    public int Add(string database, string table, long count)
    {
        var place = PlaceOf(database, table);
        if (_runCount == 0 || _runs[_runCount - 1].Table != place)
        {
            if (_runCount == _runs.Length)
            {
                Grow(ref _runs);
            }

            if (_runCount % NoteEvery == 0)
            {
                var note = _runCount / NoteEvery;
                if (note == _notes.Length)
                {
                    Grow(ref _notes);
                }

                _notes[note] = _counts.AsSpan(0, _tableCount).ToArray();
            }

            _runs[_runCount++] = new Run(_total, _counts[place], place);
        }

        _counts[place] += count;
        _total += count;
        return _runCount - 1;
    }

    /// <summary>Returns the number of a change among those of its table.</summary>
    /// <param name="total">Its number in the transaction, from 1.</param>
    /// <param name="first">The run of its set's first change.</param>
    /// <param name="changes">The changes of its set.</param>
    public long GetTableOrder(long total, int first, int changes)
    {
        var runs = Volatile.Read(ref _runs);
        var run = runs[Find(runs, total, first, changes)];
        return run.TableStart + total - run.Start;
    }

    /// <summary>The counters after a change; the parameters are those of <see cref="GetTableOrder"/>.</summary>
    public TransactionCounters GetCounters(string id, long total, int first, int changes)
    {
        var runs = Volatile.Read(ref _runs);
        var at = Find(runs, total, first, changes);
        var note = Volatile.Read(ref _notes)[at / NoteEvery];
        var tables = Volatile.Read(ref _tables);
        var counts = new long[tables.Length];
        note.CopyTo(counts, 0);
        for (var i = at / NoteEvery * NoteEvery; i <= at; i++)
        {
            counts[runs[i].Table] += (i < at ? runs[i + 1].Start : total) - runs[i].Start;
        }

        return new TransactionCounters(id, total, ToCounts(tables, counts));
    }

    /// <summary>The counters now; for the thread that appends.</summary>
    public TransactionCounters GetCounters(string id) => new(id, _total, ToCounts(_tables, _counts));

    /// <summary>The last run of the set that starts before a change. A set has at most as many runs as changes.</summary>
    private static int Find(Run[] runs, long total, int first, int changes)
    {
        var low = first;
        var high = Math.Min(first + changes, runs.Length) - 1;
        while (low < high)
        {
            // A run that is not written yet starts at 0, as only the first one does.
            var middle = (low + high + 1) >>> 1;
            if (runs[middle].Start < total && (runs[middle].Start > 0 || middle == 0))
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    private static TableCount[] ToCounts((string Database, string Table)[] tables, long[] counts)
    {
        var result = new List<TableCount>(4);
        for (var i = 0; i < counts.Length && i < tables.Length; i++)
        {
            if (counts[i] > 0)
            {
                result.Add(new TableCount(tables[i].Database, tables[i].Table, counts[i]));
            }
        }

        return [.. result];
    }

    private int PlaceOf(string database, string table)
    {
        if (_runCount > 0)
        {
            var last = _runs[_runCount - 1].Table;
            if (_tables[last].Table == table && _tables[last].Database == database)
            {
                return last;
            }
        }

        if (!_places.TryGetValue((database, table), out var place))
        {
            if (_tableCount == _tables.Length)
            {
                Grow(ref _tables);
                Array.Resize(ref _counts, _tables.Length);
            }

            place = _tableCount++;
            _tables[place] = (database, table);
            _places.Add((database, table), place);
        }

        return place;
    }

    private static void Grow<T>(ref T[] array)
    {
        var larger = new T[array.Length * 2];
        array.CopyTo(larger, 0);
        Volatile.Write(ref array, larger);
    }
}
