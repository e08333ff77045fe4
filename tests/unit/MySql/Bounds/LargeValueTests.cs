using System.Buffers;
using System.Text;
using CdcEmbedded.Formats;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Tests.Binlog;
using CdcEmbedded.Offsets;
using ScriptedFile = CdcEmbedded.MySql.Tests.Scripted.BinlogFile;

namespace CdcEmbedded.MySql.Tests.Bounds;

/// <summary>How many times a value of 48 MiB is in memory: by the bytes that reading it allocates, relative to its size.</summary>
[Collection(nameof(ProcessMemoryTests))]
public sealed class LargeValueTests : IDisposable
{
    private const int Size = 48 << 20;
    private const int Rows = 2;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"cdcembedded-large-{Guid.NewGuid():N}.000001");

    // Measured: 1.6 for a value that is received, a string is twice as large as its ASCII, the text of a JSON document is built before it
    // is a string.
    public static TheoryData<string, string, double> Readings => new()
    {
        { "text", "nothing", 1.8 }, { "blob", "nothing", 1.8 }, { "json", "nothing", 1.8 },
        { "text", "UTF-8", 1.8 }, { "blob", "bytes", 1.8 }, { "json", "string", 7 },
        { "text", "string", 4 },
        { "text", "envelope", 3.3 }, { "blob", "envelope", 3.7 }, { "json", "envelope", 8 },
        { "text", "spill", 3.6 },
    };

    public void Dispose() => File.Delete(_path);

    [Theory]
    [MemberData(nameof(Readings))]
    public async Task Reading_allocates_a_few_times_the_value(string type, string reading, double most)
    {
        WriteFile(type);
        var output = new Discarded();
        using var json = new EnvelopeJson(new EnvelopeJsonOptions());
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var count = 0;
        await using var engine = new CdcEngine(new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions
        {
            Files = [_path], TransactionBufferBytes = reading == "spill" ? 0 : 1 << 30,
        }), new InMemoryOffsetStore(), new CdcEngineOptions { Name = "large", CommitPolicy = CommitPolicy.Never });
        await foreach (var change in engine.ReadAsync())
        {
            count++;
            Read(change, reading, json, output);
        }

        var times = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Rows / Size;
        TestContext.Current.TestOutputHelper?.WriteLine($"{type} {reading}: {times:0.00}");
        Assert.Equal(Rows, count);
        Assert.InRange(times, 0, most);
    }

    [Fact]
    public async Task A_packet_in_parts_is_received_into_one_array_of_its_size()
    {
        var reader = new ChunkedReader(new Parts(Size), "peer", TimeProvider.System, () => { })
        {
            ChunkSize = ChunkedReader.StreamingChunkSize,
        };
        var packets = new PacketStream(reader, "peer");
        packets.LimitEvents(1 << 30);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var packet = await packets.ReadPacketAsync(CancellationToken.None);

        var times = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Size;
        TestContext.Current.TestOutputHelper?.WriteLine($"{times:0.00}");
        Assert.Equal(Size + 1, packet.Length);

        // Up to the end of the first part, of 16 MiB, the array grows: the event's own word for its length is believed only then.
        Assert.InRange(times, 1, 1.8);
    }

    private static void Read(ChangeEvent change, string reading, EnvelopeJson json, Discarded output)
    {
        var value = change.After["v"];
        switch (reading)
        {
            case "UTF-8":
                Assert.True(value.TryGetUtf8(out var utf8) && utf8.Length > Size - 10);
                break;
            case "bytes":
                Assert.True(value.AsBytes().Length > Size - 10);
                break;
            case "string":
                Assert.True(value.AsString().Length > Size - 10);
                break;
            case "envelope":
                json.Write(output, change);
                break;
        }
    }

    private void WriteFile(string type)
    {
        byte column = type == "json" ? (byte)245 : (byte)252;
        byte[] map = [77, 0, 0, 0, 0, 0, 1, 0, 2, .. "db"u8, 0, 1, .. "t"u8, 0, 2, 3, column, 1, 4, 2];
        using var file = new FileStream(_path, FileMode.Create);
        file.Write([0xfe, .. "bin"u8]);
        Add(file, EventType.FormatDescription, TestEvents.FormatBody("9.7.4", 0, withChecksumField: true)[..^4]);
        Add(file, EventType.Query, Query($"CREATE TABLE db.t (id INT PRIMARY KEY, v {(type == "json" ? "JSON" : "LONG" + type)}) "
            + "CHARACTER SET utf8mb4"));
        var value = new byte[Size];
        value.AsSpan().Fill((byte)'a');
        if (type == "json")
        {
            // A string: 0x0c, its length in sevens of bits, its bytes.
            byte[] head = [0x0c, 0x80, 0x80, 0x80, 0x18];
            head.CopyTo(value, 0);
            var length = Size - 5;
            for (var i = 0; i < 4; i++, length >>= 7)
            {
                value[1 + i] = (byte)((length & 0x7F) | (i < 3 ? 0x80 : 0));
            }
        }

        for (var id = 0; id < Rows; id++)
        {
            Add(file, EventType.Query, Query("BEGIN"));
            Add(file, EventType.TableMap, map);
            Add(file, EventType.WriteRows, [77, 0, 0, 0, 0, 0, 1, 0, 2, 0, 2, 3, 0, .. BitConverter.GetBytes(id),
                .. BitConverter.GetBytes(Size), .. value]);
            Add(file, EventType.Xid, new byte[8]);
        }
    }

    private static byte[] Query(string text) => [7, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, .. "db"u8, 0, .. Encoding.UTF8.GetBytes(text)];

    private static void Add(FileStream file, EventType type, byte[] body) => file.Write(
        ScriptedFile.Event((byte)type, 1_700_000_000, (uint)(file.Position + 19 + body.Length), 0, body, checksum: false));

    /// <summary>A writer that keeps nothing.</summary>
    private sealed class Discarded : IBufferWriter<byte>
    {
        private byte[] _buffer = new byte[4096];

        public void Advance(int count)
        {
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => sizeHint <= _buffer.Length ? _buffer : _buffer = new byte[sizeHint];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }

    /// <summary>One packet in parts, made while it is read.</summary>
    private sealed class Parts(int eventLength) : Stream
    {
        private long _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _at; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, 4096);
            for (var i = 0; i < count; i++)
            {
                buffer[i] = ByteAt(_at++);
            }

            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => new(Read(buffer.Span));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private byte ByteAt(long at)
        {
            const int Part = 0xFFFFFF;
            var part = (int)(at / (Part + 4));
            var inPart = (int)(at % (Part + 4));
            var left = Math.Min(Part, eventLength + 1L - ((long)part * Part));
            var inPayload = ((long)part * Part) + inPart - 4;
            return inPart switch
            {
                0 => (byte)left,
                1 => (byte)(left >> 8),
                2 => (byte)(left >> 16),
                3 => (byte)part,
                _ => inPayload is >= 10 and < 14 ? (byte)(eventLength >> (8 * ((int)inPayload - 10))) : (byte)0,
            };
        }
    }
}
