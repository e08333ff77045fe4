using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Schemas.Ddl;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>The two columns that MariaDB gives a system-versioned table which names none: behind all others, in row events but not in
/// information_schema (MariaDB manual, "System-Versioned Tables").</summary>
internal static class SystemVersioning
{
    private const string Type = "timestamp(6)";

    private static readonly string[] _names = ["row_start", "row_end"];

    public static void AddTo(TableDraft table)
    {
        foreach (var name in _names)
        {
            table.Columns.Add(new ColumnDraft { Name = name, TypeText = Type, IsNullable = false, IsVisible = false });
        }
    }

    public static void AddTo(List<ColumnDefinition> columns)
    {
        foreach (var name in _names)
        {
            columns.Add(new ColumnDefinition(name, Type, IsNullable: false, IsVisible: false));
        }
    }

    public static void RemoveFrom(TableDraft table) => table.Columns.RemoveAll(IsHidden);

    /// <summary>Where a new column comes that is told no place.</summary>
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
        => !column.IsVisible && column.TypeText == Type && Array.Exists(_names, n => n.Equals(column.Name, StringComparison.OrdinalIgnoreCase));
}
