using System.Runtime.CompilerServices;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Transforms;

/// <summary>What the rules do to one version of one table, or to one collection. Thread-safe.</summary>
internal sealed class TablePlan
{
    private readonly RowRule[] _conditions;
    private readonly FieldNode? _fields;
    private readonly RowPlan? _row;
    private readonly TableSchema? _schema;
    private readonly ConditionalWeakTable<TableSchema, RowPlan> _parts = [];

    /// <exception cref="InvalidOperationException">A rule names a column that the table does not have, or rules
    /// contradict each other.</exception>
    public TablePlan(TransformRules rules, string database, string table, TableSchema? schema)
    {
        var ignoreCase = schema is not null;
        _schema = schema;
        IsDropped = !rules.KeepsTable(database, table, ignoreCase);
        _conditions = IsDropped ? [] : [.. rules.Rows.Where(r => r.Matches(database, table, ignoreCase))];
        var renames = rules.Renames.Where(r => r.Matches(database, table, ignoreCase)).ToList();
        if (renames.Count > 1)
        {
            throw new InvalidOperationException(
                $"Two transforms rename {database}.{table}: {renames[0].Text} and {renames[1].Text}. Narrow one of the patterns.");
        }

        (Database, Table) = renames.Count == 1 ? renames[0].Apply(database, table, ignoreCase) : (database, table);
        var columns = IsDropped ? [] : rules.Columns.Where(c => c.Matches(database, table, ignoreCase)).ToArray();
        if (columns.Length > 0)
        {
            _fields = FieldNode.Root(columns, ignoreCase, $"{database}.{table}");
        }

        if (schema is not null && (_fields is not null || renames.Count > 0) && !IsDropped)
        {
            _row = new RowPlan(schema, _fields, Database, Table);
            RowPlan.Check(schema, columns);
        }

        IsIdentity = _fields is null && renames.Count == 0;
        HidesValues = columns.Any(c => c.IsInclude || c.IsExclude || c.Change is not null);
        HidesKey = schema is null ? columns.Any(c => c is { Change: not null, Depth: 1 }) : _row is { HidesKey: true };
        Salt = columns.Select(c => c.Change).OfType<SaltedHash>().FirstOrDefault();
    }

    public bool IsDropped { get; }

    public bool HasConditions => _conditions.Length > 0;

    /// <summary>True if all records and names stay as they are.</summary>
    public bool IsIdentity { get; }

    /// <summary>True if a column is hidden, so that nothing else may show it.</summary>
    public bool HidesValues { get; }

    /// <summary>True if a column of the key may be hidden, so that the event's id must not show it.</summary>
    public bool HidesKey { get; }

    /// <summary>What hides ids of events.</summary>
    public SaltedHash? Salt { get; }

    public string Database { get; }

    public string Table { get; }

    public TableSchema? Schema => _row is { } row ? row.Schema : _schema;

    public bool Keeps(ChangeSet set, int change)
    {
        if (IsDropped)
        {
            return false;
        }

        foreach (var condition in _conditions)
        {
            if (!condition.Holds(set.ToEvent(change)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns the view of a record set.</summary>
    public RecordSet Map(RecordSet inner, int record)
    {
        // A key has a schema of its own. Fields without a schema, or with another than theirs, are found by their names.
        var schema = inner.Schema;
        if (schema is null || schema.Columns.Count != inner.GetFieldCount(record))
        {
            return _fields is null ? inner : new MappedDocuments(inner, _fields, isArray: false);
        }

        var plan = ReferenceEquals(schema, _schema) && _row is { } row ? row
            : _parts.GetValue(schema, s => new RowPlan(s, _fields, Database, Table));
        return new MappedRows(inner, plan);
    }

    /// <summary>Returns the new names of columns, without those that are dropped.</summary>
    public IReadOnlyList<string>? MapNames(IReadOnlyList<string>? names)
    {
        if (_fields is not { } fields || names is null)
        {
            return names;
        }

        var result = new List<string>(names.Count);
        foreach (var name in names)
        {
            if (fields.Child(name) is { IsDropped: false } child)
            {
                result.Add(child.NewName ?? name);
            }
        }

        return result;
    }
}
