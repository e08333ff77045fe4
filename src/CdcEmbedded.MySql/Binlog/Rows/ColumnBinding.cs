using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>Joins column definitions to a table map, but only if each one fits what the map says about its column.</summary>
internal static class ColumnBinding
{
    // Of the fraction of a second.
    private const int MaxDigits = 6;

    public static bool TryBind(ReadOnlySpan<ColumnMetadata> map, IReadOnlyList<ColumnDefinition> definitions, bool mayHashKeys,
        bool hasExactNulls,
        out ColumnMetadata[] columns, out string mismatch)
    {
        columns = [];
        var result = map.ToArray();
        if (definitions.Count > map.Length || !KeyHashes.TryMarkFrom(result, definitions.Count, mayHashKeys))
        {
            mismatch = $"the log has {map.Length} columns, the schema has {definitions.Count}";
            return false;
        }

        for (var i = 0; i < definitions.Count; i++)
        {
            if (!TryBind(ref result[i], definitions[i], hasExactNulls, out mismatch))
            {
                mismatch = $"column {i + 1} '{definitions[i].Name}': {mismatch}";
                return false;
            }
        }

        columns = result;
        mismatch = "";
        return true;
    }

    private static bool TryBind(ref ColumnMetadata column, ColumnDefinition definition, bool hasExactNulls, out string mismatch)
    {
        mismatch = "";
        var type = ColumnTypeParser.Parse(definition.TypeText);
        var charset = definition.CharacterSet is { } name ? Charset.ByName(name) : null;
        var isUnknown = charset is null && ColumnTypeText.HasCharacterSet(definition.TypeText);
        var told = column.IsText ? Charset.OfCollation(column.Collation) : null;
        if (isUnknown)
        {
            // MySQL 8 and later write it into the map.
            charset = told;
        }

        if (definition.CharacterSet is not null && charset is null)
        {
            mismatch = $"character set {definition.CharacterSet} is unknown";
        }
        else if (isUnknown && charset is null && !ColumnTypeText.IsList(definition.TypeText))
        {
            mismatch = "its character set is the default of its database, which neither the log after the start nor the server reveals";
        }
        else if (told is not null && told.Name != (charset ?? Charset.Binary).Name)
        {
            mismatch = $"the log has it in {told.Name}, the schema has it in {(charset ?? Charset.Binary).Name}";
        }
        else if (column.IsNullable != definition.IsNullable && (hasExactNulls || definition.IsNullable))
        {
            mismatch = $"the column {(column.IsNullable ? "is nullable" : "is NOT NULL")} in the log but not in the schema";
        }
        else if (!Fits(column, type, charset, hasExactNulls))
        {
            mismatch = $"the log has type {column.Type} with metadata {column.Length}, {column.Scale}, which does not match "
                + $"{definition.TypeText}"
                + (charset is null ? "" : $" in {charset.Name}");
        }

        if (mismatch.Length > 0)
        {
            return false;
        }

        column.Name = definition.Name;
        column.IsNullable = definition.IsNullable;
        column.IsKeyHash = false;
        column.IsUnsigned = type.IsUnsigned;

        // The log has them as they are; information_schema has a question mark for a character above U+FFFF.
        column.Labels = column.Labels is { } logged && logged.Length == type.Labels?.Length ? logged : type.Labels ?? column.Labels;
        column.KeyOrdinal = definition.KeyOrdinal;
        column.IsInvisible = !definition.IsVisible;
        column.Dimensions = type.Name == "vector" ? type.First : 0;
        column.Length = column.Type is ColumnType.Time or ColumnType.DateTime or ColumnType.Timestamp ? (ushort)Math.Max(0, type.First)
            : column.Length;
        column.Form = column.Type is ColumnType.String or ColumnType.VarChar or ColumnType.VarString ? FixedForms.Of(type.Name)
            : FixedForm.None;
        if (column.Type == ColumnType.Geometry)
        {
            column.GeometryType = ColumnTypeText.GeometryTypeOf(type.Name);
        }

        if ((column.IsText || column.HasLabels) && !isUnknown)
        {
            column.Collation = CharsetTable.AnyCollation(charset ?? Charset.Binary);
        }

        return true;
    }

    private static bool Fits(in ColumnMetadata column, in ColumnTypeParser.Parsed type, Charset? charset, bool isMySql8)
    {
        var bytes = type.First * (charset?.MaxLength ?? 1);
        return type.Name switch
        {
            "tinyint" or "bool" or "boolean" => column.Type == ColumnType.Tiny,
            "smallint" => column.Type == ColumnType.Short,
            "mediumint" => column.Type == ColumnType.Int24,
            "int" or "integer" => column.Type == ColumnType.Long,
            "bigint" => column.Type == ColumnType.LongLong,
            "float" => column.Type == ColumnType.Float,
            "double" or "real" => column.Type == ColumnType.Double,
            "decimal" or "numeric" => column.Type == ColumnType.NewDecimal && column.Length == (type.First < 0 ? 10 : type.First)
                && column.Scale == Math.Max(0, type.Second),
            "year" => column.Type == ColumnType.Year,
            "bit" => column.Type == ColumnType.Bit && column.Length == Math.Abs(type.First),
            "date" => column.Type is ColumnType.Date or ColumnType.NewDate,
            "time" => FitsTime(column, ColumnType.Time, ColumnType.Time2, type.First, isMySql8),
            "datetime" => FitsTime(column, ColumnType.DateTime, ColumnType.DateTime2, type.First, isMySql8),
            "timestamp" => FitsTime(column, ColumnType.Timestamp, ColumnType.Timestamp2, type.First, isMySql8),
            "char" or "binary" => column.Type == ColumnType.String && column.Length == Math.Abs(bytes),
            "varchar" or "varbinary" => (column.Type is ColumnType.VarChar or ColumnType.VarString && column.Length == bytes)

                // A compressed value has one more byte, which says how it is compressed.
                || (column.Type == ColumnType.MariaDbVarCharCompressed && (column.Length == bytes || column.Length == bytes + 1)),
            "uuid" or "inet6" => column.Type == ColumnType.String && column.Length == 16,
            "inet4" => column.Type == ColumnType.String && column.Length == 4,
            "tinytext" or "tinyblob" => IsBlob(column, 1),
            "text" or "blob" => IsBlob(column, 2),
            "mediumtext" or "mediumblob" => IsBlob(column, 3),
            "longtext" or "longblob" => IsBlob(column, 4),
            "json" => column.Type == ColumnType.Json || IsBlob(column, 4),
            "vector"
                => column.Type == ColumnType.Vector
                || (column.Type is ColumnType.VarChar or ColumnType.VarString && column.Length == 4 * type.First),
            "enum" => column.Type == ColumnType.Enum && type.Labels is { } labels && column.Length == (labels.Length < 256 ? 1 : 2),
            "set" => column.Type == ColumnType.Set && type.Labels is { } members && column.Length == SetBytes(members.Length),
            _ => column.Type == ColumnType.Geometry && ColumnTypeText.GeometryTypeOf(type.Name) >= 0,
        };
    }

    private static bool IsBlob(in ColumnMetadata column, int lengthBytes) => column.IsText
        && column.Type is not (ColumnType.String or ColumnType.VarString or ColumnType.VarChar or ColumnType.MariaDbVarCharCompressed)
        && column.Length == lengthBytes;

    // A table created before 5.6.4 keeps the old format of its times, without fractions, until it is rebuilt. MariaDB's old formats have
    // fractions.
    private static bool FitsTime(in ColumnMetadata column, ColumnType old, ColumnType current, int digits, bool isMySql8)
        => column.Type == current ? column.Length == Math.Max(0, digits)
        : column.Type == old && digits <= (isMySql8 ? 0 : MaxDigits);

    /// <summary>Number of bytes of the mask of a SET.</summary>
    internal static int SetBytes(int members) => (members + 7) / 8 is > 4 ? 8 : (members + 7) / 8;
}
