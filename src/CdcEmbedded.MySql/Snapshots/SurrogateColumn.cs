using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>Says by which columns a table may be read before its key.</summary>
internal static class SurrogateColumn
{
    // What has no order, or one by the first bytes only (max_sort_length).
    private static readonly string[] _unordered = ["json", "geometry", "point", "linestring", "polygon", "multipoint", "multilinestring",
        "multipolygon", "geometrycollection", "geomcollection", "vector", "text", "tinytext", "mediumtext", "longtext", "blob", "tinyblob",
        "mediumblob", "longblob"];

    /// <param name="table">The table.</param>
    /// <param name="captured">The same in the form of the log.</param>
    /// <param name="name">The column.</param>
    /// <param name="place">Its place.</param>
    /// <returns>Null if the table can be read by it.</returns>
    public static string? RefusalOf(MySqlSnapshotTable table, CapturedTable captured, string name, out int place)
    {
        place = captured.Schema.IndexOf(name);
        if (place < 0)
        {
            return $"{table.FullName} has no column {name} by which it could be read. Give another surrogate key, or none.";
        }

        var column = table.Definition.Columns[place];
        var type = column.TypeText.Split('(', ' ')[0];
        var problem = column.IsNullable ? "which may be NULL"
            : Array.IndexOf(_unordered, type.ToLowerInvariant()) >= 0 ? $"as the order of {type} values is not exact"
            : null;
        return problem is null ? null
            : $"{table.FullName} cannot be read by {name}, {problem}. Give another surrogate key, or none.";
    }
}
