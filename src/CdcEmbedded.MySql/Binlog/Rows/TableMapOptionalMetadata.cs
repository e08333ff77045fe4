using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>The optional metadata at the end of a TABLE_MAP_EVENT (rows_event.h, Optional_metadata_field_type).</summary>
/// <remarks><code>
///  1 signedness            a bit, highest first, per numeric column, YEAR among them; 1 = unsigned
///  2 default charset       collation, then (index among the text columns, collation) of those that differ
///  3 column charset        a collation per text column
///  4 names                 length and text per column
///  5 SET, 6 ENUM labels    per such column: count, then length and text of each
///  7 geometry types        one per GEOMETRY column
///  8 primary key           indexes of its columns
///  9 primary key           (index, length of prefix in characters) of its columns
/// 10, 11                   as 2 and 3, for ENUM and SET columns together
/// 12 visibility            a bit, highest first, per column; 1 = visible
/// 13 vector dimensions     one per VECTOR column
/// </code>All numbers but bits are length-encoded. Unlisted types are skipped: servers add new ones.</remarks>
internal static class TableMapOptionalMetadata
{
    public static void Read(ref SpanReader reader, ColumnMetadata[] columns, bool isMariaDb)
    {
        ReadOnlySpan<byte> setLabels = default, enumLabels = default;
        var text = isMariaDb ? CharsetColumns.MariaDbText : CharsetColumns.Text;
        while (reader.Remaining > 0)
        {
            var type = reader.ReadByte();
            var bytes = reader.ReadBytes(reader.ReadLengthWithin());
            var value = new SpanReader(bytes, EventType.TableMap);
            switch (type)
            {
                case 1: ReadSignedness(ref value, columns); break;
                case 2: ReadDefaultCharset(ref value, columns, text); break;
                case 3: ReadColumnCharset(ref value, columns, text); break;
                case 4: ReadNames(ref value, columns); break;
                case 5: setLabels = bytes; break;
                case 6: enumLabels = bytes; break;
                case 7: ReadGeometryTypes(ref value, columns, isMariaDb); break;
                case 8: ReadPrimaryKey(ref value, columns, withPrefix: false); break;
                case 9: ReadPrimaryKey(ref value, columns, withPrefix: true); break;
                case 10: ReadDefaultCharset(ref value, columns, CharsetColumns.Labelled); break;
                case 11: ReadColumnCharset(ref value, columns, CharsetColumns.Labelled); break;
                case 12: ReadVisibility(ref value, columns); break;
                case 13: ReadDimensions(ref value, columns); break;
            }
        }

        // Labels are in their columns' character sets, which may follow later.
        ReadLabels(setLabels, columns, ColumnType.Set);
        ReadLabels(enumLabels, columns, ColumnType.Enum);
        if (isMariaDb)
        {
            KeyHashes.Mark(columns);
        }
    }

    private static void ReadSignedness(ref SpanReader value, ColumnMetadata[] columns)
    {
        var bits = value.Rest;
        var bit = 0;
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].IsNumeric)
            {
                columns[i].IsUnsigned = HighestFirst(ref value, bits, bit++);
            }
        }
    }

    private static void ReadVisibility(ref SpanReader value, ColumnMetadata[] columns)
    {
        var bits = value.Rest;
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i].IsInvisible = !HighestFirst(ref value, bits, i);
        }
    }

    private static bool HighestFirst(ref SpanReader value, ReadOnlySpan<byte> bits, int bit)
    {
        if (bit >> 3 >= bits.Length)
        {
            value.ThrowMalformed("a bitmap of the optional metadata is too short");
        }

        return (bits[bit >> 3] & (0x80 >> (bit & 7))) != 0;
    }

    // The servers treat a VECTOR, and MariaDB a GEOMETRY, as a BLOB of the binary collation.
    private static bool IsOfCharset(in ColumnMetadata column, CharsetColumns which) => which switch
    {
        CharsetColumns.Labelled => column.HasLabels,
        CharsetColumns.MariaDbText => column.IsText || column.Type == ColumnType.Geometry,
        _ => column.IsText || column.Type == ColumnType.Vector,
    };

    private static void ReadDefaultCharset(ref SpanReader value, ColumnMetadata[] columns, CharsetColumns which)
    {
        var standard = value.ReadNumberUpTo(ushort.MaxValue);
        var nextPlace = -1;
        var nextCollation = 0;
        var place = 0;
        for (var i = 0; i < columns.Length; i++)
        {
            if (!IsOfCharset(columns[i], which))
            {
                continue;
            }

            if (nextPlace < place && value.Remaining > 0)
            {
                nextPlace = value.ReadNumberUpTo(columns.Length);
                nextCollation = value.ReadNumberUpTo(ushort.MaxValue);
            }

            columns[i].Collation = nextPlace == place ? nextCollation : standard;
            place++;
        }
    }

    private static void ReadColumnCharset(ref SpanReader value, ColumnMetadata[] columns, CharsetColumns which)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            if (IsOfCharset(columns[i], which))
            {
                columns[i].Collation = value.ReadNumberUpTo(ushort.MaxValue);
            }
        }
    }

    private static void ReadNames(ref SpanReader value, ColumnMetadata[] columns)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i].Name = value.ReadUtf8(value.ReadLengthWithin());
        }
    }

    private static void ReadLabels(ReadOnlySpan<byte> bytes, ColumnMetadata[] columns, ColumnType type)
    {
        var value = new SpanReader(bytes, EventType.TableMap);
        for (var i = 0; i < columns.Length && value.Remaining > 0; i++)
        {
            if (columns[i].Type != type)
            {
                continue;
            }

            var charset = Charset.OfCollation(columns[i].Collation) ?? Charset.Utf8Mb4;
            var labels = new string[value.ReadLengthWithin()];
            for (var k = 0; k < labels.Length; k++)
            {
                labels[k] = charset.DecodeLoosely(value.ReadBytes(value.ReadLengthWithin()));
            }

            columns[i].Labels = labels;
        }
    }

    private static void ReadGeometryTypes(ref SpanReader value, ColumnMetadata[] columns, bool isMariaDb)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].Type == ColumnType.Geometry)
            {
                var type = value.ReadNumberUpTo(byte.MaxValue);
                columns[i].GeometryType = isMariaDb && type == ColumnTypeText.GeometryCollection ? ColumnTypeText.OldGeometryCollection
                    : type;
            }
        }
    }

    private static void ReadPrimaryKey(ref SpanReader value, ColumnMetadata[] columns, bool withPrefix)
    {
        for (var ordinal = 1; value.Remaining > 0; ordinal++)
        {
            columns[value.ReadNumberUpTo(columns.Length - 1)].KeyOrdinal = ordinal;
            if (withPrefix)
            {
                value.ReadLengthEncoded();
            }
        }
    }

    private static void ReadDimensions(ref SpanReader value, ColumnMetadata[] columns)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].Type == ColumnType.Vector)
            {
                columns[i].Dimensions = value.ReadNumberUpTo(int.MaxValue);
            }
        }
    }

    /// <summary>The columns to which a list of collations applies.</summary>
    private enum CharsetColumns
    {
        Text,
        MariaDbText,
        Labelled,
    }
}
