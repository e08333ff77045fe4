using System.Globalization;
using System.Text;
using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Binlog.Columns;

/// <summary>Writes a column's type as information_schema.COLUMNS.COLUMN_TYPE does, as far as a table map describes it.</summary>
internal static class ColumnTypeText
{
    /// <summary>The number of GEOMETRYCOLLECTION.</summary>
    public const int GeometryCollection = 7;

    /// <summary>The same, as MariaDB and MySQL before 8.0 spell it.</summary>
    public const int OldGeometryCollection = 8;

    private static readonly string[] Geometries =
        ["geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geomcollection",
            "geometrycollection"];

    /// <summary>Returns the number of a geometry type as <see cref="ColumnMetadata.GeometryType"/> has it; -1 if the name is not a geometry
    /// type.</summary>
    public static int GeometryTypeOf(string name) => Array.IndexOf(Geometries, name);

    /// <summary>Returns true if columns of the type have a character set. A definition without one inherits the set
    /// of its database.</summary>
    public static bool HasCharacterSet(string type)
        => type.StartsWith("char", StringComparison.Ordinal) || type.StartsWith("varchar", StringComparison.Ordinal)
        || type.EndsWith("text", StringComparison.Ordinal) || IsList(type);

    /// <summary>Returns true for ENUM and SET. Their rows hold numbers, so the character set does not matter.</summary>
    public static bool IsList(string type)
        => type.StartsWith("enum", StringComparison.Ordinal) || type.StartsWith("set", StringComparison.Ordinal);

    public static string Of(in ColumnMetadata column)
    {
        var isBinary = Charset.OfCollation(column.Collation) is { IsBinary: true };
        return column.Form switch
        {
            FixedForm.Uuid => "uuid",
            FixedForm.Inet4 => "inet4",
            FixedForm.Inet6 => "inet6",
            FixedForm.Vector => Sized("vector", column.Dimensions),
            _ => OfType(column, isBinary),
        };
    }

    private static string OfType(in ColumnMetadata column, bool isBinary)
    {
        return column.Type switch
        {
            ColumnType.Tiny => Number("tinyint", column),
            ColumnType.Short => Number("smallint", column),
            ColumnType.Int24 => Number("mediumint", column),
            ColumnType.Long => Number("int", column),
            ColumnType.LongLong => Number("bigint", column),
            ColumnType.Float => Number("float", column),
            ColumnType.Double => Number("double", column),
            ColumnType.NewDecimal => Number(string.Create(CultureInfo.InvariantCulture, $"decimal({column.Length},{column.Scale})"),
                column),
            ColumnType.Year => "year",
            ColumnType.Bit => Sized("bit", column.Length),
            ColumnType.Date or ColumnType.NewDate => "date",
            ColumnType.Time or ColumnType.Time2 => WithFraction("time", column),
            ColumnType.DateTime or ColumnType.DateTime2 => WithFraction("datetime", column),
            ColumnType.Timestamp or ColumnType.Timestamp2 => WithFraction("timestamp", column),
            ColumnType.Enum => WithLabels("enum", column),
            ColumnType.Set => WithLabels("set", column),
            ColumnType.String => Sized(isBinary ? "binary" : "char", Characters(column)),
            ColumnType.VarChar or ColumnType.VarString or ColumnType.MariaDbVarCharCompressed
                => Sized(isBinary ? "varbinary" : "varchar", Characters(column)),
            ColumnType.Json => "json",
            ColumnType.Vector => column.Dimensions > 0 ? Sized("vector", column.Dimensions) : "vector",
            ColumnType.Geometry => column.GeometryType is >= 0 and var g && g < Geometries.Length ? Geometries[g] : "geometry",
            ColumnType.Null => "null",
            _ => Blob(column.Length, isBinary),
        };
    }

    /// <summary>Returns the length of a CHAR or VARCHAR in characters.</summary>
    private static int Characters(in ColumnMetadata column)
    {
        // A compressed value has one more byte, which says how it is compressed.
        var length = column.Type == ColumnType.MariaDbVarCharCompressed ? column.Length - 1 : column.Length;
        var maxLength = Charset.OfCollation(column.Collation)?.MaxLength ?? 1;
        return (length % maxLength == 0 ? length : column.Length) / maxLength;
    }

    private static string Number(string name, in ColumnMetadata column) => column.IsUnsigned ? name + " unsigned" : name;

    private static string Sized(string name, int size) => string.Create(CultureInfo.InvariantCulture, $"{name}({size})");

    private static string WithFraction(string name, in ColumnMetadata column) => column.Length == 0 ? name : Sized(name, column.Length);

    private static string Blob(int lengthBytes, bool isBinary) => (lengthBytes, isBinary) switch
    {
        (1, true) => "tinyblob",
        (1, false) => "tinytext",
        (2, true) => "blob",
        (2, false) => "text",
        (3, true) => "mediumblob",
        (3, false) => "mediumtext",
        (_, true) => "longblob",
        _ => "longtext",
    };

    /// <summary>A label as it is between quotes in the text of a type.</summary>
    public static string Quoted(string label)
        => label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)
        .Replace("\0", "\\0", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal);

    private static string WithLabels(string name, in ColumnMetadata column)
    {
        if (column.Labels is not { } labels)
        {
            return name;
        }

        var text = new StringBuilder(name).Append('(');
        for (var i = 0; i < labels.Length; i++)
        {
            text.Append(i == 0 ? "'" : ",'").Append(Quoted(labels[i])).Append('\'');
        }

        return text.Append(')').ToString();
    }
}
