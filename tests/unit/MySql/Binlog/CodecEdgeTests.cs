using System.Buffers.Binary;
using System.Text;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>Codecs read eight bytes at once where the buffer has them. A value must be the same wherever it is in the buffer, and whatever
/// comes before and after it.</summary>
public sealed class CodecEdgeTests
{
    public static TheoryData<string, int, bool> Integers => new()
    {
        { nameof(ColumnKind.Int8), 1, true }, { nameof(ColumnKind.UInt8), 1, false }, { nameof(ColumnKind.Int16), 2, true },
        { nameof(ColumnKind.UInt16), 2, false }, { nameof(ColumnKind.Int24), 3, true }, { nameof(ColumnKind.UInt24), 3, false },
        { nameof(ColumnKind.Int32), 4, true }, { nameof(ColumnKind.UInt32), 4, false }, { nameof(ColumnKind.Int64), 8, true },
        { nameof(ColumnKind.UInt64), 8, false },
    };

    [Theory]
    [MemberData(nameof(Integers))]
    public void An_integer_is_the_same_at_every_distance_from_the_end(string kind, int width, bool isSigned)
    {
        var codec = ColumnCodec.Fixed(Enum.Parse<ColumnKind>(kind), width);
        var largest = ulong.MaxValue >> (64 - (8 * width));
        foreach (var bits in (ulong[])[0, 1, largest >> 1, (largest >> 1) + 1, largest, 0x0123_4567_89ab_cdef & largest])
        {
            var expected = isSigned ? (Int128)((long)(bits << (64 - (8 * width))) >> (64 - (8 * width))) : bits;
            var bytes = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, bits);
            foreach (var buffer in Surrounded(bytes[..width]))
            {
                Assert.Equal(expected <= long.MaxValue, codec.TryReadInt64(buffer, 3, out var value));
                Assert.True(expected > long.MaxValue || value == expected, $"{kind} {bits:x} in {buffer.Length} bytes gives {value}");
            }
        }
    }

    [Fact]
    public void What_is_no_integer_column_is_not_read_as_one()
    {
        foreach (var kind in Enum.GetValues<ColumnKind>().Except(Integers.Select(i => Enum.Parse<ColumnKind>(i.Data.Item1))))
        {
            Assert.False(ColumnCodec.Fixed(kind, 4).TryReadInt64(new byte[20], 3, out var value));
            Assert.Equal(0, value);
        }
    }

    [Fact]
    public void A_decimal_is_the_same_at_every_distance_from_the_end()
    {
        foreach (var (text, precision, scale) in ((string, int, int)[])[("-12.34", 4, 2), ("999999999.999999999", 18, 9), ("0.5", 1, 1),
            ("-7", 1, 0), ("123456789012345678", 18, 0), ("-0.123456789012345678", 18, 18), ("1234567890.12", 12, 2)])
        {
            var bytes = new byte[DecimalFormat.ByteLength(precision, scale)];
            Assert.True(DecimalText.TryWrite(Encoding.ASCII.GetBytes(text), precision, scale, bytes));
            foreach (var buffer in Surrounded(bytes))
            {
                Assert.True(ColumnCodec.Decimal(precision, scale).TryReadDecimal(buffer, 3, out var value), text);
                Assert.Equal(text, value.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        }
    }

    [Theory]
    [InlineData(9, 0, "bb9aca00")]
    [InlineData(4, 2, "e400")]
    [InlineData(4, 2, "8064")]
    [InlineData(2, 2, "e4")]
    [InlineData(3, 0, "87e8")]
    [InlineData(5, 5, "8186a0")]
    [InlineData(18, 0, "bb9aca0000000000")]
    [InlineData(12, 2, "803b9aca0000")]
    public void A_damaged_decimal_is_left_to_the_way_that_refuses_it(int precision, int scale, string hexadecimal)
    {
        var bytes = Convert.FromHexString(hexadecimal);
        foreach (var value in (byte[][])[bytes, [.. bytes.Select(b => (byte)~b)]])
        {
            Assert.All(Surrounded(value), buffer => Assert.False(ColumnCodec.Decimal(precision, scale).TryReadDecimal(buffer, 3, out _)));
            var e = Assert.Throws<CdcProtocolException>(() => DecimalFormat.Read(value, precision, scale));
            Assert.Contains("does not fit in its", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Text_is_ASCII_only_if_every_byte_is_one_whatever_its_length()
    {
        for (var length = 0; length <= 40; length++)
        {
            var text = string.Concat(Enumerable.Range(0, length).Select(i => (char)(i == 0 ? 0 : i == 1 ? 127 : 'a' + (i % 26))));
            var bytes = Encoding.ASCII.GetBytes(text);
            Assert.Equal(text, AsciiText.TryRead(bytes));
            for (var place = 0; place < length; place++)
            {
                var value = bytes[place];
                bytes[place] = 0x80;
                Assert.Null(AsciiText.TryRead(bytes));
                bytes[place] = value;
            }
        }
    }

    [Fact]
    public void Every_day_of_the_calendar_is_read_at_every_distance_from_the_end()
    {
        var codec = ColumnCodec.Fixed(ColumnKind.DateTime2, 8, 6);
        var time = new TimeSpan(0, 0, 0, 0, 0, 1);
        for (var day = new DateTime(1, 1, 1); ; day = day.AddDays(1))
        {
            time = time.Add(new TimeSpan(0, 7, 11, 13, 17, 19));
            time = new TimeSpan(time.Ticks % TimeSpan.TicksPerDay);
            var expected = day.Add(time);
            var buffer = new byte[11 + (day.Day % 9)];
            Write(buffer, expected);
            if (!codec.TryReadDateTime(buffer, 3, out var value) || value != expected)
            {
                Assert.Fail($"{expected:O} is read as {value:O}");
            }

            if (day == new DateTime(9999, 12, 31))
            {
                return;
            }
        }
    }

    private static void Write(byte[] buffer, DateTime time)
    {
        var packed = (((((((((time.Year * 13L) + time.Month) << 5) + time.Day) << 5) + time.Hour) << 6) + time.Minute) << 6) + time.Second
            + 0x80_0000_0000;
        var micros = time.Ticks % TimeSpan.TicksPerSecond / 10;
        BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(3), (packed << 24) | micros);
    }

    // A value from the fourth byte on, with nothing to eight bytes after it, all of them set.
    private static IEnumerable<byte[]> Surrounded(byte[] value) => Enumerable.Range(0, 9).Select(after =>
        (byte[])[255, 255, 255, .. value, .. Enumerable.Repeat((byte)255, after)]);
}
