using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>Reads a TABLE_MAP_EVENT. The length of each column's metadata depends on its type:<code>
/// FLOAT, DOUBLE             1  bytes of the value
/// BLOB, JSON, GEOMETRY, VECTOR  1  bytes of the length before each value
/// TIME2, DATETIME2, TIMESTAMP2  1  digits of fraction
/// VARCHAR                   2  maximum length in bytes, little-endian
/// BIT                       2  bits modulo 8, whole bytes
/// DECIMAL                   2  precision, scale
/// STRING, ENUM, SET, VAR_STRING 2  real type, length; two bits of a CHAR's length are stored inverted in the type
/// others                    0
/// </code></summary>
internal static class TableMapReader
{
    private const int MaxColumns = 4096;

    public static TableMap Read(ReadOnlySpan<byte> body, FormatDescription format, InvalidDateMode invalidDates)
    {
        var reader = new SpanReader(body, EventType.TableMap);
        var id = format.TableIdLength(EventType.TableMap) == 4 ? reader.ReadUInt32() : reader.ReadUInt48();
        var flags = reader.ReadUInt16();
        var database = reader.ReadUtf8(reader.ReadByte());
        reader.Skip(1);
        var table = reader.ReadUtf8(reader.ReadByte());
        reader.Skip(1);
        var columns = new ColumnMetadata[reader.ReadNumberUpTo(MaxColumns)];
        var types = reader.ReadBytes(columns.Length);
        var metadata = new SpanReader(reader.ReadBytes(reader.ReadLengthWithin()), EventType.TableMap);
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i].Type = (ColumnType)types[i];
            columns[i].GeometryType = -1;
            ReadMetadata(ref metadata, ref columns[i]);
        }

        if (metadata.Remaining > 0)
        {
            metadata.ThrowMalformed($"{metadata.Remaining} bytes of type metadata remain after the last column");
        }

        var nullable = reader.ReadBytes((columns.Length + 7) / 8);
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i].IsNullable = (nullable[i >> 3] & (1 << (i & 7))) != 0;
        }

        TableMapOptionalMetadata.Read(ref reader, columns, format.IsMariaDb);
        return new TableMap(id, flags, database, table, columns, body.ToArray(),
            hasExactNulls: !format.IsMariaDb && !format.ServerVersion.StartsWith("5.", StringComparison.Ordinal), format.MaxEventBytes,
            invalidDates);
    }

    private static void ReadMetadata(ref SpanReader reader, ref ColumnMetadata column)
    {
        switch (column.Type)
        {
            case ColumnType.Float or ColumnType.Double or ColumnType.Blob or ColumnType.TinyBlob or ColumnType.MediumBlob
                or ColumnType.LongBlob
                or ColumnType.Json or ColumnType.Geometry or ColumnType.Vector or ColumnType.MariaDbBlobCompressed
                or ColumnType.Time2 or ColumnType.DateTime2 or ColumnType.Timestamp2:
                column.Length = reader.ReadByte();
                break;
            case ColumnType.VarChar or ColumnType.MariaDbVarCharCompressed:
                column.Length = reader.ReadUInt16();
                break;
            case ColumnType.Bit:
                column.Length = (ushort)(reader.ReadByte() + (8 * reader.ReadByte()));
                break;
            case ColumnType.NewDecimal:
                column.Length = reader.ReadByte();
                column.Scale = reader.ReadByte();
                break;
            case ColumnType.String or ColumnType.VarString or ColumnType.Enum or ColumnType.Set:
                ReadString(ref reader, ref column);
                break;
            case ColumnType.TypedArray:
                reader.ThrowMalformed("a column has the type of a multi-valued index, which no column of a table has");
                break;
        }
    }

    private static void ReadString(ref SpanReader reader, ref ColumnMetadata column)
    {
        var type = reader.ReadByte();
        int length = reader.ReadByte();
        if (type != 0 && (type & 0x30) != 0x30)
        {
            // CHAR of more than 255 bytes: bits 8 and 9 of the length are stored inverted in bits 4 and 5 of the
            // type (sql/field.cc, Field_string).
            length |= ((type & 0x30) ^ 0x30) << 4;
            type |= 0x30;
        }

        column.Type = (ColumnType)type switch
        {
            ColumnType.Enum => ColumnType.Enum,
            ColumnType.Set => ColumnType.Set,
            _ => column.Type,
        };
        column.Length = (ushort)length;
    }
}
