using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>A captured table as one table map describes it: shared by all its rows events until the map changes. Immutable.</summary>
internal sealed class CapturedTable
{
    public CapturedTable(TableMap map, TableSchema schema)
    {
        Map = map;
        Schema = schema;
        Hash = DeliveryCheck.HashOf(schema.Database, schema.Name);
        KeyColumns = [.. schema.PrimaryKey];
        AllColumns = [.. Enumerable.Range(0, schema.Columns.Count)];
        if (KeyColumns.Length > 0)
        {
            var columns = new ColumnSchema[KeyColumns.Length];
            for (var i = 0; i < columns.Length; i++)
            {
                columns[i] = schema.Columns[KeyColumns[i]];
            }

            KeySchema = new TableSchema(schema.Database, schema.Name, columns, [.. Enumerable.Range(0, columns.Length)]);
        }
    }

    /// <summary>Joins a table's columns from elsewhere to its map.</summary>
    /// <param name="map">The map.</param>
    /// <param name="definition">The columns.</param>
    /// <param name="includesHistory">True if the history of a system-versioned table is delivered.</param>
    /// <param name="mismatch">What does not fit; empty where all does.</param>
    /// <returns>Null where they do not fit.</returns>
    public static CapturedTable? TryBind(TableMap map, TableDefinition definition, bool includesHistory, out string mismatch)
    {
        if (!HasSameNames(map, definition))
        {
            mismatch = $"{map.FullName}: the log names other columns";
            return null;
        }

        if (!map.TryBind(definition.ColumnsFor(includesHistory), definition.MayHashKeys, out var bound, out mismatch)
            || bound.Schema is not { } schema)
        {
            return null;
        }

        var end = includesHistory ? -1 : definition.RowEnd;
        return new CapturedTable(bound, schema) { RowEnd = end < 0 ? null : new RowEnd(end) };
    }

    public TableMap Map { get; }

    public TableSchema Schema { get; }

    /// <summary>The places of the primary key's columns; empty where there is no key.</summary>
    public int[] KeyColumns { get; }

    /// <summary>Distinguishes the current rows of a system-versioned table from its history; null where both are delivered, and
    /// for other tables.</summary>
    public RowEnd? RowEnd { get; private init; }

    /// <summary>The places of all columns.</summary>
    public int[] AllColumns { get; }

    /// <summary>The schema of a key as a record of its own; null where there is no key.</summary>
    public TableSchema? KeySchema { get; }

    /// <summary>See <see cref="DeliveryCheck.HashOf"/>.</summary>
    public ulong Hash { get; }

    private static bool HasSameNames(TableMap map, TableDefinition definition)
    {
        if (map.Schema is not { } schema)
        {
            return true;
        }

        if (schema.Columns.Count != definition.Columns.Count)
        {
            return false;
        }

        for (var i = 0; i < schema.Columns.Count; i++)
        {
            if (!string.Equals(schema.Columns[i].Name, definition.Columns[i].Name, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }
}
