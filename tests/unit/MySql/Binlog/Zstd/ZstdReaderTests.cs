using System.Security.Cryptography;
using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Tests.Binlog.Zstd;

public class ZstdReaderTests
{
    private const int MaxBlock = 128 * 1024;

    // Followed by a descriptor: 0x20 is a single segment with a content size of one byte, 0 a window descriptor and no content size.
    private static readonly byte[] Magic = [0x28, 0xb5, 0x2f, 0xfd];

    public static TheoryData<string> Fixtures => new(ZstdFixture.All.Select(f => f.Name));

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Data_of_the_zstd_tool_decompresses_to_its_content(string name)
    {
        var fixture = ZstdFixture.All.Single(f => f.Name == name);
        foreach (var chunk in new[] { 1 << 20, 64 * 1024, 1021 })
        {
            var content = ZstdReading.ReadAll(fixture.Compressed, chunk);
            Assert.Equal(fixture.Length, content.Length);
            Assert.Equal(fixture.Sha256, Convert.ToHexStringLower(SHA256.HashData(content)));
        }
    }

    [Fact]
    public void One_reader_reads_many_streams()
    {
        using var reader = new ZstdReader();
        foreach (var fixture in ZstdFixture.All.Concat(ZstdFixture.All.Reverse()))
        {
            Assert.Equal(fixture.Sha256, Convert.ToHexStringLower(SHA256.HashData(ZstdReading.ReadAll(reader, fixture.Compressed))));
        }
    }

    [Fact]
    public void A_reader_starts_a_stream_correctly_after_one_that_was_not_read_to_its_end()
    {
        using var reader = new ZstdReader();
        var fixture = ZstdFixture.All.Single(f => f.Name == "rows-3");
        for (var read = 1; read < 2000; read *= 3)
        {
            reader.Begin(ZstdFixture.Read("runs"));
            Assert.Equal(read, reader.Read(new byte[read]));
            Assert.Equal(fixture.Sha256, Convert.ToHexStringLower(SHA256.HashData(ZstdReading.ReadAll(reader, fixture.Compressed))));
        }
    }

    [Fact]
    public void A_reader_starts_a_stream_correctly_after_a_damaged_one()
    {
        using var reader = new ZstdReader();
        var damaged = ZstdFixture.Read("tiny");
        damaged[^1] ^= 1;
        Assert.Throws<CdcProtocolException>(() => ZstdReading.ReadAll(reader, damaged));
        Assert.Equal("hello hello hello hello hello"u8.ToArray(), ZstdReading.ReadAll(reader, ZstdFixture.Read("tiny")));
    }

    [Fact]
    public void Consecutive_frames_and_skippable_frames_are_one_content()
    {
        byte[] skippable = [0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        byte[] stream = [.. skippable, .. ZstdFixture.Read("sentence"), .. skippable, .. ZstdFixture.Read("tiny"), .. skippable];
        byte[] expected = [.. ZstdReading.ReadAll(ZstdFixture.Read("sentence")), .. "hello hello hello hello hello"u8];
        Assert.Equal(expected, ZstdReading.ReadAll(stream));
        Assert.Equal(expected, ZstdReading.ReadAll(stream, chunk: 1));
        Assert.Empty(ZstdReading.ReadAll(skippable));
        Assert.Empty(ZstdReading.ReadAll([]));
    }

    [Fact]
    public void Raw_and_repeated_blocks_are_read()
    {
        // Content size 8; raw block of 3 bytes (3 << 3), then the last block (1), of one byte repeated (1 << 1), 5 times.
        byte[] stream = [.. Magic, 0x20, 8, 3 << 3, 0, 0, .. "abc"u8, (5 << 3) | 2 | 1, 0, 0, (byte)'z'];
        Assert.Equal("abczzzzz"u8.ToArray(), ZstdReading.ReadAll(stream));
    }

    [Fact]
    public void Repeated_literals_without_sequences_are_read()
    {
        // A last compressed block (2 << 1) of 3 bytes: literals of kind 1 and length 10 (10 << 3), the byte, no sequences.
        byte[] stream = [.. Magic, 0x20, 10, (3 << 3) | 4 | 1, 0, 0, (10 << 3) | 1, (byte)'x', 0];
        Assert.Equal("xxxxxxxxxx"u8.ToArray(), ZstdReading.ReadAll(stream));
    }

    [Fact]
    public void A_window_above_the_limit_is_refused()
    {
        var e = Assert.Throws<CdcProtocolException>(() => ZstdReading.ReadAll(ZstdFixture.Read("long-window"), maxWindowLog: 20));
        Assert.Contains("needs a window of more than 1048576 bytes", e.Message, StringComparison.Ordinal);
        Assert.Equal("TRANSACTION_PAYLOAD_EVENT", e.EventType);
    }

    [Fact]
    public void The_largest_window_of_the_server_is_accepted_and_a_larger_one_is_refused()
    {
        // The window descriptor holds the exponent above 10 in its upper 5 bits and eighths in its lower 3.
        static byte[] WithWindow(int log, int eighths)
            => [.. Magic, 0, (byte)(((log - 10) << 3) | eighths), (3 << 3) | 1, 0, 0, .. "abc"u8];

        Assert.Equal("abc"u8.ToArray(), ZstdReading.ReadAll(WithWindow(27, 0)));
        Assert.Throws<CdcProtocolException>(() => ZstdReading.ReadAll(WithWindow(27, 1)));
        Assert.Throws<CdcProtocolException>(() => ZstdReading.ReadAll(WithWindow(41, 7)));

        // A single segment has its content size of eight bytes for a window.
        Assert.Throws<CdcProtocolException>(
            () => ZstdReading.ReadAll([.. Magic, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x40, (3 << 3) | 1, 0, 0, .. "abc"u8]));
    }

    [Fact]
    public void A_dictionary_is_refused()
    {
        var e = Assert.Throws<CdcProtocolException>(() => ZstdReading.ReadAll(ZstdFixture.Read("dictionary")));
        Assert.Contains("dictionary", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checksum_that_does_not_match_is_refused()
    {
        var stream = ZstdFixture.Read("tiny");
        stream[^1] ^= 1;
        var e = Assert.Throws<CdcProtocolException>(() => ZstdReading.ReadAll(stream));
        Assert.Contains("checksum", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("28b52ffd", "ends inside a frame")]
    [InlineData("28b52ffe2000010000", "Unknown frame")]
    [InlineData("28b52ffd2800010000", "damaged")]
    [InlineData("28b52ffd20000100", "ends inside a frame")]
    [InlineData("28b52ffd2005070000", "damaged")]
    [InlineData("28b52ffd2005310000616263646566", "damaged")]
    [InlineData("28b52ffd2005290000616263", "ends inside a frame")]
    [InlineData("28b52ffd2005190000616263", "damaged")]
    [InlineData("28b52ffd200a1d0000590000", "damaged")]
    [InlineData("28b52ffd20050d000003", "damaged")]
    [InlineData("502a4d1804000000616263", "ends inside a frame")]
    public void Damaged_streams_are_refused_with_the_reason(string hex, string part)
    {
        var e = Assert.Throws<CdcProtocolException>(() => ZstdReading.ReadAll(Convert.FromHexString(hex)));
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
        Assert.Equal("TRANSACTION_PAYLOAD_EVENT", e.EventType);
    }

    [Theory]
    [InlineData("01")]
    [InlineData("28")]
    [InlineData("28b52f")]
    [InlineData("0000")]
    [InlineData("0102030405060708090a")]
    [InlineData("28b52ffd")]
    public void Bytes_after_the_last_frame_are_refused(string hex)
    {
        byte[] stream = [.. ZstdFixture.Read("tiny"), .. Convert.FromHexString(hex)];
        Assert.Throws<CdcProtocolException>(() => ZstdReading.ReadAll(stream));
        Assert.Throws<CdcProtocolException>(() => ZstdReading.ReadAll(stream, chunk: 1));
        Assert.Throws<CdcProtocolException>(() => ZstdReading.ReadAll(stream, chunk: 29));
    }
}
