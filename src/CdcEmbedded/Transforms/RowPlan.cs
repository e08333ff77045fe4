namespace CdcEmbedded.Transforms;

/// <summary>What the rules do to the columns of one schema. Immutable.</summary>
internal sealed class RowPlan
{
    public RowPlan(TableSchema schema, FieldNode? fields, string database, string table)
    {
        var columns = new List<ColumnSchema>();
        var sources = new List<int>();
        var changes = new List<ValueChange?>();
        for (var i = 0; i < schema.Columns.Count; i++)
        {
            var column = schema.Columns[i];
            var node = fields?.Child(column.Name);
            if (node is { IsDropped: true } && !schema.PrimaryKey.Contains(i))
            {
                continue;
            }

            RefuseKeyChange(schema, i, node);
            HidesKey |= node?.Change is not null && schema.PrimaryKey.Contains(i);
            columns.Add(node is null ? column : Renamed(column, node));
            sources.Add(i);
            changes.Add(node?.Change);
        }

        if (columns.GroupBy(c => c.Name).FirstOrDefault(group => group.Count() > 1) is { } same)
        {
            throw new InvalidOperationException(
                $"Transforms give two columns of {schema.FullName} the name '{same.Key}'. Choose another new name, or exclude one.");
        }

        Sources = [.. sources];
        Changes = [.. changes];
        Schema = new TableSchema(database, table, columns, [.. schema.PrimaryKey.Select(i => sources.IndexOf(i))]);
    }

    /// <summary>The schema that is left.</summary>
    public TableSchema Schema { get; }

    /// <summary>The places of its columns in the source's schema.</summary>
    public int[] Sources { get; }

    /// <summary>What hides each of them; null for those that are shown.</summary>
    public ValueChange?[] Changes { get; }

    public bool HidesKey { get; }

    /// <summary>Refuses rules that name one column which the table does not have.</summary>
    public static void Check(TableSchema schema, ColumnRule[] rules)
    {
        foreach (var rule in rules)
        {
            if (!rule.IsLiteral)
            {
                continue;
            }

            if (rule.Depth > 1)
            {
                throw new InvalidOperationException(
                    $"The transform {rule} is a path into a document, and {schema.FullName} is a table: name a column.");
            }

            if (!schema.Columns.Any(c => rule.MatchesName(0, c.Name, ignoreCase: true)))
            {
                throw new InvalidOperationException($"The transform {rule} names a column that {schema.FullName} does not have at this "
                    + $"position of the log; it has {schema.ColumnNames}. If it has the column elsewhere in the log, use a wildcard.");
            }
        }
    }

    private static void RefuseKeyChange(TableSchema schema, int index, FieldNode? node)
    {
        if (!schema.PrimaryKey.Contains(index))
        {
            return;
        }

        if (node is { Change: { KeepsEquality: false } })
        {
            throw new InvalidOperationException($"The transform {node.ChangeRule} would make keys of {schema.FullName} equal: column "
                + $"'{schema.Columns[index].Name}' is part of the primary key. Hash it, which keeps different keys different.");
        }

        if (node is { ExcludeRule: { } rule })
        {
            throw new InvalidOperationException($"The transform {rule} would drop column '{schema.Columns[index].Name}' of the primary key "
                + $"of {schema.FullName}, without which changes cannot be assigned to rows. Hash it, or narrow the pattern.");
        }
    }

    private static ColumnSchema Renamed(ColumnSchema column, FieldNode node) => new()
    {
        Name = node.NewName ?? column.Name,
        TypeName = node.Change?.TypeOf(column.TypeName) ?? column.TypeName,
        IsNullable = column.IsNullable,
        IsPrimaryKey = column.IsPrimaryKey,
        IsVisible = column.IsVisible,
        CharacterSet = column.CharacterSet,
        Labels = node.Change is null ? column.Labels : null,
    };
}
