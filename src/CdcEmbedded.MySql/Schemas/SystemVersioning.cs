using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>The two columns that MariaDB gives a system-versioned table which names none: after all others, in row events but not in
/// information_schema (MariaDB manual, "System-Versioned Tables").</summary>
internal static class SystemVersioning
{
    /// <summary>Their type.</summary>
    public const string Type = "timestamp(6)";

    private static readonly string[] _names = ["row_start", "row_end"];

    /// <summary>Their names.</summary>
    public static ReadOnlySpan<string> Names => _names;

    /// <summary>Adds them to a table's columns.</summary>
    public static void AddTo(List<ColumnDefinition> columns)
    {
        foreach (var name in _names)
        {
            columns.Add(new ColumnDefinition(name, Type, IsNullable: false, IsVisible: false, IsRowEnd: IsEnd(name)));
        }
    }

    /// <summary>True if it is the one that says until when a row was valid.</summary>
    public static bool IsEnd(string name) => name == _names[1];

    /// <summary>True if a column has the name of one of them.</summary>
    public static bool IsName(string column) => Array.Exists(_names, n => n.Equals(column, StringComparison.OrdinalIgnoreCase));
}
