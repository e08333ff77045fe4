namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>The hidden columns of <see cref="SystemVersioning"/> in a table that a statement changes.</summary>
internal static class VersioningColumns
{
    /// <summary>Adds them after all others, unless the table names columns of its own for its period.</summary>
    public static void AddTo(TableDraft table)
    {
        if (table.Columns.Exists(static c => c.IsRowEnd))
        {
            return;
        }

        foreach (var name in SystemVersioning.Names)
        {
            table.Columns.Add(new ColumnDraft { Name = name, TypeText = SystemVersioning.Type, IsNullable = false, IsVisible = false,
                IsRowEnd = SystemVersioning.IsEnd(name) });
        }
    }

    /// <summary>Removes them; those that the table names become columns like others.</summary>
    public static void RemoveFrom(TableDraft table)
    {
        table.Columns.RemoveAll(IsHidden);
        table.Columns.ForEach(static c => c.IsRowEnd = false);
    }

    /// <summary>Where a new column goes for which the statement names no place: before them.</summary>
    public static int EndOf(TableDraft table)
    {
        var end = table.Columns.Count;
        while (end > 0 && IsHidden(table.Columns[end - 1]))
        {
            end--;
        }

        return end;
    }

    private static bool IsHidden(ColumnDraft column)
        => !column.IsVisible && column.TypeText == SystemVersioning.Type && SystemVersioning.IsName(column.Name);
}
