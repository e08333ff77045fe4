using CdcEmbedded.Sources;
using CdcEmbedded.Transforms;

namespace CdcEmbedded.Testing;

/// <summary>What the tables of a script contain after some of its transactions.</summary>
internal sealed class ScriptedTables
{
    private readonly Dictionary<string, List<ScriptedChange>> _rows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _keys;

    /// <param name="start">The rows before the first step.</param>
    /// <param name="keys">The key columns of tables that name them.</param>
    /// <param name="steps">The script.</param>
    /// <param name="transactions">How many transactions have happened.</param>
    public ScriptedTables(IReadOnlyDictionary<string, List<ScriptedChange>> start, Dictionary<string, string[]> keys,
        IReadOnlyList<ScriptStep> steps, int transactions)
    {
        _keys = keys;
        foreach (var (table, rows) in start)
        {
            _rows[table] = [.. rows];
        }

        var count = 0;
        var isInside = false;
        foreach (var step in steps)
        {
            isInside = step.Kind == ScriptStepKind.Begin || (isInside && step.Kind != ScriptStepKind.Commit);
            if (step.Change is { } change && count < transactions)
            {
                Apply(change);
            }

            count += ScriptedSource.EndsTransaction(step, isInside) ? 1 : 0;
        }
    }

    public List<ScriptedTable> Find(IReadOnlyList<string> patterns)
    {
        var filter = new TableFilter(patterns, []);
        var result = new List<ScriptedTable>();
        foreach (var name in _rows.Keys.Order(StringComparer.Ordinal))
        {
            var (database, table) = Split(name);
            if (filter.Matches(database, table))
            {
                result.Add(TableOf(name));
            }
        }

        return result;
    }

    public ScriptedTable? Find(string database, string table)
        => _rows.ContainsKey($"{database}.{table}") ? TableOf($"{database}.{table}") : null;

    /// <summary>The rows in the order of the key, or as they were inserted.</summary>
    public List<ScriptedChange> RowsOf(ScriptedTable table)
    {
        var rows = new List<ScriptedChange>(_rows.GetValueOrDefault(table.FullName) ?? []);
        if (table.ChunkRefusal is null)
        {
            rows.Sort((a, b) => ScriptedTable.Compare(KeyOf(table, a), KeyOf(table, b)));
        }

        return rows;
    }

    public static SnapshotKey KeyOf(ScriptedTable table, ScriptedChange row)
        => table.KeyOf(row.After) ?? throw new InvalidOperationException($"A row of {table.FullName} has no key.");

    private static (string Database, string Table) Split(string name)
    {
        var point = name.IndexOf('.', StringComparison.Ordinal);
        return (name[..point], name[(point + 1)..]);
    }

    private ScriptedTable TableOf(string name)
    {
        var (database, table) = Split(name);
        var rows = _rows[name];
        return new ScriptedTable(database, table, _keys.GetValueOrDefault(name)
            ?? (rows.Count > 0 && rows[0].Schema.PrimaryKey.Count == 0 ? [] : ["id"]), rows.Count);
    }

    private void Apply(ScriptedChange change)
    {
        var name = $"{change.Database}.{change.Table}";
        if (!_rows.TryGetValue(name, out var rows))
        {
            _rows[name] = rows = [];
        }

        if (change.Operation == ChangeOperation.Truncate)
        {
            rows.Clear();
            return;
        }

        ScriptedChange? old = null;
        if (change.Before.HasValue)
        {
            var table = TableOf(name);
            var key = table.KeyOf(change.Before);
            var index = rows.FindIndex(row => key is not null && table.KeyOf(row.After) == key);
            if (index >= 0)
            {
                old = rows[index];
                rows.RemoveAt(index);
            }
        }

        if (change.After.HasValue)
        {
            rows.Add(old is null ? change : change.Over(old));
        }
    }
}
