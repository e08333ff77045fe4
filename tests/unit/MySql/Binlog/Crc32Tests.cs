using System.Text;
using CdcEmbedded.MySql.Binlog.Events;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.MySql.Tests.Binlog;

public class Crc32Tests
{
    [Theory]
    [InlineData("", 0x00000000u)]
    [InlineData("a", 0xE8B7BE43u)]
    [InlineData("123456789", 0xCBF43926u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    public void Compute_gives_the_published_checksum(string text, uint expected)
        => Assert.Equal(expected, Crc32.Compute(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Compute_agrees_with_the_bitwise_definition_at_every_length_and_alignment()
    {
        var bytes = new byte[700];
        new Random(1).NextBytes(bytes);
        for (var start = 0; start < 17; start++)
        {
            for (var length = 0; length + start <= bytes.Length; length++)
            {
                var span = bytes.AsSpan(start, length);
                var expected = BitByBit(span);
                Assert.Equal(expected, Crc32.Compute(span));
                Assert.Equal(expected, ~Crc32.ComputeTables(uint.MaxValue, span));
            }
        }
    }

    [Fact]
    public void Compute_agrees_with_the_tables_on_any_bytes() => Prop.ForAll<byte[]>(seed =>
    {
        var bytes = Enumerable.Repeat(seed, 40).SelectMany(b => b).ToArray();
        return Crc32.Compute(bytes) == ~Crc32.ComputeTables(uint.MaxValue, bytes);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Verify_of_a_damaged_event_throws_a_transient_exception()
    {
        var damaged = new byte[40];
        damaged[9] = 40;
        var e = Assert.Throws<CdcProtocolException>(() => BinlogChecksum.Verify(damaged));
        Assert.True(e.IsTransient);
    }

    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}
