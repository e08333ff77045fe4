using System.Diagnostics;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>Finds the trace contexts that rows carry.</summary>
internal sealed class TraceContexts
{
    /// <summary>How many contexts one activity is linked to at most.</summary>
    public const int MaxLinks = 128;
    private readonly TraceContextOptions _options;
    private readonly string? _database;
    private readonly string? _table;

    public TraceContexts(TraceContextOptions options)
    {
        _options = options;
        if (options.Table is { } table)
        {
            var dot = table.IndexOf('.', StringComparison.Ordinal);
            (_database, _table) = (table[..dot], table[(dot + 1)..]);
        }
    }

    /// <summary>Adds the contexts of a set's rows that are not in the list yet.</summary>
    public void Add(ChangeSet set, List<ActivityContext> found)
    {
        if (_table is not null && set.HasOneTable && !IsTable(set, 0))
        {
            return;
        }

        // The rows of a statement are one event and have one writer; of a set without a transaction each may have another one.
        var count = set.Transaction is null || _table is not null ? set.Count : 1;
        for (var i = 0; i < count && found.Count < MaxLinks; i++)
        {
            if (_table is not null && !IsTable(set, i))
            {
                continue;
            }

            var after = set.GetAfter(i);
            if (TryRead(after.HasValue ? after : set.GetBefore(i), out var context) && !found.Contains(context))
            {
                found.Add(context);
            }
        }
    }

    private bool IsTable(ChangeSet set, int change) => set.GetTable(change) == _table && set.GetDatabase(change) == _database;

    private bool TryRead(DataRecord record, out ActivityContext context)
    {
        context = default;
        return record.HasValue && record.TryGetValue(_options.Column, out var parent) && parent.Kind == ValueKind.Text
            && ActivityContext.TryParse(parent.AsString(), StateOf(record), isRemote: true, out context);
    }

    private string? StateOf(DataRecord record)
        => record.TryGetValue(_options.StateColumn, out var state) && state.Kind == ValueKind.Text ? state.AsString() : null;
}
