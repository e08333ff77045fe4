using System.Security.Cryptography;
using CdcEmbedded.MySql.Compression;

namespace CdcEmbedded.MySql.Tests.Compression;

public class ZstdDecoderTests
{
    // Magic, then a descriptor of one segment with a content size of one byte.
    private static readonly byte[] Magic = [0x28, 0xb5, 0x2f, 0xfd];

    public static TheoryData<string> Fixtures => new(ZstdFixture.All.Select(f => f.Name));

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Data_of_the_real_compressor_decompresses_to_its_content(string name)
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
    public void One_decoder_reads_many_streams_one_after_another()
    {
        var decoder = new ZstdDecoder();
        foreach (var fixture in ZstdFixture.All.Concat(ZstdFixture.All.Reverse()))
        {
            Assert.Equal(fixture.Sha256, Convert.ToHexStringLower(SHA256.HashData(ZstdReading.ReadAll(decoder, fixture.Compressed))));
        }
    }

    [Fact]
    public void Frames_and_skippable_frames_in_a_row_are_one_content()
    {
        byte[] skippable = [0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        byte[] stream = [.. skippable, .. ZstdFixture.Read("sentence"), .. skippable, .. ZstdFixture.Read("tiny"), .. skippable];
        byte[] expected = [.. ZstdReading.ReadAll(ZstdFixture.Read("sentence")), .. "hello hello hello hello hello"u8];
        Assert.Equal(expected, ZstdReading.ReadAll(stream));
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
    public void A_window_above_the_bound_is_refused()
    {
        var e = Assert.Throws<CdcProtocolException>(() => ZstdReading.ReadAll(ZstdFixture.Read("long-window"), maxWindow: 1 << 20));
        Assert.Contains("window", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_window_takes_no_more_memory_than_the_content()
    {
        var compressed = ZstdFixture.Read("long-window");
        var decoder = new ZstdDecoder();
        var buffer = new byte[64 * 1024];
        decoder.Begin(compressed);
        var before = GC.GetAllocatedBytesForCurrentThread();
        while (decoder.Read(buffer) > 0)
        {
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 12_000_000);
    }

    [Fact]
    public void Gigabytes_pass_through_a_bounded_window()
    {
        // 2 GiB and more of the same byte in blocks of 128 KiB: window descriptor 0x38 is 128 KiB.
        const int blocks = 17_000;
        byte[] stream = new byte[6 + (4 * blocks)];
        Magic.CopyTo(stream, 0);
        stream[5] = 0x38;
        for (var i = 0; i < blocks; i++)
        {
            var header = (ZstdDecoder.MaxBlock << 3) | 2 | (i == blocks - 1 ? 1 : 0);
            stream[6 + (4 * i)] = (byte)header;
            stream[7 + (4 * i)] = (byte)(header >> 8);
            stream[8 + (4 * i)] = (byte)(header >> 16);
            stream[9 + (4 * i)] = 7;
        }

        var decoder = new ZstdDecoder();
        var buffer = new byte[1 << 20];
        var before = GC.GetAllocatedBytesForCurrentThread();
        decoder.Begin(stream);
        long total = 0;
        while (decoder.Read(buffer) is > 0 and var count)
        {
            total += count;
        }

        Assert.Equal((long)blocks * ZstdDecoder.MaxBlock, total);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
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
    [InlineData("28b52ffd", "header")]
    [InlineData("28b52ffe2000010000", "no frame")]
    [InlineData("28b52ffd2800010000", "reserved bit")]
    [InlineData("28b52ffd20000100", "last block")]
    [InlineData("28b52ffd2005070000", "reserved kind")]
    [InlineData("28b52ffd2005310000616263646566", "above the frame's 5")]
    [InlineData("28b52ffd2005290000616263", "cut short")]
    [InlineData("28b52ffd2005190000616263", "announces 5 bytes")]
    [InlineData("28b52ffd200a1d0000590000", "above its size")]
    [InlineData("28b52ffd20050d000003", "cut short")]
    [InlineData("502a4d1804000000616263", "passes the end")]
    public void Damaged_streams_are_refused_with_what_is_wrong(string hex, string part)
    {
        var e = Assert.Throws<CdcProtocolException>(() => ZstdReading.ReadAll(Convert.FromHexString(hex)));
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }
}
