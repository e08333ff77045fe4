using System.Collections.Concurrent;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>A consumer that keeps a copy of all tables by their key.</summary>
internal sealed class TableCopy
{
    private readonly ConcurrentDictionary<(string Table, long Id), string> _rows = new();
    private readonly ConcurrentQueue<string> _log = new();

    /// <summary>What was applied, one line for each item.</summary>
    public IReadOnlyList<string> Lines => [.. _log];

    public int Count => _rows.Count;

    /// <summary>The rows of a table as <c>id=value</c>, ordered.</summary>
    public string this[string table] => string.Join(' ', _rows.Where(row => row.Key.Table == table).OrderBy(row => row.Key.Id)
        .Select(row => $"{row.Key.Id}={row.Value}"));

    public void Apply(StreamItem item)
    {
        if (item is not ChangeEvent change)
        {
            if (item is SnapshotProgress progress)
            {
                _log.Enqueue($"{progress.Progress.Table} {progress.Progress.Status} {progress.Progress.Rows}");
            }

            return;
        }

        if (change.Operation == ChangeOperation.Truncate)
        {
            foreach (var row in _rows.Keys.Where(row => row.Table == change.Table))
            {
                _rows.TryRemove(row, out _);
            }

            return;
        }

        if (change.Before.HasValue)
        {
            _rows.TryRemove((change.Table, change.Before["id"].AsInt64()), out _);
        }

        if (change.After.HasValue)
        {
            _rows[(change.Table, change.After["id"].AsInt64())] = change.After["v"].ToString();
        }

        _log.Enqueue($"{change.Operation} {change.Table} {(change.After.HasValue ? change.After : change.Before)["id"]} "
            + $"{change.Source.Snapshot}");
    }
}
