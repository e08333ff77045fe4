using System.Buffers.Binary;
using System.Text;
using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Tests.Binlog;

public class BinlogChecksumTests
{
    [Fact]
    public void Verify_accepts_the_bitwise_definition_of_the_checksum_at_every_length()
    {
        for (var length = EventHeader.Length + 4; length < 700; length++)
        {
            var bytes = Event(length);
            BinlogChecksum.Verify(bytes);
        }
    }

    [Theory]
    [InlineData("123456789", 0xCBF43926u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    public void The_bitwise_definition_gives_the_published_checksum(string text, uint expected)
        => Assert.Equal(expected, BitByBit(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Verify_finds_every_single_bit_error()
    {
        var bytes = Event(120);
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var e = Assert.Throws<CdcProtocolException>(() => BinlogChecksum.Verify(bytes));
            Assert.True(e.IsTransient);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Verify_names_both_checksums()
    {
        var bytes = Event(60);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(56), 0x0badcafe);
        var e = Assert.Throws<CdcProtocolException>(() => BinlogChecksum.Verify(bytes));
        Assert.Contains($"computed {BitByBit(bytes.AsSpan(0, 56)):x8}", e.Message, StringComparison.Ordinal);
        Assert.Contains("carries 0badcafe", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_counts_the_in_use_flag_of_a_format_description_as_zero()
    {
        var bytes = Event(100, EventType.FormatDescription);
        BinlogChecksum.Verify(bytes);
        bytes[17] |= (byte)EventHeader.InUseFlag;
        BinlogChecksum.Verify(bytes);

        var other = Event(100, EventType.Query);
        other[17] |= (byte)EventHeader.InUseFlag;
        Assert.Throws<CdcProtocolException>(() => BinlogChecksum.Verify(other));
    }

    [Fact]
    public void Verify_of_an_event_without_room_for_a_checksum_throws_a_transient_exception()
    {
        var e = Assert.Throws<CdcProtocolException>(() => BinlogChecksum.Verify(new byte[EventHeader.Length + 3]));
        Assert.True(e.IsTransient);
    }

    private static byte[] Event(int length, EventType type = EventType.WriteRows)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        bytes[4] = (byte)type;
        bytes[17] = 0;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(length - 4), BitByBit(bytes.AsSpan(0, length - 4)));
        return bytes;
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
