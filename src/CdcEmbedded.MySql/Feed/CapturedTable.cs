using CdcEmbedded.MySql.Binlog;

namespace CdcEmbedded.MySql.Feed;

/// <summary>A captured table as one table map describes it: shared by all its rows events until the map changes. Immutable.</summary>
internal sealed class CapturedTable
{
    public CapturedTable(TableMap map, TableSchema schema)
    {
        Map = map;
        Schema = schema;
        Hash = DeliveryCheck.HashOf(schema.Database, schema.Name);
        KeyColumns = [.. schema.PrimaryKey];
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

    public TableMap Map { get; }

    public TableSchema Schema { get; }

    /// <summary>The places of the primary key's columns; empty where there is no key.</summary>
    public int[] KeyColumns { get; }

    /// <summary>The schema of a key as a record of its own; null where there is no key.</summary>
    public TableSchema? KeySchema { get; }

    /// <summary>See <see cref="DeliveryCheck.HashOf"/>.</summary>
    public ulong Hash { get; }
}
