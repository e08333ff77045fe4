using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Binlog.Values;
using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>Makes the table map that the log would have for a table, from its definition. Rows that a query reads are written in the form
/// of this map, so that they are read by the code that reads the log, and are equal to it by construction.</summary>
/// <remarks>Two things differ, which no value shows: JSON documents are text, and what MariaDB compresses is not compressed.</remarks>
internal static class TableImage
{
    /// <summary>Makes the map.</summary>
    /// <param name="definition">The table.</param>
    /// <param name="isMariaDb">True for MariaDB, which has types of its own.</param>
    /// <param name="invalidDates">How dates are read that no calendar has.</param>
    /// <param name="refusal">Why there is none: a type or character set that this version does not know; empty otherwise.</param>
    public static CapturedTable? TryMake(TableDefinition definition, bool isMariaDb, InvalidDateMode invalidDates, out string refusal)
    {
        var columns = new ColumnMetadata[definition.Columns.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            if (!TryDescribe(definition.Columns[i], isMariaDb, out columns[i], out refusal))
            {
                return null;
            }
        }

        refusal = "";
        var map = new TableMap(0, 0, definition.Database, definition.Name, columns, [], hasExactNulls: true, maxEventBytes: int.MaxValue,
            invalidDates);
        return new CapturedTable(map, map.Schema ?? throw new InvalidOperationException("The columns of a definition have names."));
    }

    private static bool TryDescribe(ColumnDefinition definition, bool isMariaDb, out ColumnMetadata column, out string refusal)
    {
        refusal = "";
        var type = ColumnTypeParser.Parse(definition.TypeText);
        var charset = definition.CharacterSet is { } name ? Charset.ByName(name) : Charset.Binary;
        column = new ColumnMetadata
        {
            Name = definition.Name,
            IsNullable = definition.IsNullable,
            IsUnsigned = type.IsUnsigned,
            IsInvisible = !definition.IsVisible,
            KeyOrdinal = definition.KeyOrdinal,
            Labels = type.Labels,
            GeometryType = -1,
        };
        if (charset is null)
        {
            refusal = $"column '{definition.Name}' has the character set {definition.CharacterSet}, which this version does not know";
            return false;
        }

        if (!TrySetType(ref column, type, charset, isMariaDb))
        {
            refusal = $"column '{definition.Name}' has the type {definition.TypeText}, which this version does not know";
            return false;
        }

        if (column.IsText || column.HasLabels)
        {
            column.Collation = CharsetTable.AnyCollation(charset);
        }

        return true;
    }

    private static bool TrySetType(ref ColumnMetadata column, in ColumnTypeParser.Parsed type, Charset charset, bool isMariaDb)
    {
        (ColumnType Type, int Length)? found = type.Name switch
        {
            "tinyint" => (ColumnType.Tiny, 0),
            "smallint" => (ColumnType.Short, 0),
            "mediumint" => (ColumnType.Int24, 0),
            "int" => (ColumnType.Long, 0),
            "bigint" => (ColumnType.LongLong, 0),
            "float" => (ColumnType.Float, 4),
            "double" => (ColumnType.Double, 8),
            "decimal" => (ColumnType.NewDecimal, type.First),
            "year" => (ColumnType.Year, 0),
            "bit" => (ColumnType.Bit, type.First),
            "date" => (ColumnType.Date, 0),
            "time" => (ColumnType.Time2, Math.Max(0, type.First)),
            "datetime" => (ColumnType.DateTime2, Math.Max(0, type.First)),
            "timestamp" => (ColumnType.Timestamp2, Math.Max(0, type.First)),
            "char" or "binary" => (ColumnType.String, type.First * charset.MaxLength),
            "varchar" or "varbinary" => (ColumnType.VarChar, type.First * charset.MaxLength),
            "uuid" or "inet6" => (ColumnType.String, 16),
            "inet4" => (ColumnType.String, 4),
            "tinytext" or "tinyblob" => (ColumnType.Blob, 1),
            "text" or "blob" => (ColumnType.Blob, 2),
            "mediumtext" or "mediumblob" => (ColumnType.Blob, 3),
            "longtext" or "longblob" => (ColumnType.Blob, 4),
            "json" => (ColumnType.Json, 4),
            "vector" => isMariaDb ? (ColumnType.VarChar, 4 * type.First) : (ColumnType.Vector, 4),
            "enum" when type.Labels is { } labels => (ColumnType.Enum, labels.Length < 256 ? 1 : 2),
            "set" when type.Labels is { } labels => (ColumnType.Set, ColumnBinding.SetBytes(labels.Length)),
            _ => ColumnTypeText.GeometryTypeOf(type.Name) >= 0 ? (ColumnType.Geometry, 4) : null,
        };
        if (found is not { } form || form.Length is < 0 or > ushort.MaxValue)
        {
            return false;
        }

        column.Type = form.Type;
        column.Length = (ushort)form.Length;
        column.Scale = form.Type is ColumnType.NewDecimal or ColumnType.Double ? (byte)Math.Max(0, type.Second) : (byte)0;
        column.IsJsonText = form.Type == ColumnType.Json;
        column.Dimensions = type.Name == "vector" ? type.First : 0;
        column.GeometryType = form.Type == ColumnType.Geometry ? ColumnTypeText.GeometryTypeOf(type.Name) : -1;
        column.Form = form.Type is ColumnType.String or ColumnType.VarChar ? FixedForms.Of(type.Name) : FixedForm.None;
        return true;
    }
}
