namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>The hidden columns of <see cref="SystemVersioning"/> in a table that a statement changes.</summary>
internal static class VersioningColumns
{
    /// <summary>Adds them after all others.</summary>
    public static void AddTo(TableDraft table)
    {
        foreach (var name in SystemVersioning.Names)
        {
            table.Columns.Add(new ColumnDraft { Name = name, TypeText = SystemVersioning.Type, IsNullable = false, IsVisible = false });
        }
    }

    /// <summary>Removes them.</summary>
    public static void RemoveFrom(TableDraft table) => table.Columns.RemoveAll(IsHidden);

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
