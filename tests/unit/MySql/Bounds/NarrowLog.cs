using System.Buffers.Binary;
using System.Text;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Tests.Binlog;
using ScriptedFile = CdcEmbedded.MySql.Tests.Scripted.BinlogFile;

namespace CdcEmbedded.MySql.Tests.Bounds;

/// <summary>A binlog of inserts into a narrow table: id BIGINT, qty INT, name VARCHAR(32), price DECIMAL(10,2), at_time DATETIME(3),
/// flag TINYINT, a hundred rows in each transaction.</summary>
internal static class NarrowLog
{
    public const int RowsOfEvent = 100;

    private const string Table = "CREATE TABLE db.narrow (id BIGINT NOT NULL PRIMARY KEY, qty INT NOT NULL, name VARCHAR(32) NOT NULL, "
        + "price DECIMAL(10,2) NOT NULL, at_time DATETIME(3) NOT NULL, flag TINYINT NOT NULL) CHARACTER SET utf8mb4";

    private static readonly byte[] Map =
    [
        77, 0, 0, 0, 0, 0, 1, 0, 2, .. "db"u8, 0, 6, .. "narrow"u8, 0, 6, 8, 3, 15, 246, 18, 1, 5, 128, 0, 10, 2, 3, 0,
    ];

    public static void Write(string path, int transactions)
    {
        using var file = new FileStream(path, FileMode.Create);
        file.Write([0xfe, .. "bin"u8]);
        Add(file, EventType.FormatDescription, TestEvents.FormatBody("9.7.4", 0, withChecksumField: true)[..^4]);
        Add(file, EventType.Query, Query(Table));
        for (var transaction = 0; transaction < transactions; transaction++)
        {
            Add(file, EventType.Query, Query("BEGIN"));
            Add(file, EventType.TableMap, Map);
            Add(file, EventType.WriteRows, Rows(transaction * RowsOfEvent));
            Add(file, EventType.Xid, new byte[8]);
        }
    }

    /// <summary>The body of a rows event.</summary>
    private static byte[] Rows(int first)
    {
        var body = new List<byte> { 77, 0, 0, 0, 0, 0, 1, 0, 2, 0, 6, 0x3f };
        for (var id = first; id < first + RowsOfEvent; id++)
        {
            var name = Encoding.ASCII.GetBytes($"item-{id * 2654435761L % 4294967296:X8}-{id % 100}");
            body.AddRange([0, .. BitConverter.GetBytes((long)id), .. BitConverter.GetBytes(id * 31), (byte)name.Length, .. name]);
            body.AddRange([.. BigEndian(0x80000000 | (uint)(id % 100000), 4), (byte)(id % 100)]);
            var packed = 0x80_0000_0000L + (((2024L * 13) + 1 + (id % 12)) << 22) + ((1L + (id % 28)) << 17) + (id % 24 << 12) + (id % 60);
            body.AddRange([.. BigEndian(packed, 5), .. BigEndian(id % 1000 * 10, 2), (byte)(id & 1)]);
        }

        return [.. body];
    }

    private static byte[] BigEndian(long number, int bytes)
    {
        var all = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(all, number);
        return all[^bytes..];
    }

    private static byte[] Query(string text) => [7, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, .. "db"u8, 0, .. Encoding.UTF8.GetBytes(text)];

    private static void Add(FileStream file, EventType type, byte[] body) => file.Write(
        ScriptedFile.Event((byte)type, 1_700_000_000, (uint)(file.Position + 19 + body.Length), 0, body, checksum: false));
}
