using System.Text;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>Handmade events: a table db.t (id 77) and rows of it.</summary>
internal static class TestEvents
{
    public static FormatDescription Format { get; } = FormatDescription.Read(FormatBody("9.7.4", 1));

    public static byte[] FormatBody(string version, byte checksum, bool withChecksumField = true)
    {
        var body = new byte[57 + 42 + (withChecksumField ? 5 : 0)];
        body[0] = 4;
        Encoding.ASCII.GetBytes(version).CopyTo(body, 2);
        body[56] = 19;
        body[57 + (int)EventType.TableMap - 1] = 8;
        body[57 + (int)EventType.WriteRows - 1] = 10;
        if (withChecksumField)
        {
            body[^5] = checksum;
        }

        return body;
    }

    public static string? CharsetOf(string type) => type.Contains("char", StringComparison.Ordinal)
        || type.Contains("text", StringComparison.Ordinal)
        || type.StartsWith("enum", StringComparison.Ordinal) || type.StartsWith("set", StringComparison.Ordinal) ? "utf8mb4" : null;

    public static byte[] MapBody(string type) => type switch
    {
        "int" => MapBody((byte)ColumnType.Long, []),
        "varchar(10)" => MapBody((byte)ColumnType.VarChar, [40, 0]),
        "decimal(10,2)" => MapBody((byte)ColumnType.NewDecimal, [10, 2]),
        "datetime(3)" => MapBody((byte)ColumnType.DateTime2, [3]),
        "text" => MapBody((byte)ColumnType.Blob, [2]),
        "bit(8)" => MapBody((byte)ColumnType.Bit, [0, 1]),
        "enum('a','b')" => MapBody((byte)ColumnType.String, [(byte)ColumnType.Enum, 1]),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    public static byte[] MapBody(byte type, byte[] metadata) => MapBody([type], metadata);

    /// <summary>All columns are nullable; there is no optional metadata.</summary>
    public static byte[] MapBody(byte[] types, byte[] metadata) =>
    [
        77, 0, 0, 0, 0, 0, 1, 0, 2, (byte)'d', (byte)'b', 0, 1, (byte)'t', 0,
        (byte)types.Length, .. types, (byte)metadata.Length, .. metadata,
        .. Enumerable.Repeat((byte)0xff, (types.Length + 7) / 8),
    ];

    public static TableMap Map(string type) => TableMap.Read(MapBody(type), Format);

    public static TableMap Map(byte[] types, byte[] metadata) => TableMap.Read(MapBody(types, metadata), Format);

    /// <summary>Everything after the fixed part: number of columns, bitmaps, rows.</summary>
    public static RowBuffer Scan(TableMap map, EventType type, params byte[] rest)
    {
        byte[] body = type >= EventType.WriteRows ? [77, 0, 0, 0, 0, 0, 1, 0, 2, 0, .. rest] : [77, 0, 0, 0, 0, 0, 1, 0, .. rest];
        return new RowScanner().Scan(map, RowsHeader.Read(type, body, Format), body, 0, body.Length);
    }

    /// <summary>Returns one value of one column.</summary>
    public static DataValue Read(ColumnType type, byte[] metadata, params byte[] value)
        => Scan(Map([(byte)type], metadata), EventType.WriteRows, [1, 1, 0, .. value]).GetValue(0, 0);
}
