using System.Buffers.Binary;
using System.Numerics;
using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Tests.Binlog;

public class ColumnCodecTests
{
    [Fact]
    public void Old_time_is_a_decimal_number() => Assert.Equal("76:31:28",
        TestEvents.Read(ColumnType.Time, [], Bytes24(763128)).ToString());

    [Fact]
    public void Old_time_may_be_negative() => Assert.Equal("-01:02:03", TestEvents.Read(ColumnType.Time, [], Bytes24(-10203)).ToString());

    [Theory]
    [InlineData(20240229123456, "2024-02-29 12:34:56")]
    [InlineData(0, "0000-00-00 00:00:00")]
    [InlineData(99991231235959, "9999-12-31 23:59:59")]
    public void Old_datetime_is_a_decimal_number(long number, string expected)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        Assert.Equal(expected, TestEvents.Read(ColumnType.DateTime, [], bytes).ToString());
    }

    [Fact]
    public void Old_datetime_that_is_not_a_date_is_rejected()
        => Assert.Throws<CdcProtocolException>(() => TestEvents.Read(ColumnType.DateTime, [], 255, 255, 255, 255, 255, 255, 255, 255));

    [Fact]
    public void Old_timestamp_is_unix_seconds_and_0_is_the_zero_timestamp()
    {
        Assert.Equal("2001-09-09 01:46:40", TestEvents.Read(ColumnType.Timestamp, [], 0x00, 0xca, 0x9a, 0x3b).ToString());
        Assert.True(TestEvents.Read(ColumnType.Timestamp, [], 0, 0, 0, 0).AsCalendar().IsZero);
    }

    [Theory]
    [InlineData("datetime(3)", "2024-02-29 12:34:56.789")]
    [InlineData("datetime(6)", "9999-12-31 23:59:59.999999")]
    [InlineData("datetime(1)", "0000-00-00 00:00:00.0")]
    [InlineData("time(2)", "-12:34:56.78")]
    [InlineData("time(6)", "838:59:59.999999")]
    [InlineData("time(1)", "-00:00:00.1")]
    [InlineData("timestamp(4)", "2001-09-09 01:46:40.1234")]
    [InlineData("timestamp(5)", "2001-09-09 01:46:40.12345")]
    public void Old_times_of_MariaDB_have_the_digits_of_the_tables_definition(string type, string expected)
    {
        var digits = type[^2] - '0';
        var unit = (long)Math.Pow(10, 6 - digits);
        var (log, bytes) = type[..type.IndexOf('(')] switch
        {
            "time" => (ColumnType.Time, BigEndian((839L * 3600 * 1_000_000 + Micros(expected)) / unit, digits switch { <= 2 => 4, <= 5 => 5,
                _ => 6 })),
            "timestamp" => (ColumnType.Timestamp, [0x3b, 0x9a, 0xca, 0x00, .. BigEndian(Micros(expected[11..]) % 1_000_000 / unit,
                (digits + 1) / 2)]),
            _ => (ColumnType.DateTime, BigEndian((MonthsAndDays(expected) * 86_400_000_000 + Micros(expected[11..])) / unit,
                digits switch { <= 2 => 6, <= 5 => 7, _ => 8 })),
        };
        var map = TableMap.Read(TestEvents.MapBody([(byte)log, (byte)ColumnType.Tiny], []),
            FormatDescription.Read(TestEvents.FormatBody("11.8.9-MariaDB", 1)));

        Assert.True(map.TryBind([new ColumnDefinition("a", type + " /* mariadb-5.3 */", true), new ColumnDefinition("b", "tinyint", true)],
            false, out var bound, out var mismatch), mismatch);
        var rows = TestEvents.Scan(bound, EventType.WriteRows, [2, 3, 0, .. bytes, 7]);
        Assert.Equal((expected, "7"), (rows.GetValue(0, 0).ToString(), rows.GetValue(0, 1).ToString()));
        Assert.Equal(type, bound.Schema!.Columns[0].TypeName);

        // MySQL has no such format.
        Assert.False(TestEvents.Map([(byte)log, (byte)ColumnType.Tiny], []).TryBind(
            [new ColumnDefinition("a", type, true), new ColumnDefinition("b", "tinyint", true)], false, out _, out _));

        static long MonthsAndDays(string date)
            => ((((int.Parse(date[..4]) * 13) + int.Parse(date[5..7])) * 32L) + int.Parse(date[8..10]));

        static long Micros(string time)
        {
            var parts = time.TrimStart('-').Split(':', '.');
            var seconds = (long.Parse(parts[0]) * 3600) + (long.Parse(parts[1]) * 60) + long.Parse(parts[2]);
            return ((seconds * 1_000_000) + long.Parse(parts[3].PadRight(6, '0'))) * (time[0] == '-' ? -1 : 1);
        }

        static byte[] BigEndian(long number, int length)
            => [.. Enumerable.Range(0, length).Select(i => (byte)(number >> (8 * (length - 1 - i))))];
    }

    [Theory]
    [InlineData(1, new byte[] { 0x7f, 0xff, 0xff, 0xf6 }, "-00:00:00.1")]
    [InlineData(3, new byte[] { 0x7f, 0xff, 0xff, 0xff, 0xf6 }, "-00:00:00.001")]
    [InlineData(6, new byte[] { 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff }, "-00:00:00.000001")]
    [InlineData(0, new byte[] { 0x80, 0x10, 0x83 }, "01:02:03")]
    public void Negative_time_borrows_from_its_fraction(byte digits, byte[] bytes, string expected)
        => Assert.Equal(expected, TestEvents.Read(ColumnType.Time2, [digits], bytes).ToString());

    [Fact]
    public void Decimals_of_every_precision_and_scale_round_trip()
    {
        var random = new Random(3);
        for (var precision = 1; precision <= 65; precision++)
        {
            for (var scale = 0; scale <= Math.Min(precision, 30); scale++)
            {
                foreach (var digits in new[] { new string('9', precision), new string('0', precision), Digits(random, precision),
                    Digits(random, precision) })
                {
                    foreach (var negative in digits.Trim('0').Length == 0 ? [false] : new[] { false, true })
                    {
                        var number = new BigDecimal(BigInteger.Parse(digits) * (negative ? -1 : 1), scale);
                        var value = TestEvents.Read(ColumnType.NewDecimal, [(byte)precision, (byte)scale], Encode(digits, scale, negative));
                        Assert.Equal(number.ToString(), value.ToString());
                        Assert.Equal(scale, value.Scale);
                    }
                }
            }
        }
    }

    [Fact]
    public void Decimals_up_to_28_digits_allocate_nothing()
    {
        var bytes = Encode(new string('9', 28), 10, true);
        DecimalFormat.Read(bytes, 28, 10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            DecimalFormat.Read(bytes, 28, 10);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_decimal_group_that_is_too_large_for_its_digits_is_rejected()
        => Assert.Throws<CdcProtocolException>(() => TestEvents.Read(ColumnType.NewDecimal, [9, 0], 0xff, 0xff, 0xff, 0xff));

    private static byte[] Bytes24(int number) => [(byte)number, (byte)(number >> 8), (byte)(number >> 16)];

    private static string Digits(Random random, int count) => string.Concat(Enumerable.Range(0, count).Select(_ => random.Next(10)));

    // The inverse of the reader: from decimal text, as decimal2bin does.
    private static byte[] Encode(string digits, int scale, bool negative)
    {
        int[] sizes = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];
        var whole = digits[..^scale];
        var fraction = digits[^scale..];
        var groups = new List<string>();
        if (whole.Length % 9 > 0)
        {
            groups.Add(whole[..(whole.Length % 9)]);
        }

        groups.AddRange(whole[(whole.Length % 9)..].Chunk(9).Select(c => new string(c)));
        groups.AddRange(fraction.Chunk(9).Select(c => new string(c)));
        var bytes = new List<byte>();
        foreach (var group in groups)
        {
            var number = uint.Parse(group);
            for (var i = sizes[group.Length] - 1; i >= 0; i--)
            {
                bytes.Add((byte)((number >> (8 * i)) ^ (negative ? 0xffu : 0)));
            }
        }

        bytes[0] ^= 0x80;
        return [.. bytes];
    }
}
