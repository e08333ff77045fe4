using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>Makes the public schema of a table from its map.</summary>
internal static class TableSchemas
{
    public static TableSchema? Make(TableMap map)
    {
        var columns = KeyHashes.Without(map.Columns);
        var result = new ColumnSchema[columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            ref readonly var column = ref columns[i];
            if (column.Name is null)
            {
                return null;
            }

            result[i] = new ColumnSchema
            {
                Name = column.Name,
                TypeName = ColumnTypeText.Of(column),
                IsNullable = column.IsNullable || (map.InvalidDates == InvalidDateMode.Null && map.Codecs[i].IsCheckedDate),
                IsPrimaryKey = column.KeyOrdinal > 0,
                IsVisible = !column.IsInvisible,
                CharacterSet = Charset.OfCollation(column.Collation) is { IsBinary: false } charset ? charset.Name : null,
                Labels = column.Labels,
            };
        }

        try
        {
            return new TableSchema(map.Database, map.Table, result, PrimaryKey(columns));
        }
        catch (ArgumentException e)
        {
            throw new CdcProtocolException($"The table map of {map.FullName} gives two columns the same name.", EventType.TableMap.Name(),
                innerException: e);
        }
    }

    public static int[] PrimaryKey(ReadOnlySpan<ColumnMetadata> columns)
    {
        var places = new List<(int Ordinal, int Place)>();
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].KeyOrdinal > 0)
            {
                places.Add((columns[i].KeyOrdinal, i));
            }
        }

        places.Sort();
        return [.. places.ConvertAll(static p => p.Place)];
    }
}
