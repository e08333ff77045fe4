using System.Collections.Concurrent;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>A consumer that keeps a copy of all tables by their key.</summary>
internal sealed class TableCopy
{
    private readonly ConcurrentDictionary<(string Table, long Id), string> _rows = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly ConcurrentQueue<Notice> _notices = new();

    /// <summary>The notices, in their order.</summary>
    public IReadOnlyList<Notice> Notices => [.. _notices];

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

            if (item is Notice notice)
            {
                _notices.Enqueue(notice);
            }

            return;
        }

        var row = change.After.HasValue ? change.After : change.Before;
        if (change.Operation != ChangeOperation.Truncate && !row.TryGetValue("v", out _))
        {
            // A table of another form is not copied.
            _log.Enqueue($"{change.Operation} {change.Table} {row["id"]} {change.Source.Snapshot}");
            return;
        }

        if (change.Operation == ChangeOperation.Truncate)
        {
            foreach (var key in _rows.Keys.Where(key => key.Table == change.Table))
            {
                _rows.TryRemove(key, out _);
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

        _log.Enqueue($"{change.Operation} {change.Table} {row["id"]} "
            + $"{change.Source.Snapshot}");
    }
}
