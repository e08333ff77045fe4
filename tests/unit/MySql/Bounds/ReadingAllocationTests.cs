using System.Buffers;
using CdcEmbedded.Formats;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Recordings;

namespace CdcEmbedded.MySql.Tests.Bounds;

/// <summary>Bytes allocated for a row of six columns, on the thread that reads it. Times say nothing on a loaded machine; bytes
/// do.</summary>
public sealed class ReadingAllocationTests : IDisposable
{
    private const int Transactions = 20;
    private const int Rows = Transactions * NarrowLog.RowsOfEvent;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"cdcembedded-narrow-{Guid.NewGuid():N}.000001");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task Values_by_index_with_text_as_UTF8_allocate_nothing()
        => Assert.Equal(0, await MeasureAsync(static row =>
        {
            long sum = 0;
            for (var i = 0; i < row.Count; i++)
            {
                var value = row[i];
                sum += value.Kind switch
                {
                    ValueKind.Int64 => value.AsInt64(),
                    ValueKind.Decimal => value.AsDecimal().Scale,
                    ValueKind.DateTime => value.AsDateTime().Ticks,
                    _ => value.TryGetUtf8(out var utf8) ? utf8.Length
                        : throw new InvalidOperationException($"{value.Kind} in a narrow row."),
                };
            }

            return sum;
        }));

    [Fact]
    public async Task Typed_values_by_index_with_text_as_UTF8_allocate_nothing()
        => Assert.Equal(0, await MeasureAsync(static row => row.GetInt64(0) + row.GetInt32(1)
            + (row.TryGetUtf8(2, out var name) ? name.Length : 0) + row.GetDecimal(3).Scale + row.GetDateTime(4).Ticks
            + (row.GetBoolean(5) ? 1 : 0)));

    [Fact]
    public async Task Typed_values_by_name_allocate_only_the_string()
    {
        // "item-" and up to 11 characters: 56 bytes at most.
        var bytes = await MeasureAsync(static row => row.GetInt64("id") + row.GetInt32("qty") + row.GetString("name").Length
            + row.GetDecimal("price").Scale + row.GetDateTime("at_time").Ticks + (row.GetBoolean("flag") ? 1 : 0));
        Assert.InRange(bytes, 50, 56);
    }

    [Fact]
    public async Task An_enumeration_with_text_as_UTF8_allocates_nothing()
        => Assert.Equal(0, await MeasureAsync(static row =>
        {
            long sum = 0;
            foreach (var field in row)
            {
                sum += field.Name.Length + (field.Value.TryGetUtf8(out var utf8) ? utf8.Length : 1);
            }

            return sum;
        }));

    [Fact]
    public async Task The_envelope_allocates_little_for_an_event_and_nothing_for_a_row()
    {
        var changes = await ReadAsync();
        using var json = new EnvelopeJson(new EnvelopeJsonOptions { IncludeTransaction = true });
        var output = new ArrayBufferWriter<byte>(4096);
        var bytes = Measure(changes, change =>
        {
            output.ResetWrittenCount();
            json.Write(output, change);
            return output.WrittenCount;
        });

        // Of each event: its source once, the key's view, the transaction's id.
        Assert.InRange(bytes, 0, 40);
    }

    [Fact]
    public void Scanning_allocates_two_bytes_a_value()
    {
        NarrowLog.Write(_path, 1);
        var file = File.ReadAllBytes(_path);
        var map = Tests.Binlog.TestEvents.Map([8, 3, 15, 246, 18, 1], [128, 0, 10, 2, 3]);
        var events = Scripted.BinlogFile.Events(file).ToList();
        var (start, end) = events.Single(e => file[e.Start + 4] == (byte)EventType.WriteRows);
        var body = file.AsSpan(start + 19, end - start - 19);
        var header = RowsHeader.Read(EventType.WriteRows, body, Tests.Binlog.TestEvents.Format);
        var scanner = new RowScanner();
        scanner.Scan(map, header, file, start + 19, body.Length);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var rows = scanner.Scan(map, header, file, start + 19, body.Length);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(NarrowLog.RowsOfEvent, rows.RowCount);
        Assert.InRange(bytes / (double)rows.RowCount, 12, 14);
    }

    private async Task<double> MeasureAsync(Func<DataRecord, long> read)
        => Measure(await ReadAsync(), change => read(change.After));

    private static double Measure(List<ChangeEvent> changes, Func<ChangeEvent, long> read)
    {
        long sum = 0;

        // More than the look-ups after which a schema changes how it finds names.
        foreach (var change in changes)
        {
            sum += read(change);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var change in changes)
        {
            sum -= read(change);
        }

        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, sum);
        return bytes / (double)changes.Count;
    }

    private async Task<List<ChangeEvent>> ReadAsync()
    {
        NarrowLog.Write(_path, Transactions);
        var run = await FeedRun.ReadAsync(new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions { Files = [_path] }));
        Assert.Null(run.Failure);
        Assert.Equal(Rows, run.Changes.Count);
        return run.Changes;
    }
}
