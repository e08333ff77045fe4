using System.IO.Pipelines;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.MySql.Tests.Replication;

public sealed class PacketStreamTests
{
    private const int Mega = 1024 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((16 * Mega) - 2)]
    [InlineData((16 * Mega) - 1)]
    [InlineData(16 * Mega)]
    [InlineData((32 * Mega) - 2)]
    [InlineData(32 * Mega)]
    public async Task A_payload_of_any_length_is_split_and_joined_again(int length)
    {
        var payload = Payload(length);
        using var writer = new PacketWriter();
        writer.WriteBytes(payload);
        byte sequence = 0;
        var framed = writer.Frame(ref sequence).ToArray();
        var (packets, _) = Open(new MemoryStream(framed));

        var packet = await packets.ReadPacketAsync(CancellationToken.None);

        Assert.Equal(length + (4 * ((length / 0xFFFFFF) + 1)), framed.Length);
        Assert.Equal(sequence, packets.NextSequenceId);
        Assert.True(payload.AsSpan().SequenceEqual(packet.Span));
        await Assert.ThrowsAsync<CdcConnectionException>(async () => await packets.ReadPacketAsync(CancellationToken.None));
    }

    [Fact]
    public void Any_payloads_in_pieces_of_any_size_are_read_as_they_were_written()
    {
        var lengths = Gen.OneOf(Gen.Choose(0, 300), Gen.Choose(8000, 9000), Gen.Choose(60_000, 70_000), Gen.Choose(100_000, 200_000));
        var cases =
            from sizes in lengths.NonEmptyListOf()
            from pieces in Gen.OneOf(Gen.Choose(1, 20), Gen.Choose(1000, 70_000)).NonEmptyListOf()
            select (sizes.Take(12).ToArray(), pieces.ToArray());
        Prop.ForAll(cases.ToArbitrary(), sample => ReadsBackAsync(sample.Item1, sample.Item2).GetAwaiter().GetResult())
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Slices_handed_out_are_never_overwritten()
    {
        var payloads = Enumerable.Range(0, 400).Select(number => Payload((number * 37) % 5000, (byte)number)).ToArray();
        var (packets, reader) = Open(new PieceStream(Frame(payloads), [7000, 3, 65536]));
        reader.ChunkSize = ChunkedReader.StreamingChunkSize;
        var kept = new List<PacketSlice>();
        foreach (var _ in payloads)
        {
            kept.Add(await packets.ReadPacketAsync(CancellationToken.None));
        }

        Assert.All(payloads.Zip(kept), pair => Assert.True(pair.First.AsSpan().SequenceEqual(pair.Second.Span)));
    }

    [Fact]
    public async Task TryReadPacket_takes_what_is_buffered_without_reading()
    {
        var stream = new PieceStream([.. Frame([[1], [2, 2], [3, 3, 3]]), 9, 0, 0], [1000]);
        var (packets, _) = Open(stream);
        Assert.False(packets.HasBufferedPacket);
        Assert.False(packets.TryReadPacket(out _));

        await packets.FillAsync(CancellationToken.None);

        for (var length = 1; length <= 3; length++)
        {
            Assert.True(packets.HasBufferedPacket);
            Assert.True(packets.TryReadPacket(out var packet));
            Assert.Equal((length, length - 1), (packet.Length, packet.SequenceId));
        }

        Assert.False(packets.HasBufferedPacket);
        Assert.False(packets.TryReadPacket(out _));
        Assert.Equal(1, stream.Reads);
    }

    [Fact]
    public async Task A_length_that_is_announced_and_never_comes_is_not_allocated()
    {
        var (packets, reader) = Open(new PieceStream([0xFE, 0xFF, 0xFF, 0, .. new byte[1000]], [500]));

        await Assert.ThrowsAsync<CdcConnectionException>(async () => await packets.ReadPacketAsync(CancellationToken.None));

        Assert.InRange(reader.Buffer.Length, 1000, 64 * 1024);
    }

    [Fact]
    public async Task An_event_in_parts_is_received_into_one_array_of_its_size()
    {
        const int length = 50 * Mega;
        var payload = Payload(length);
        payload[0] = 0;
        BitConverter.TryWriteBytes(payload.AsSpan(10), length - 1);
        var framed = Frame([payload, [7]]);
        var (packets, reader) = Open(new PieceStream(framed, [300_000, 7]));
        reader.ChunkSize = ChunkedReader.StreamingChunkSize;
        packets.LimitEvents(Array.MaxLength);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var packet = await packets.ReadPacketAsync(CancellationToken.None);

        // The first part grows to 16 MiB by doubling; the rest goes where it stays.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, length, length + (64L * Mega));
        Assert.Equal(length, packet.Buffer.Length);
        Assert.True(payload.AsSpan().SequenceEqual(packet.Span));
        Assert.Equal(7, (await packets.ReadPacketAsync(CancellationToken.None)).Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(100)]
    [InlineData(int.MaxValue)]
    public async Task An_event_in_parts_whose_header_lies_about_its_length_is_received_all_the_same(int announced)
    {
        var payload = Payload(40 * Mega);
        payload[0] = 0;
        BitConverter.TryWriteBytes(payload.AsSpan(10), announced <= 0 ? payload.Length + 20 + announced : announced);
        var (packets, _) = Open(new MemoryStream(Frame([payload])));
        packets.LimitEvents(64 * Mega);

        var packet = await packets.ReadPacketAsync(CancellationToken.None);

        Assert.True(payload.AsSpan().SequenceEqual(packet.Span));
    }

    [Fact]
    public async Task A_packet_out_of_order_is_a_protocol_error()
    {
        var (packets, _) = Open(new MemoryStream([1, 0, 0, 0, 7, 1, 0, 0, 2, 7]));
        await packets.ReadPacketAsync(CancellationToken.None);

        var exception = await Assert.ThrowsAsync<CdcProtocolException>(async () => await packets.ReadPacketAsync(CancellationToken.None));

        Assert.Contains("packet number 2 where 1 was due", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_packet_out_of_order_is_read()
    {
        var (packets, _) = Open(new MemoryStream([9, 0, 0, 5, 0xFF, 0xBF, 0x0F, .. "#HY000"u8]));

        var packet = await packets.ReadPacketAsync(CancellationToken.None);

        var error = ServerError.Read(packet.Span, "db:3306");
        Assert.Equal((4031, "HY000", true), (error.Code, error.SqlState, error.IsTransient));
    }

    [Fact]
    public async Task A_joined_payload_beyond_the_limit_is_refused_when_it_is_announced()
    {
        var (packets, _) = Open(new MemoryStream(Frame([Payload((16 * Mega) + 5)])));
        packets.MaxPayloadLength = 16 * Mega;

        await Assert.ThrowsAsync<CdcProtocolException>(async () => await packets.ReadPacketAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Silence_beyond_the_limit_closes_the_connection_and_is_named()
    {
        var time = new VirtualTime();
        var pipe = new Pipe();
        var (packets, reader) = Open(pipe.Reader.AsStream(), time, pipe);
        packets.ReadTimeout = TimeSpan.FromSeconds(20);

        var reading = packets.ReadPacketAsync(CancellationToken.None).AsTask();
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(reading.IsCompleted);
        await pipe.Writer.WriteAsync(new byte[] { 1, 0, 0, 0 });
        await WaitForAsync(() => reader.Available == 4);
        time.Advance(TimeSpan.FromSeconds(19));
        await Task.Delay(20);
        Assert.False(reading.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        var exception = await Assert.ThrowsAsync<CdcConnectionException>(() => reading.WaitAsync(SessionTest.Patience));
        Assert.Equal("db:3306 sent nothing for 20 seconds.", exception.Message);
        Assert.True(exception.IsTransient);
        Assert.True(reader.IsClosed);
    }

    [Theory]
    [InlineData(1, 3, false)]
    [InlineData(60, 3, false)]
    [InlineData(200, 3, true)]
    [InlineData(20_000, 19, true)]
    public async Task A_packet_that_drips_counts_as_silence_and_a_slow_one_does_not(int bytes, int seconds, bool isAlive)
    {
        const int Length = 5 * Mega;
        var time = new VirtualTime();
        var source = new DrippingStream(time, Frame([Payload(20), Payload(Length)]), bytes, TimeSpan.FromSeconds(seconds));
        var (packets, _) = Open(source, time);
        packets.ReadTimeout = TimeSpan.FromSeconds(20);

        // One that is short may drip, but not for longer either.
        (source.Bytes, source.Wait) = (5, TimeSpan.FromSeconds(3));
        Assert.Equal(20, (await packets.ReadPacketAsync(CancellationToken.None)).Length);
        (source.Bytes, source.Wait) = (bytes, TimeSpan.FromSeconds(seconds));

        var reading = packets.ReadPacketAsync(CancellationToken.None).AsTask();

        if (isAlive)
        {
            Assert.Equal(Length, (await reading).Length);
            return;
        }

        var exception = await Assert.ThrowsAsync<CdcConnectionException>(() => reading);
        Assert.Matches(@"^db:3306 sent only \d+ bytes of an unfinished packet in 20 seconds\.$", exception.Message);
        Assert.True(exception.IsTransient);
        Assert.InRange(source.Waited, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task An_event_in_parts_that_drips_counts_as_silence_in_each_part()
    {
        var time = new VirtualTime();
        var source = new DrippingStream(time, Frame([Payload(18 * Mega)]), 65_536, TimeSpan.FromSeconds(1));
        var (packets, _) = Open(source, time);
        packets.ReadTimeout = TimeSpan.FromSeconds(20);
        source.DripsFrom = (16 * Mega) + 100_000;

        var exception = await Assert.ThrowsAsync<CdcConnectionException>(async () => await packets.ReadPacketAsync(CancellationToken.None));

        Assert.Contains(" bytes of an unfinished packet in 20 seconds.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_is_not_counted_while_nobody_reads()
    {
        var time = new VirtualTime();
        var pipe = new Pipe();
        var (packets, _) = Open(pipe.Reader.AsStream(), time, pipe);
        packets.ReadTimeout = TimeSpan.FromSeconds(20);
        await pipe.Writer.WriteAsync(new byte[] { 0, 0, 0, 0 });
        await packets.ReadPacketAsync(CancellationToken.None);

        time.Advance(TimeSpan.FromHours(1));
        await pipe.Writer.WriteAsync(new byte[] { 0, 0, 0, 1 });

        Assert.Equal(1, (await packets.ReadPacketAsync(CancellationToken.None)).SequenceId);
        var reading = packets.ReadPacketAsync(CancellationToken.None).AsTask();
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(reading.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<CdcConnectionException>(() => reading.WaitAsync(SessionTest.Patience));
    }

    [Fact]
    public async Task A_second_read_while_one_is_pending_is_refused()
    {
        var pipe = new Pipe();
        var (packets, reader) = Open(pipe.Reader.AsStream(), null, pipe);
        var reading = packets.ReadPacketAsync(CancellationToken.None).AsTask();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await packets.FillAsync(CancellationToken.None));

        reader.Close();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading.WaitAsync(SessionTest.Patience));
    }

    [Fact]
    public async Task Reading_small_packets_allocates_only_the_chunks()
    {
        var bytes = Frame(Enumerable.Repeat(Payload(60), 50_000).ToArray());
        var (packets, reader) = Open(new PieceStream(bytes, [16_384]));
        reader.ChunkSize = ChunkedReader.StreamingChunkSize;
        await packets.ReadPacketAsync(CancellationToken.None);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 1; count < 50_000; count++)
        {
            while (!packets.TryReadPacket(out _))
            {
                var filling = packets.FillAsync(CancellationToken.None);
                Assert.True(filling.IsCompletedSuccessfully);
            }
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, bytes.Length - 200_000, bytes.Length * 1.15);
    }

    private static async Task<bool> ReadsBackAsync(int[] lengths, int[] pieces)
    {
        var payloads = lengths.Select((length, index) => Payload(length, (byte)index)).ToArray();
        var (packets, reader) = Open(new PieceStream(Frame(payloads), pieces));
        reader.ChunkSize = pieces[0] % 2 == 0 ? 8192 : ChunkedReader.StreamingChunkSize;
        foreach (var payload in payloads)
        {
            var packet = await packets.ReadPacketAsync(CancellationToken.None);
            if (!payload.AsSpan().SequenceEqual(packet.Span))
            {
                return false;
            }
        }

        return true;
    }

    private static (PacketStream Packets, ChunkedReader Reader) Open(Stream stream, TimeProvider? time = null, Pipe? pipe = null)
    {
        var reader = new ChunkedReader(
            stream, "db:3306", time ?? TimeProvider.System, () => pipe?.Writer.Complete(new IOException("Closed on this side.")));
        return (new PacketStream(reader, "db:3306"), reader);
    }

    private static byte[] Frame(byte[][] payloads)
    {
        using var bytes = new MemoryStream();
        byte sequence = 0;
        foreach (var payload in payloads)
        {
            using var writer = new PacketWriter();
            writer.WriteBytes(payload);
            bytes.Write(writer.Frame(ref sequence).Span);
        }

        return bytes.ToArray();
    }

    private static byte[] Payload(int length, byte seed = 1)
    {
        var bytes = new byte[length];
        for (var index = 0; index < length; index++)
        {
            bytes[index] = (byte)((index * 31) + (index >> 8) + seed);
        }

        return bytes;
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(1);
        }
    }

    /// <summary>Gives its bytes in pieces of the sizes in turn.</summary>
    private sealed class PieceStream(byte[] bytes, int[] sizes) : MemoryStream(bytes)
    {
        public int Reads { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var size = Math.Min(buffer.Length, sizes[Reads++ % sizes.Length]);
            return ValueTask.FromResult(Read(buffer.Span[..size]));
        }
    }

    /// <summary>Gives some bytes at each read, after some time.</summary>
    private sealed class DrippingStream(VirtualTime time, byte[] content, int bytes, TimeSpan wait) : MemoryStream(content)
    {
        public int Bytes { get; set; } = bytes;

        public TimeSpan Wait { get; set; } = wait;

        public int DripsFrom { get; set; } = int.MaxValue;

        public TimeSpan Waited { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            time.Advance(Wait);
            Waited += Wait;
            var count = Position >= DripsFrom ? 1 : Math.Min(Bytes, buffer.Length);
            return base.ReadAsync(buffer[..count], cancellationToken);
        }
    }
}
