using System.Text;

namespace CdcEmbedded.Tests.Shared;

/// <summary>A binlog file of inserts into shop.orders, whose values are given as bytes: damaged ones, and dates that no calendar
/// has.</summary>
internal sealed class DamagedLog : IDisposable
{
    private const string Table = "CREATE TABLE shop.orders (id BIGINT NOT NULL, price DECIMAL(10,2) NOT NULL, "
        + "wide DECIMAL(30,2) NOT NULL, note VARCHAR(32) NOT NULL, doc JSON NOT NULL, due DATE NOT NULL, paid DATETIME(3) NOT NULL, "
        + "seen TIMESTAMP NOT NULL, PRIMARY KEY ({0})) CHARACTER SET utf8mb4";

    private static readonly byte[] Map =
    [
        77, 0, 0, 0, 0, 0, 1, 0, 4, .. "shop"u8, 0, 6, .. "orders"u8, 0,
        8, 8, 246, 246, 15, 245, 10, 18, 17, 9, 10, 2, 30, 2, 128, 0, 4, 3, 0, 0,
    ];

    private readonly FileStream _file;

    /// <param name="key">The column of the primary key.</param>
    public DamagedLog(string key = "id")
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"cdcembedded-damaged-{Guid.NewGuid():N}.000001");
        _file = new FileStream(Path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        _file.Write([0xfe, .. "bin"u8]);
        var format = new byte[57 + 42 + 5];
        format[0] = 4;
        "9.7.4"u8.CopyTo(format.AsSpan(2));
        (format[56], format[57 + 19 - 1], format[57 + 30 - 1]) = (19, 8, 10);
        Add(15, format);
        Add(2, Query(Table.Replace("{0}", key, StringComparison.Ordinal)));
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The file's name, as positions have it.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    public static byte[] ValidPrice => [0x80, 0, 0, 5, 7];

    /// <summary>A group of nine digits that is larger than nine digits are.</summary>
    public static byte[] DamagedPrice => [0xff, 0xff, 0xff, 0xff, 0];

    public static byte[] DamagedWide => [0x80, 0xff, 0xff, 0xff, 0xff, .. new byte[9]];

    public static byte[] DamagedDocument => [0xee, 1, 2, 3];

    /// <summary>A DATE.</summary>
    public static byte[] Date(int year, int month, int day)
    {
        var packed = (year << 9) | (month << 5) | day;
        return [(byte)packed, (byte)(packed >> 8), (byte)(packed >> 16)];
    }

    /// <summary>Midnight as a DATETIME(3).</summary>
    public static byte[] DateTime(int year, int month, int day)
    {
        var packed = 0x80_0000_0000L + ((((year * 13L) + month) << 22) | ((long)day << 17));
        return [(byte)(packed >> 32), (byte)(packed >> 24), (byte)(packed >> 16), (byte)(packed >> 8), (byte)packed, 0, 0];
    }

    /// <summary>The values of a row, each valid unless it is given.</summary>
    public static byte[] Row(long id, byte[]? price = null, byte[]? wide = null, byte[]? note = null, byte[]? document = null,
        byte[]? due = null, byte[]? paid = null, byte[]? seen = null)
    {
        note ??= [.. "plain"u8];
        document ??= [0, 0, 0, 4, 0];
        return [0, .. BitConverter.GetBytes(id), .. price ?? ValidPrice, .. wide ?? [0x80, .. new byte[13]], (byte)note.Length, .. note,
            .. BitConverter.GetBytes(document.Length), .. document, .. due ?? Date(2024, 3, 9), .. paid ?? DateTime(2024, 3, 9),
            .. seen ?? [0x65, 0, 0, 0]];
    }

    /// <summary>Adds a transaction with one event of rows.</summary>
    /// <returns>The position of the rows event.</returns>
    public long Transaction(params byte[][] rows)
    {
        Add(2, Query("BEGIN"));
        Add(19, Map);
        var position = _file.Position;
        Add(30, [77, 0, 0, 0, 0, 0, 1, 0, 2, 0, 8, 0xff, .. rows.SelectMany(row => row)]);
        Add(16, new byte[8]);
        _file.Flush();
        return position;
    }

    public void Dispose()
    {
        _file.Dispose();
        File.Delete(Path);
    }

    private static byte[] Query(string text) => [7, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, .. "shop"u8, 0, .. Encoding.UTF8.GetBytes(text)];

    private void Add(byte type, byte[] body)
    {
        var length = 19 + body.Length;
        _file.Write([.. BitConverter.GetBytes(1_700_000_000), type, 1, 0, 0, 0, .. BitConverter.GetBytes(length),
            .. BitConverter.GetBytes((int)_file.Position + length), 0, 0, .. body]);
    }
}
