using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Transactions;

/// <summary>A transaction of which changes have been delivered and more may come. Used by the reading flow only.</summary>
internal sealed class OpenTransaction
{
    private string? _id;
    private TransactionInfo? _info;
    private string? _database;
    private string _table = "";
    private TransactionRuns? _runs;

    /// <summary>True if the source has reported it since it was opened.</summary>
    public bool IsSeen => _info is not null;

    /// <summary>The delivered changes so far.</summary>
    public long Total { get; private set; }

    /// <summary>Starts with a transaction that the source reports.</summary>
    public void Begin(TransactionInfo info)
    {
        _info = info;
        _id = null;
        _database = null;
        _runs = null;
        Total = 0;
    }

    /// <summary>Resumes a transaction of which an earlier reading delivered something.</summary>
    public void Resume(string id, TransactionInfo? info, IReadOnlyList<TableCount> delivered)
    {
        _info = info;
        _id = id;
        _runs = new TransactionRuns();
        _runs.AddBase(delivered);
        Total = 0;
        foreach (var table in delivered)
        {
            Total += table.Count;
        }
    }

    /// <summary>The source is opened again: it reports the same transaction with another object.</summary>
    public void OnReopened()
    {
        _id ??= _info?.Id;
        _info = null;
    }

    /// <summary>True if it is the given one.</summary>
    public bool Is(TransactionInfo info)
    {
        if (ReferenceEquals(_info, info))
        {
            return true;
        }

        if (_info is not null || _id != info.Id)
        {
            return false;
        }

        _info = info;
        return true;
    }

    /// <summary>Counts the changes of a set and gives the set its position in the transaction.</summary>
    public void Add(ChangeSet set, PlaceState state)
    {
        var before = Total;
        var first = 0;
        if (set.HasOneTable)
        {
            first = Count(set.GetDatabase(0), set.GetTable(0), set.Count);
        }
        else
        {
            first = CountEach(set);
        }

        set.Place(before, _runs, first, state);
    }

    /// <summary>The counters now.</summary>
    public TransactionCounters ToCounters()
    {
        var id = _id ?? _info?.Id ?? "";
        return _runs is { } runs ? runs.GetCounters(id)
            : new TransactionCounters(id, Total, _database is { } database ? [new TableCount(database, _table, Total)] : []);
    }

    /// <summary>The same as an end reports it.</summary>
    public List<KeyValuePair<string, long>> ToDataCollections()
    {
        var result = new List<KeyValuePair<string, long>>();
        foreach (var (database, table, count) in ToCounters().Tables)
        {
            result.Add(new($"{database}.{table}", count));
        }

        return result;
    }

    private int CountEach(ChangeSet set)
    {
        var count = set.Count;
        var firstRun = -1;
        for (var start = 0; start < count;)
        {
            var database = set.GetDatabase(start);
            var table = set.GetTable(start);
            var end = start + 1;
            while (end < count && set.GetTable(end) == table && set.GetDatabase(end) == database)
            {
                end++;
            }

            var run = Count(database, table, end - start);
            firstRun = firstRun < 0 ? run : firstRun;
            start = end;
        }

        return firstRun;
    }

    private int Count(string database, string table, int count)
    {
        var run = 0;
        if (_runs is { } runs)
        {
            run = runs.Add(database, table, count);
        }
        else if (_database is null)
        {
            _database = database;
            _table = table;
        }
        else if (_table != table || _database != database)
        {
            _runs = new TransactionRuns();
            _runs.Add(_database, _table, Total);
            run = _runs.Add(database, table, count);
        }

        Total += count;
        return run;
    }
}
