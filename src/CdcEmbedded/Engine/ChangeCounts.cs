using System.Collections.Concurrent;
using CdcEmbedded.Diagnostics;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>Counts delivered changes by table and operation, for metrics. One flow counts; any thread reads.</summary>
internal sealed class ChangeCounts
{
    /// <summary>How many tables are counted by name: those that come later are counted together, so that a source with a table for each
    /// tenant does not fill the application's monitoring.</summary>
    public const int MaxTables = 1000;

    /// <summary>The name under which they are counted.</summary>
    public const string Others = "(others)";
    private const int Operations = (int)ChangeOperation.Truncate + 1;

    private readonly ConcurrentDictionary<(string Database, string Table), long[]> _tables = [];
    private (string Database, string Table) _lastName;
    private long[]? _last;

    /// <summary>Counts the changes of a set.</summary>
    public void Count(ChangeSet set)
    {
        var counts = Find(set.GetDatabase(0), set.GetTable(0));
        for (var i = 0; i < set.Count; i++)
        {
            if (i > 0 && !set.HasOneTable)
            {
                counts = Find(set.GetDatabase(i), set.GetTable(i));
            }

            ref var count = ref counts[(int)set.GetOperation(i)];
            Volatile.Write(ref count, count + 1);
        }
    }

    /// <summary>What was counted so far.</summary>
    public IEnumerable<ChangeCount> Read()
    {
        foreach (var ((database, table), counts) in _tables)
        {
            for (var operation = 1; operation < Operations; operation++)
            {
                if (Volatile.Read(ref counts[operation]) is > 0 and var count)
                {
                    yield return new ChangeCount(database, table, (ChangeOperation)operation, count);
                }
            }
        }
    }

    private long[] Find(string database, string table)
    {
        if (_last is { } last && _lastName.Table == table && _lastName.Database == database)
        {
            return last;
        }

        var name = (database, table);
        if (!_tables.TryGetValue(name, out var counts))
        {
            counts = _tables.GetOrAdd(_tables.Count < MaxTables ? name : (Others, Others), static _ => new long[Operations]);
        }

        _lastName = name;
        return _last = counts;
    }
}
