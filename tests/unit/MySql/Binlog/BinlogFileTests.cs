using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Files;
using CdcEmbedded.MySql.Recordings;

namespace CdcEmbedded.MySql.Tests.Binlog;

public class BinlogFileTests
{
    [Fact]
    public async Task A_file_that_ends_inside_an_event_reports_how_many_bytes_are_left()
    {
        var whole = await File.ReadAllBytesAsync(Recording.Get("mysql-9.7/rotate").BinlogFiles[0], TestContext.Current.CancellationToken);
        var (events, tail) = await ReadAsync(new MemoryStream(whole, 0, whole.Length - 5));
        var (all, cleanTail) = await ReadAsync(new MemoryStream(whole));
        Assert.Equal(all - 1, events);
        Assert.True(tail > 0);
        Assert.Equal(0, cleanTail);
    }

    [Fact]
    public async Task Events_that_straddle_reads_of_any_size_are_whole()
    {
        var whole = await File.ReadAllBytesAsync(Recording.Get("mysql-9.7/vector").BinlogFiles[0], TestContext.Current.CancellationToken);
        await using var drips = BinlogFile.FromStream(new DrippingStream(whole), "drip");
        var position = 4;
        do
        {
            while (drips.TryRead(out var slice))
            {
                Assert.True(whole.AsSpan(position, slice.Length).SequenceEqual(slice.Span));
                position += slice.Length;
                Assert.Equal(position, drips.Position);
            }
        }
        while (await drips.FillAsync(CancellationToken.None));
        Assert.Equal(whole.Length, position);
    }

    [Theory]
    [InlineData(new byte[] { 0xfd, 0x62, 0x69, 0x6e, 1 }, "encrypted")]
    [InlineData(new byte[] { 0x50, 0x4b, 3, 4 }, "not a binlog file")]
    public async Task Other_files_are_rejected_with_the_reason(byte[] bytes, string reason)
    {
        var e = await Assert.ThrowsAsync<CdcProtocolException>(() => ReadAsync(new MemoryStream(bytes)));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_length_beyond_the_file_does_not_allocate_it()
    {
        var bytes = new byte[4 + 19];
        (bytes[0], bytes[1], bytes[2], bytes[3]) = (0xfe, (byte)'b', (byte)'i', (byte)'n');
        (bytes[13], bytes[14], bytes[15], bytes[16]) = (0, 0, 0, 0x3f);
        var before = GC.GetTotalAllocatedBytes();
        var (events, tail) = await ReadAsync(new MemoryStream(bytes));
        Assert.Equal((0, 19), (events, tail));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50_000_000);
    }

    private static async Task<(int Events, int Tail)> ReadAsync(Stream stream)
    {
        await using var file = BinlogFile.FromStream(stream, "binlog.000001");
        var events = 0;
        do
        {
            while (file.TryRead(out _))
            {
                events++;
            }
        }
        while (await file.FillAsync(CancellationToken.None));
        return (events, file.IncompleteTail);
    }

    private sealed class DrippingStream(byte[] bytes) : MemoryStream(bytes)
    {
        private int _size = 1;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _size = (_size * 7 % 5003) + 1;
            return base.ReadAsync(buffer[..Math.Min(_size, buffer.Length)], cancellationToken);
        }
    }
}
