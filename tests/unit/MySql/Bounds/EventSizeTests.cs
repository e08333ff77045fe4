using System.Buffers.Binary;
using System.IO.Compression;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Files;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Binlog.Values;
using CdcEmbedded.MySql.Tests.Binlog;
using CdcEmbedded.MySql.Tests.Transactions;

namespace CdcEmbedded.MySql.Tests.Bounds;

/// <summary>No event is larger than MaxEventBytes once it is decompressed, whatever few bytes announce or produce it.</summary>
public sealed class EventSizeTests
{
    private const int Limit = 1 << 20;
    private const int Huge = 64 << 20;

    [Fact]
    public void An_event_inside_a_compressed_transaction_is_bounded()
    {
        var e = new byte[Huge];
        BinaryPrimitives.WriteInt32LittleEndian(e.AsSpan(9), e.Length);
        using var compressor = new ZstdSharp.Compressor();
        var body = CompressedLog.Body(TransactionPayloadHeader.Zstd, (ulong)e.Length, compressor.Wrap(e));
        Assert.True(body.Length < 48 * 1024);
        using var payload = new TransactionPayload(Limit);
        byte[] whole = [.. new byte[EventHeader.Length], .. body];
        payload.Begin(new EventSlice(whole, 0, whole.Length), body, 4);

        Refused(() => payload.TryRead(out _));
    }

    [Fact]
    public void A_compressed_statement_of_MariaDB_is_bounded()
    {
        byte[] body = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. Compressed(Huge)];

        Refused(() => LoggedStatement.Read(EventType.MariaDbQueryCompressed, body, Limit));
    }

    [Fact]
    public void Compressed_rows_of_MariaDB_are_bounded()
    {
        var map = TableMap.Read(TestEvents.MapBody("int"), Format());
        byte[] body = [77, 0, 0, 0, 0, 0, 1, 0, 1, 1, .. Compressed(Huge)];

        Refused(() => new RowScanner().Scan(map, RowsHeader.Read(EventType.MariaDbWriteRowsCompressedV1, body, Format()), body, 0,
            body.Length));
    }

    [Fact]
    public void A_compressed_column_of_MariaDB_is_bounded()
    {
        var map = TableMap.Read(TestEvents.MapBody((byte)ColumnType.MariaDbBlobCompressed, [4]), Format());
        var value = Compressed(Huge);
        byte[] body = [77, 0, 0, 0, 0, 0, 1, 0, 2, 0, 1, 1, 0, .. BitConverter.GetBytes(value.Length), .. value];
        var rows = new RowScanner().Scan(map, RowsHeader.Read(EventType.WriteRows, body, Format()), body, 0, body.Length);

        Refused(() => rows.GetValue(0, 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_event_of_exactly_the_limit_is_read_and_one_of_a_byte_more_is_not(int more)
    {
        var e = new byte[Limit + more];
        BinaryPrimitives.WriteInt32LittleEndian(e.AsSpan(9), e.Length);
        using var compressor = new ZstdSharp.Compressor();
        using var payload = new TransactionPayload(Limit);
        foreach (var announced in (int[])[e.Length, 0])
        {
            var body = CompressedLog.Body(TransactionPayloadHeader.Zstd, (ulong)announced, compressor.Wrap(e));
            byte[] whole = [.. new byte[EventHeader.Length], .. body];
            payload.Begin(new EventSlice(whole, 0, whole.Length), body, 4);
            Check(more, () => Assert.True(payload.TryRead(out var slice) && slice.Length == Limit));
        }

        byte[] query = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. Compressed(Limit + more)];
        Check(more, () => Assert.Equal(Limit, LoggedStatement.Read(EventType.MariaDbQueryCompressed, query, Limit).Query.Length));
    }

    [Fact]
    public async Task An_event_of_a_file_is_bounded()
    {
        var path = Path.GetTempFileName();
        try
        {
            var bytes = new byte[100];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, 0xfe62_696e);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(13), Huge);
            await File.WriteAllBytesAsync(path, bytes);
            await using var file = BinlogFile.Open(path, Limit);
            Assert.True(await file.FillAsync(CancellationToken.None));

            Refused(() => file.TryRead(out _));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(1023L)]
    [InlineData(-1L)]
    [InlineData(long.MaxValue)]
    public void A_limit_that_no_event_can_have_is_refused(long limit)
    {
        var options = new MySqlSourceOptions { ConnectionString = "Server=localhost;User ID=u", MaxEventBytes = limit };

        Assert.Contains("MaxEventBytes", Assert.Throws<ArgumentException>(() => new MySqlSource(options)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions { Files = ["f"],
            MaxEventBytes = limit }));
    }

    private static void Check(int more, Action read)
    {
        if (more == 0)
        {
            read();
            return;
        }

        Assert.Contains("MaxEventBytes", Assert.Throws<CdcProtocolException>(read).Message, StringComparison.Ordinal);
    }

    private static FormatDescription Format() => FormatDescription.Read(TestEvents.FormatBody("10.11.18-MariaDB", 0), Limit);

    private static byte[] Compressed(int length)
    {
        using var target = new MemoryStream();
        using (var zlib = new ZLibStream(target, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(new byte[length]);
        }

        var size = BitConverter.GetBytes(length);
        Array.Reverse(size);
        return [0x84, .. size, .. target.ToArray()];
    }

    private static void Refused(Action read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains("MaxEventBytes", Assert.Throws<CdcProtocolException>(read).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 * Limit);
    }
}
