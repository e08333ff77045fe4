namespace CdcEmbedded.Transforms;

/// <summary>All rules by their kinds. Immutable.</summary>
internal sealed class TransformRules
{
    private readonly List<TableRule> _tables = [];

    /// <exception cref="ArgumentException">A rule is null, or two rules contradict each other.</exception>
    public TransformRules(IReadOnlyList<Transform> transforms)
    {
        foreach (var transform in transforms)
        {
            switch (transform)
            {
                case TableRule table:
                    _tables.Add(table);
                    break;
                case RowRule row:
                    Rows.Add(row);
                    break;
                case TableRename rename:
                    Renames.Add(rename);
                    break;
                case ColumnRule column:
                    Columns.Add(column);
                    break;
                default:
                    throw new ArgumentException("Transforms contains null; allowed are rules, such as "
                        + "Transform.Mask(\"shop.users.email\").", nameof(transforms));
            }
        }

        RefuseContradictions(Columns);
    }

    public List<RowRule> Rows { get; } = [];

    public List<TableRename> Renames { get; } = [];

    public List<ColumnRule> Columns { get; } = [];

    public bool KeepsTable(string database, string table, bool ignoreCase)
    {
        bool hasInclude = false, included = false;
        foreach (var rule in _tables)
        {
            var matches = rule.Matches(database, table, ignoreCase);
            if (matches && !rule.IsInclude)
            {
                return false;
            }

            hasInclude |= rule.IsInclude;
            included |= rule.IsInclude && matches;
        }

        return included || !hasInclude;
    }

    // Patterns that are spelled alike; others are compared when a table is seen that both match.
    private static void RefuseContradictions(List<ColumnRule> columns)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            for (var j = i + 1; j < columns.Count; j++)
            {
                if (columns[i].Contradicts(columns[j]))
                {
                    throw new ArgumentException($"Transforms contradict each other: {columns[i]} and {columns[j]}. Remove one of them.",
                        nameof(columns));
                }
            }
        }
    }
}
