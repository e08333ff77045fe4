using System.Text;
using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Tests.Snapshots;

/// <summary>What a server prints is written in the form of the log, and read from there as the log is.</summary>
public sealed class StorageFormTests
{
    [Theory]
    [InlineData("0", 1, 0, "0")]
    [InlineData("-9", 1, 0, "-9")]
    [InlineData("00001.50", 9, 2, "1.50")]
    [InlineData("0.000001", 6, 6, "0.000001")]
    [InlineData("-0.5", 10, 3, "-0.500")]
    [InlineData("12345678901234567890123456789012345678", 38, 0, "12345678901234567890123456789012345678")]
    [InlineData("-99999999999999999999999999999999999.999999999999999999999999999999", 65, 30,
        "-99999999999999999999999999999999999.999999999999999999999999999999")]
    [InlineData("123456789.123456789", 18, 9, "123456789.123456789")]
    public void A_decimal_is_read_back(string text, int precision, int scale, string expected)
    {
        var bytes = new byte[DecimalFormat.ByteLength(precision, scale)];

        Assert.True(DecimalText.TryWrite(Encoding.ASCII.GetBytes(text), precision, scale, bytes));

        Assert.Equal(expected, DecimalFormat.Read(bytes, precision, scale).ToString());
    }

    [Theory]
    [InlineData("10", 1, 0)]
    [InlineData("1.234", 5, 2)]
    [InlineData("1e5", 9, 2)]
    [InlineData("1.-2", 9, 2)]
    public void What_is_no_decimal_of_the_column_is_refused(string text, int precision, int scale)
        => Assert.False(DecimalText.TryWrite(Encoding.ASCII.GetBytes(text), precision, scale,
            new byte[DecimalFormat.ByteLength(precision, scale)]));

    [Fact]
    public void Every_decimal_of_four_digits_is_read_back()
    {
        var bytes = new byte[DecimalFormat.ByteLength(4, 2)];
        for (var number = -9999; number <= 9999; number++)
        {
            var text = (number / 100m).ToString("F2", System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(DecimalText.TryWrite(Encoding.ASCII.GetBytes(text), 4, 2, bytes));
            Assert.Equal(number / 100m, DecimalFormat.Read(bytes, 4, 2).AsDecimal());
        }
    }

    [Fact]
    public void Decimals_of_every_narrow_column_are_read_back_as_every_type()
    {
        var random = new Random(5);
        for (var precision = 1; precision <= 18; precision++)
        {
            for (var scale = 0; scale <= precision; scale++)
            {
                var bytes = new byte[DecimalFormat.ByteLength(precision, scale)];
                var limit = (long)Math.Pow(10, precision);
                for (var run = 0; run < 20; run++)
                {
                    long[] edges = [0, 1, -1, limit - 1, 1 - limit];
                    var unscaled = run < edges.Length ? edges[run] : random.NextInt64(1 - limit, limit);
                    var number = new decimal((int)Math.Abs(unscaled), (int)(Math.Abs(unscaled) >> 32), 0, unscaled < 0, (byte)scale);
                    var text = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
                    Assert.True(DecimalText.TryWrite(Encoding.ASCII.GetBytes(text), precision, scale, bytes));
                    Assert.Equal(text, DecimalFormat.Read(bytes, precision, scale).ToString());
                    Assert.True(DecimalFormat.TryReadSmall(bytes, 0, bytes.Length, precision, scale, out var small));
                    Assert.Equal(text, small.ToString(System.Globalization.CultureInfo.InvariantCulture));
                    Assert.True(DecimalFormat.TryReadMagnitude(bytes, 0, bytes.Length, precision, scale, out var magnitude,
                        out var isNegative));
                    Assert.Equal(((ulong)Math.Abs(unscaled), unscaled < 0), (magnitude, isNegative));
                }
            }
        }
    }

    [Theory]
    [InlineData("-838:59:59", 0)]
    [InlineData("838:59:58.999999", 6)]
    [InlineData("-00:00:00.01", 2)]
    [InlineData("-00:00:00.1", 1)]
    [InlineData("-12:34:56.789", 3)]
    [InlineData("00:00:00.00001", 5)]
    [InlineData("-00:00:01.0000", 4)]
    public void A_time_is_read_back(string text, int digits)
    {
        var bytes = new byte[3 + TemporalFormat.FractionLength(digits)];

        Assert.True(TemporalText.TryWriteTime2(Encoding.ASCII.GetBytes(text), digits, bytes));

        Assert.Equal(text, TemporalFormat.ReadTime2(bytes, digits).ToString());
    }

    [Theory]
    [InlineData("0000-00-00 00:00:00", 0)]
    [InlineData("2024-02-31 01:02:03.5", 1)]
    [InlineData("2024-00-00 23:59:59.999", 3)]
    [InlineData("9999-12-31 23:59:59.99999", 5)]
    [InlineData("1000-01-01 00:00:00.000001", 6)]
    public void A_date_time_is_read_back(string text, int digits)
    {
        var bytes = new byte[5 + TemporalFormat.FractionLength(digits)];

        Assert.True(TemporalText.TryWriteDateTime2(Encoding.ASCII.GetBytes(text), digits, bytes));

        Assert.Equal(text, TemporalFormat.ReadDateTime2(bytes, 0, digits).ToString());
    }

    [Fact]
    public void A_date_time_is_the_same_whether_read_by_its_value_or_straight()
    {
        string[] dates = ["0000-00-00", "0000-01-01", "0001-01-01", "2024-00-10", "2024-10-00", "2023-02-28", "2023-02-29", "2024-02-29",
            "2024-02-30", "2024-04-30", "2024-04-31", "2024-12-31", "1900-02-29", "2000-02-29", "9999-12-31", "2024-07-28", "2024-07-29"];
        foreach (var date in dates)
        {
            foreach (var time in (string[])["00:00:00.000001", "23:59:59.999999", "24:00:00.000000", "12:34:56.120000"])
            {
                for (var digits = 0; digits <= 6; digits++)
                {
                    var bytes = new byte[5 + TemporalFormat.FractionLength(digits)];
                    var text = $"{date} {time[..(digits == 0 ? 8 : 9 + digits)]}";
                    Assert.True(TemporalText.TryWriteDateTime2(Encoding.ASCII.GetBytes(text), digits, bytes), text);
                    var expected = TemporalFormat.ReadDateTime2(bytes, 0, digits).AsCalendar().TryToDateTime(out var byValue);
                    Assert.Equal((expected, byValue), (TemporalFormat.TryReadDateTime2(bytes, 0, digits, out var straight), straight));
                    Assert.Equal(text, TemporalFormat.ReadDateTime2(bytes, 0, digits).ToString());
                }
            }
        }
    }

    [Theory]
    [InlineData("0000-00-00 00:00:00.00", 2)]
    [InlineData("1970-01-01 00:00:01", 0)]
    [InlineData("2024-02-29 12:00:00.1250", 4)]
    [InlineData("2106-02-07 06:28:15.999999", 6)]
    public void A_timestamp_is_read_back(string text, int digits)
    {
        var bytes = new byte[4 + TemporalFormat.FractionLength(digits)];

        Assert.True(TemporalText.TryWriteTimestamp2(Encoding.ASCII.GetBytes(text), digits, bytes));

        Assert.Equal(text, TemporalFormat.ReadTimestamp2(bytes, digits).ToString());
    }

    [Fact]
    public void Every_day_of_the_timestamps_is_read_back()
    {
        var bytes = new byte[4];
        for (var day = new DateTime(1970, 1, 2); day.Year < 2106; day = day.AddDays(1))
        {
            Assert.True(TemporalText.TryWriteTimestamp2(Encoding.ASCII.GetBytes($"{day:yyyy-MM-dd} 00:00:00"), 0, bytes));
            Assert.Equal(day, TemporalFormat.ReadTimestamp2(bytes, 0).AsDateTime());
        }
    }

    [Theory]
    [InlineData("2024-01-01", 0)]
    [InlineData("2024-01-01 00:00:00.1", 0)]
    [InlineData("2024-01-01 00:00:00", 1)]
    [InlineData("2024-01-01T00:00:00", 0)]
    [InlineData("2024-13-01 00:00:00", 0)]
    [InlineData("2024-01-01 00:60:00", 0)]
    [InlineData("2024-0x-01 00:00:00", 0)]
    [InlineData("1969-12-31 23:59:59", 0)]
    [InlineData("", 0)]
    public void What_is_no_timestamp_of_the_column_is_refused(string text, int digits)
        => Assert.False(TemporalText.TryWriteTimestamp2(Encoding.ASCII.GetBytes(text), digits, new byte[7]));

    [Theory]
    [InlineData("1:00:00", 0)]
    [InlineData("10:00", 0)]
    [InlineData("10:00:00.", 1)]
    [InlineData("1000:00:00", 0)]
    [InlineData("--1:00:00", 0)]
    public void What_is_no_time_of_the_column_is_refused(string text, int digits)
        => Assert.False(TemporalText.TryWriteTime2(Encoding.ASCII.GetBytes(text), digits, new byte[6]));
}
