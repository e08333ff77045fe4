using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using CdcEmbedded.MySql.Gtids;

namespace CdcEmbedded.Benchmarks;

/// <summary>Writes a binlog file without a server: a table of a number and 250 bytes, and transactions of inserts; or statements, GTIDs and
/// rows of other tables.</summary>
internal sealed class GeneratedLog : IDisposable
{
    /// <summary>Rows of one event: about 8 KiB, as with a server's default binlog_row_event_max_size.</summary>
    public const int RowsOfEvent = 32;

    private const int RowLength = 1 + 4 + 2 + TextLength;
    private const int TextLength = 250;
    private const byte Query = 2, FormatDescription = 15, Xid = 16, TableMap = 19, WriteRows = 30, Gtid = 33, PreviousGtids = 35;

    private readonly FileStream _file;
    private readonly byte[] _rows = new byte[12 + (RowsOfEvent * RowLength)];
    private int _id;

    /// <summary>Creates the file.</summary>
    /// <param name="path">Where.</param>
    /// <param name="previous">The GTIDs before it; null for a log without GTIDs.</param>
    public GeneratedLog(string path, GtidSet? previous = null)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 20);
        _file.Write([0xfe, (byte)'b', (byte)'i', (byte)'n']);
        var format = new byte[57 + 42 + 5];
        format[0] = 4;
        Encoding.ASCII.GetBytes("9.7.4").CopyTo(format, 2);
        format[56] = 19;
        format[57 + TableMap - 1] = 8;
        format[57 + WriteRows - 1] = 10;
        Write(FormatDescription, format);
        if (previous is not null)
        {
            Write(PreviousGtids, previous.ToBytes());
        }

        ((ReadOnlySpan<byte>)[77, 0, 0, 0, 0, 0, 1, 0, 2, 0, 2, 3]).CopyTo(_rows);
    }

    /// <summary>Bytes written so far.</summary>
    public long Length => _file.Position;

    /// <summary>Writes the table of <see cref="WriteTransaction"/>.</summary>
    public void WriteTable() => WriteQuery("CREATE TABLE bench.t (id INT NOT NULL PRIMARY KEY, v VARBINARY(1000) NOT NULL)");

    /// <summary>Writes a GTID, which begins a transaction.</summary>
    public void WriteGtid(Guid source, long number)
    {
        var body = new byte[42];
        source.TryWriteBytes(body.AsSpan(1), bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(body.AsSpan(17), number);
        body[25] = 2;
        Write(Gtid, body);
    }

    /// <summary>Writes a transaction that inserts one row of INT columns, all with one value.</summary>
    /// <param name="table">The table's name.</param>
    /// <param name="columns">Number of its columns.</param>
    /// <param name="rows">Number of its rows.</param>
    public void WriteIntegers(string table, int columns, int rows = 1)
    {
        WriteQuery("BEGIN");
        byte[] count = columns < 251 ? [(byte)columns] : [252, (byte)columns, (byte)(columns >> 8)];
        var bits = (columns + 7) / 8;
        var types = new byte[columns];
        types.AsSpan().Fill(3);
        Write(TableMap, [77, 0, 0, 0, 0, 0, 1, 0, 5, .. "bench"u8, 0, (byte)table.Length, .. Encoding.ASCII.GetBytes(table), 0, .. count,
            .. types, 0, .. new byte[bits]]);
        var present = new byte[bits];
        present.AsSpan().Fill(0xff);
        var row = new byte[bits + (4 * columns)];
        row.AsSpan(bits).Fill(1);
        Write(WriteRows, [77, 0, 0, 0, 0, 0, 1, 0, 2, 0, .. count, .. present, .. Enumerable.Repeat(row, rows).SelectMany(static b => b)]);
        Write(Xid, new byte[8]);
    }

    /// <summary>Writes a transaction that inserts rows like those of W1 into a table of that form.</summary>
    /// <param name="rows">Number of its rows; they are of one event.</param>
    /// <returns>The event's body.</returns>
    public byte[] WriteNarrow(int rows)
    {
        WriteQuery("BEGIN");
        ReadOnlySpan<byte> names = "\u0002id\u0003qty\u0004name\u0005price\aat_time\u0004flag"u8;
        Write(TableMap, [77, 0, 0, 0, 0, 0, 1, 0, 5, .. "bench"u8, 0, 6, .. "narrow"u8, 0, 6, 8, 3, 15, 246, 18, 1, 5, 128, 0, 10, 2, 3, 0,
            1, 1, 0, 2, 3, 252, 255, 0, 4, (byte)names.Length, .. names, 8, 1, 0]);
        var body = new List<byte>([77, 0, 0, 0, 0, 0, 1, 0, 2, 0, 6, 0x3f]);
        Span<byte> price = stackalloc byte[5];
        Span<byte> time = stackalloc byte[8];
        for (var row = 0; row < rows; row++)
        {
            var id = _id++;
            body.Add(0);
            body.AddRange(BitConverter.GetBytes((long)id));
            body.AddRange(BitConverter.GetBytes(id % 1000));
            var name = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"customer-{id:D7}"));
            body.AddRange([(byte)name.Length, .. name]);
            BinaryPrimitives.WriteUInt32BigEndian(price, (uint)(id % 50_000) | 0x8000_0000);
            price[4] = (byte)(id % 100);
            body.AddRange(price);
            var packed = (((2026L * 13) + 1 + (id % 12)) << 22) | (long)((1 + (id % 28)) << 17) | (long)((id % 24) << 12)
                | (long)((id % 60) << 6) | (long)(id % 59);
            BinaryPrimitives.WriteInt64BigEndian(time, packed + 0x80_0000_0000);
            body.AddRange(time[3..]);
            BinaryPrimitives.WriteUInt16BigEndian(time, (ushort)(id % 1000 * 10));
            body.AddRange([.. time[..2], (byte)(id & 1)]);
        }

        byte[] result = [.. body];
        Write(WriteRows, result);
        Write(Xid, new byte[8]);
        return result;
    }

    /// <summary>Writes a transaction.</summary>
    /// <param name="events">Its rows events.</param>
    public void WriteTransaction(long events)
    {
        WriteQuery("BEGIN");
        for (long i = 0; i < events; i++)
        {
            // LONG and VARCHAR(1000), neither nullable.
            Write(TableMap, [77, 0, 0, 0, 0, 0, 1, 0, 5, .. "bench"u8, 0, 1, (byte)'t', 0, 2, 3, 15, 2, 0xE8, 3, 0]);
            for (var row = 0; row < RowsOfEvent; row++)
            {
                var at = _rows.AsSpan(12 + (row * RowLength));
                BinaryPrimitives.WriteInt32LittleEndian(at[1..], _id++);
                BinaryPrimitives.WriteUInt16LittleEndian(at[5..], TextLength);
                at.Slice(7, TextLength).Fill((byte)_id);
            }

            Write(WriteRows, _rows);
        }

        Write(Xid, new byte[8]);
    }

    /// <summary>Writes a statement.</summary>
    public void WriteQuery(string text) => Write(Query, [7, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, .. "bench"u8, 0,
        .. Encoding.UTF8.GetBytes(text)]);

    public void Dispose() => _file.Dispose();

    private void Write(byte type, ReadOnlySpan<byte> body)
    {
        Span<byte> header = stackalloc byte[19];
        header.Clear();
        header[4] = type;
        header[5] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(header[9..], header.Length + body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[13..], unchecked((uint)(_file.Position + header.Length + body.Length)));
        _file.Write(header);
        _file.Write(body);
    }
}
