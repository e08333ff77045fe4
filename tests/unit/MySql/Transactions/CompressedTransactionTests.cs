using System.Buffers.Binary;
using System.Text.Json;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Tests.Binlog;
using CdcEmbedded.MySql.Tests.Binlog.Zstd;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>Transactions in TRANSACTION_PAYLOAD_EVENTs through the file source.</summary>
public sealed class CompressedTransactionTests : IDisposable
{
    private const string Name = "mysql-9.7/bigtx-zstd";

    private readonly string _folder = Directory.CreateTempSubdirectory("cdc-payload-").FullName;

    public static TheoryData<string> Payloads => new(Recording.All("mysql-9.7")
        .Where(r => r.Events().Any(e => e[2] == "Transaction_payload")).Select(r => r.Name));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Payloads))]
    public async Task Payloads_decompress_to_the_size_that_they_announce(string name)
    {
        var count = 0;
        foreach (var e in (await RecordedRows.ReadAsync(Recording.Get(name)))
            .Events.Where(e => e.Header.Type == EventType.TransactionPayload))
        {
            var header = TransactionPayloadHeader.Read(e.Body);
            var content = ZstdReading.ReadAll(e.Body.AsSpan(header.PayloadOffset, header.PayloadLength).ToArray());
            Assert.Equal(header.UncompressedLength, (ulong)content.Length);
            count++;
        }

        Assert.True(count > 0);
    }

    [Fact]
    public async Task Every_change_comes_in_order_with_its_values()
    {
        var expected = Recording.Get(Name).Expected().ToList();

        var changes = await ReadAsync(Source());

        Assert.Equal(expected.Count, changes.Count);
        for (var i = 0; i < changes.Count; i++)
        {
            AssertMatches(expected[i], changes[i]);
        }
    }

    [Fact]
    public async Task Event_ids_are_unique_and_the_same_at_each_reading()
    {
        foreach (var mode in Enum.GetValues<KeyChangeMode>())
        {
            var first = (await ReadAsync(Source(mode))).ConvertAll(c => c.EventId);
            var second = (await ReadAsync(Source(mode, buffer: 0))).ConvertAll(c => c.EventId);
            Assert.Equal(first, second);
            Assert.Equal(first.Count, first.Distinct().Count());
        }
    }

    [Theory]
    [InlineData(64 << 20, LargeTransactionMode.Spill)]
    [InlineData(100_000, LargeTransactionMode.Spill)]
    [InlineData(0, LargeTransactionMode.Spill)]
    [InlineData(100_000, LargeTransactionMode.DeliverProvisionally)]
    [InlineData(0, LargeTransactionMode.DeliverProvisionally)]
    public async Task A_restart_at_any_change_gives_exactly_the_rest(long buffer, LargeTransactionMode large)
    {
        var all = await ReadAsync(Source(buffer: buffer, large: large));
        var ids = all.ConvertAll(c => c.EventId);
        for (var i = 0; i < all.Count; i += i < 10 || i > all.Count - 10 ? 1 : 37)
        {
            var rest = await ReadAsync(Source(buffer: buffer, large: large), all[i].Offset);
            Assert.Equal(ids.Skip(i + 1), rest.Select(c => c.EventId));
        }
    }

    [Theory]
    [InlineData(LargeTransactionMode.Spill)]
    [InlineData(LargeTransactionMode.DeliverProvisionally)]
    public async Task A_payload_above_the_buffer_is_handed_over_batch_by_batch(LargeTransactionMode large)
    {
        const long buffer = 20_000;
        await using var feed = await OpenAsync(Source(buffer: buffer, large: large), maxBatchSize: 100_000);
        var sizes = new List<long>();
        var inside = 0;
        while (await feed.ReadAsync(CancellationToken.None) is { } batch)
        {
            sizes.Add(batch.ByteSize);
            inside += batch.Entries.Any(e => e.Changes is not null && !e.Position.IsTransactionEnd) ? 1 : 0;
        }

        // A transaction that is held adds at most one event to the bound.
        Assert.All(sizes, s => Assert.InRange(s, 0, 2 * (buffer + 20_000)));
        Assert.True(inside > 20, $"{inside} of {sizes.Count} batches");
    }

    [Fact]
    public async Task Payloads_that_are_not_compressed_give_the_same_rows()
    {
        var path = await CompressedLog.RewriteAsync(Recording.Get(Name), _folder, (_, _, payload)
            => CompressedLog.Body(TransactionPayloadHeader.Uncompressed, 0, ZstdReading.ReadAll(payload.ToArray())));

        var changes = await ReadAsync(Source(file: path));

        var wanted = await ReadAsync(Source());
        Assert.Equal(wanted.Select(Told), changes.Select(Told));
        Assert.Equal(wanted.Select(c => ((MySqlSourceInfo)c.Source).PayloadOffset),
            changes.Select(c => ((MySqlSourceInfo)c.Source).PayloadOffset));
    }

    [Fact]
    public async Task Another_compression_is_refused_with_its_place()
    {
        var path = await CompressedLog.RewriteAsync(Recording.Get(Name), _folder, (_, h, payload)
            => CompressedLog.Body(7, h.UncompressedLength, payload));

        var e = await Assert.ThrowsAsync<CdcProtocolException>(() => ReadAsync(Source(file: path)));

        Assert.Equal("TRANSACTION_PAYLOAD_EVENT", e.EventType);
        Assert.StartsWith("binlog.000001:", e.Position, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_payload_of_another_size_than_announced_is_refused(int difference)
    {
        var path = await CompressedLog.RewriteAsync(Recording.Get(Name), _folder, (_, h, payload)
            => CompressedLog.Body(TransactionPayloadHeader.Zstd, (ulong)((long)h.UncompressedLength + difference), payload));

        var e = await Assert.ThrowsAsync<CdcProtocolException>(() => ReadAsync(Source(file: path)));

        Assert.Contains("announces", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_of_the_file_inside_a_payload_is_refused()
    {
        foreach (var type in new[] { EventType.FormatDescription, EventType.Rotate, EventType.Gtid, EventType.TransactionPayload })
        {
            var path = await CompressedLog.RewriteAsync(Recording.Get(Name), _folder, (_, _, _)
                => CompressedLog.Body(TransactionPayloadHeader.Uncompressed, 0, InnerEvent(type, new byte[40])));

            var e = await Assert.ThrowsAsync<CdcProtocolException>(() => ReadAsync(Source(file: path)));

            Assert.Contains("inside a compressed transaction", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_event_after_the_commit_in_a_payload_is_rejected()
    {
        byte[] xid = InnerEvent(EventType.Xid, new byte[8]);
        var path = await CompressedLog.RewriteAsync(Recording.Get(Name), _folder, (_, _, _)
            => CompressedLog.Body(TransactionPayloadHeader.Uncompressed, 0, [.. xid, .. xid]));

        var e = await Assert.ThrowsAsync<CdcProtocolException>(() => ReadAsync(Source(file: path)));

        Assert.Contains("follows the end", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_payloads_give_only_exceptions_of_the_library()
    {
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var isPlain = seed % 2 == 0;
            var path = await CompressedLog.RewriteAsync(Recording.Get(Name), _folder, (_, h, payload) =>
            {
                var bytes = isPlain ? ZstdReading.ReadAll(payload.ToArray()) : payload.ToArray();
                for (var i = random.Next(1, 4); i > 0; i--)
                {
                    bytes[random.Next(random.Next(2) == 0 ? Math.Min(100, bytes.Length) : bytes.Length)] ^= (byte)(1 << random.Next(8));
                }

                return CompressedLog.Body(isPlain ? (ulong)TransactionPayloadHeader.Uncompressed : TransactionPayloadHeader.Zstd,
                    h.UncompressedLength, bytes);
            });
            try
            {
                await ReadAsync(Source(file: path));
            }
            catch (CdcException)
            {
            }
        }
    }

    [Fact]
    public async Task A_payload_of_more_than_two_gigabytes_is_read_to_its_end()
    {
        // An ignorable event of a header and a block of zeros, 17 000 times: 24 compressed bytes each.
        const int events = 17_000, block = 128 * 1024;
        var header = InnerEvent(EventType.Ignorable, []);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(9), header.Length + block);
        var payload = new List<byte> { 0x28, 0xb5, 0x2f, 0xfd, 0, 0x38 };
        for (var i = 0; i < events; i++)
        {
            payload.AddRange([(byte)(header.Length << 3), 0, 0, .. header]);
            payload.AddRange([2, 0, 0x10, 0]);
        }

        payload.AddRange([1, 0, 0]);
        var path = await CompressedLog.RewriteAsync(Recording.Get(Name), _folder, (number, h, original) => number > 0
            ? CompressedLog.Body(TransactionPayloadHeader.Zstd, h.UncompressedLength, original)
            : CompressedLog.Body(TransactionPayloadHeader.Zstd, (ulong)events * (ulong)(header.Length + block), payload.ToArray()));

        // The first transaction has no commit any more, which the next one finds out.
        var changes = await ReadAsync(Source(file: path));

        Assert.NotEmpty(changes);
    }

    private static byte[] InnerEvent(EventType type, byte[] body)
    {
        byte[] bytes = [.. new byte[EventHeader.Length], .. body];
        bytes[4] = (byte)type;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(9), bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(17), EventHeader.IgnorableFlag);
        return bytes;
    }

    private static MySqlBinlogFileSource Source(KeyChangeMode mode = KeyChangeMode.Update, long buffer = 64 << 20, string? file = null,
        LargeTransactionMode large = LargeTransactionMode.Spill)
        => new(new MySqlBinlogFileSourceOptions
        {
            Files = file is null ? Recording.Get(Name).BinlogFiles : [file],
            KeyChange = mode,
            TransactionBufferBytes = buffer,
            LargeTransactions = large,
        });

    private static async ValueTask<ISourceFeed> OpenAsync(MySqlBinlogFileSource source, int maxBatchSize)
    {
        var context = new SourceContext
        {
            Name = "test", LoggerFactory = NullLoggerFactory.Instance, TimeProvider = TimeProvider.System, MaxBatchSize = maxBatchSize,
        };
        await using var connection = await source.ConnectAsync(context, StartPosition.Earliest, CancellationToken.None);
        Assert.Null(connection.Failure);
        Assert.Empty(connection.Findings);
        return await connection.OpenAsync(CancellationToken.None);
    }

    private static async Task<List<ChangeEvent>> ReadAsync(MySqlBinlogFileSource source, CdcOffset? start = null)
    {
        var changes = new List<ChangeEvent>();
        await using var engine = new CdcEngine(source, new Offsets.InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "test",
            StartFrom = start is null ? StartPosition.Earliest : StartPosition.At(start),
            Reconnect = ReconnectPolicy.None,
            CommitPolicy = CommitPolicy.Never,
        });
        await foreach (var change in engine.ReadAsync(CancellationToken.None))
        {
            changes.Add(change);
        }

        return changes;
    }

    private static string Told(ChangeEvent change)
        => $"{change.Operation} {change.Database}.{change.Table} {change.Transaction?.Id} {Told(change.Before)} -> {Told(change.After)}";

    private static string Told(DataRecord record) => record.HasValue ? string.Join('|', record.Select(f => $"{f.Name}={f.Value}")) : "none";

    private static void AssertMatches(JsonElement expected, ChangeEvent change)
    {
        var operation = change.Operation switch { ChangeOperation.Create => "c", ChangeOperation.Update => "u", _ => "d" };
        Assert.Equal(expected.GetProperty("op").GetString(), operation);
        Assert.Equal(expected.GetProperty("table").GetString(), change.Table);
        Assert.Equal(expected.GetProperty("gtid").GetString(), ((MySqlSourceInfo)change.Source).Gtid);
        AssertMatches(expected.GetProperty("before"), change.Before);
        AssertMatches(expected.GetProperty("after"), change.After);
    }

    private static void AssertMatches(JsonElement expected, DataRecord record)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            Assert.False(record.HasValue);
            return;
        }

        foreach (var wanted in expected.EnumerateObject())
        {
            Assert.True(ExpectedValue.Matches(record[wanted.Name], wanted.Value), $"{wanted.Name} is {record[wanted.Name]}, not "
                + $"{wanted.Value}");
        }
    }
}
