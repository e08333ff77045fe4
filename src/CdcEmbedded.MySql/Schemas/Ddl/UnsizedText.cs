using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>BLOB and TEXT columns that a statement defines without a size.</summary>
internal static class UnsizedText
{
    /// <summary>Gives a BLOB or TEXT that a MODIFY or CHANGE defines without a size the size of the column that it replaces: MySQL 8.0 and
    /// later do so where the statement converts the table too (seen on 9.7; sql/sql_table.cc, prepare_blob_field). Where a version does
    /// not, the log's own size of the column does not fit, and the table is looked up.</summary>
    public static void Resize(ColumnDraft column, ColumnDraft old, string characterSet, in StatementContext context)
    {
        if (!column.IsUnsized || context.IsMariaDb || context.IsBeforeMySql80 || LengthOf(old) is not { } length)
        {
            return;
        }

        var isBlob = column.TypeText.EndsWith("blob", StringComparison.Ordinal);
        var width = isBlob ? 1 : Charset.ByName(characterSet)?.MaxLength ?? 1;
        column.TypeText = ColumnTypeReader.BlobOf(length * width) + (isBlob ? "blob" : "text");
    }

    /// <summary>The number of characters of a column, as MySQL counts them.</summary>
    private static long? LengthOf(ColumnDraft column)
    {
        var type = ColumnTypeParser.Parse(column.TypeText);
        var isUnsigned = column.TypeText.EndsWith(" unsigned", StringComparison.Ordinal);
        return type.Name switch
        {
            "char" or "varchar" or "binary" or "varbinary" or "bit" => type.First,
            "tinytext" or "tinyblob" => 255 / WidthOf(column),
            "text" or "blob" => 65535 / WidthOf(column),
            "mediumtext" or "mediumblob" => 16777215 / WidthOf(column),
            "enum" => type.Labels?.Max(static label => label.Length),
            "set" => type.Labels?.Sum(static label => label.Length + 1) - 1,
            "decimal" => type.First + (type.Second > 0 ? 1 : 0) + (isUnsigned ? 0 : 1),
            "vector" => 4 * type.First,
            "longtext" or "longblob" or "json" or "geometry" or "point" or "linestring" or "polygon" or "multipoint" or "multilinestring"
                or "multipolygon" or "geomcollection" or "geometrycollection" => uint.MaxValue,

            // Numbers and times are shorter than what the smallest of the types holds in any character set.
            _ => 1,
        };
    }

    private static int WidthOf(ColumnDraft column) => column.CharacterSet is { } name ? Charset.ByName(name)?.MaxLength ?? 1 : 1;
}
