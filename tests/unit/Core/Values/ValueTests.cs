using System.Globalization;
using System.Numerics;
using System.Text;
using CdcEmbedded.Sources;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.Tests.Values;

public sealed class ValueTests
{
    [Fact]
    public void A_value_takes_32_bytes() => Assert.Equal(32, System.Runtime.CompilerServices.Unsafe.SizeOf<DataValue>());

    [Fact]
    public void Null_and_absent_are_different_and_neither_reads_as_anything()
    {
        Assert.True(DataValue.Null is { IsNull: true, IsAbsent: false, Kind: ValueKind.Null });
        Assert.True(DataValue.Absent is { IsNull: false, IsAbsent: true, Kind: ValueKind.Absent });
        Assert.Contains("IsNull", Assert.Throws<InvalidCastException>(() => DataValue.Null.AsInt64()).Message, StringComparison.Ordinal);
        Assert.Contains("IsAbsent", Assert.Throws<InvalidCastException>(() => DataValue.Absent.AsString()).Message,
            StringComparison.Ordinal);
        Assert.Equal("NULL", DataValue.Null.ToString());
        Assert.Equal("", DataValue.Absent.ToString());
    }

    [Fact]
    public void Integers_convert_where_they_fit_and_overflow_where_they_do_not()
    {
        Assert.Equal(-5, DataValue.FromInt64(-5).AsInt32());
        Assert.Equal(ulong.MaxValue, DataValue.FromUInt64(ulong.MaxValue).AsUInt64());
        Assert.Equal("18446744073709551615", DataValue.FromUInt64(ulong.MaxValue).ToString());
        Assert.Equal(18446744073709551615m, DataValue.FromUInt64(ulong.MaxValue).AsDecimal());
        Assert.Throws<OverflowException>(() => DataValue.FromUInt64(ulong.MaxValue).AsInt64());
        Assert.Throws<OverflowException>(() => DataValue.FromInt64(-1).AsUInt64());
        Assert.Throws<OverflowException>(() => DataValue.FromInt64(1L << 40).AsInt32());
        Assert.True(DataValue.FromInt64(2).AsBoolean());
        Assert.False(DataValue.FromBoolean(false).AsBoolean());
        Assert.Throws<InvalidCastException>(() => DataValue.FromText("1").AsInt64());
    }

    [Fact]
    public void Floating_point_numbers_keep_their_width()
    {
        Assert.Equal(0.1f, DataValue.FromSingle(0.1f).AsSingle());
        Assert.Equal("0.1", DataValue.FromSingle(0.1f).ToString());
        Assert.Equal((double)0.1f, DataValue.FromSingle(0.1f).AsDouble());
        Assert.Equal("0.1", DataValue.FromDouble(0.1).ToString());
        Assert.Throws<InvalidCastException>(() => DataValue.FromDouble(1).AsSingle());
        Assert.True(double.IsNegativeInfinity(DataValue.FromDouble(double.NegativeInfinity).AsDouble()));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-0.00")]
    [InlineData("1.50")]
    [InlineData("-79228162514264337593543950335")]
    [InlineData("0.0000000000000000000000000001")]
    public void Decimals_keep_digits_and_scale(string text)
    {
        var number = decimal.Parse(text, CultureInfo.InvariantCulture);
        var value = DataValue.FromDecimal(number);
        Assert.Equal(number.ToString(CultureInfo.InvariantCulture), value.ToString());
        Assert.Equal(number, value.AsDecimal());
        Assert.Equal(number, (decimal)value.AsBigDecimal());
        Assert.Equal(number.Scale, value.Scale);
    }

    [Fact]
    public void A_decimal_of_65_digits_reads_as_BigDecimal_only()
    {
        var wide = new BigDecimal(BigInteger.Pow(10, 65) - 1, 30);
        var value = DataValue.FromDecimal(wide);
        Assert.Equal(wide, value.AsBigDecimal());
        Assert.Equal(new string('9', 35) + "." + new string('9', 30), value.ToString());
        Assert.Equal(30, value.Scale);
        Assert.Throws<OverflowException>(() => value.AsDecimal());
    }

    [Fact]
    public void Text_slices_decode_strictly_in_their_character_set()
    {
        var bytes = "xüx"u8.ToArray();
        var value = DataValue.FromText(bytes, 1, 2);
        Assert.Equal("ü", value.AsString());
        Assert.True(value.TryGetUtf8(out var utf8));
        Assert.Equal(2, utf8.Length);
        Assert.Equal(2, value.AsBytes().Length);
        var latin = DataValue.FromText([0xfc], 0, 1, Encoding.Latin1);
        Assert.Equal("ü", latin.AsString());
        Assert.False(latin.TryGetUtf8(out _));
        Assert.Throws<CdcProtocolException>(() => DataValue.FromText([0xff, 0xfe], 0, 2).AsString());
        Assert.Equal("ü", DataValue.FromText("ü").AsString());
        Assert.Equal(2, DataValue.FromText("ü").AsBytes().Length);
    }

    [Fact]
    public void Binary_values_get_their_padding_back()
    {
        byte[] buffer = [9, 1, 2, 9];
        Assert.Equal([1, 2], DataValue.FromBinary(buffer, 1, 2).AsBytes().ToArray());
        Assert.Equal([1, 2, 0, 0], DataValue.FromBinary(buffer, 1, 2, 2).AsBytes().ToArray());
        Assert.Equal([1, 2, 0, 0], DataValue.FromBinary(buffer, 1, 2, 2).Detach().AsBytes().ToArray());
        Assert.Equal("0x0102", DataValue.FromBinary(buffer, 1, 2).ToString());
    }

    [Fact]
    public void Detached_values_have_memory_of_their_own()
    {
        var buffer = "abc"u8.ToArray();
        var detached = DataValue.FromText(buffer, 0, 3).Detach();
        buffer[0] = (byte)'X';
        Assert.Equal("abc", detached.AsString());
    }

    [Fact]
    public void Zero_and_partial_dates_read_as_calendar_only()
    {
        var partial = DataValue.FromDate(2024, 0, 15);
        Assert.Equal("2024-00-15", partial.ToString());
        Assert.Throws<InvalidCastException>(() => partial.AsDate());
        Assert.Equal(15, partial.AsCalendar().Day);
        Assert.Equal("0000-00-00", DataValue.FromDate(0, 0, 0).ToString());
        Assert.True(DataValue.FromDate(0, 0, 0).AsCalendar().IsZero);
        Assert.Equal(new DateOnly(2024, 2, 29), DataValue.FromDate(2024, 2, 29).AsDate());
        Assert.Equal("0000-00-00 00:00:00", DataValue.FromZeroTimestamp().ToString());
        Assert.Throws<InvalidCastException>(() => DataValue.FromZeroTimestamp().AsDateTimeOffset());
        Assert.Equal(DateTimeOffset.UnixEpoch, DataValue.FromTimestamp(0).AsDateTimeOffset());
    }

    [Theory]
    [InlineData(0, 0, "00:00:00")]
    [InlineData(-1, 6, "-00:00:00.000001")]
    [InlineData(3020399_000000, 0, "838:59:59")]
    [InlineData(-3020399_500000, 1, "-838:59:59.5")]
    public void Times_print_with_the_columns_digits(long microseconds, byte digits, string expected)
    {
        Assert.Equal(expected, DataValue.FromTime(microseconds, digits).ToString());
        Assert.Equal(microseconds * 10, DataValue.FromTime(microseconds, digits).AsTimeSpan().Ticks);
    }

    [Fact]
    public void Date_times_print_with_the_columns_digits()
    {
        var calendar = new CalendarDateTime(2024, 2, 29, 1, 2, 3, 40_500);
        Assert.Equal("2024-02-29 01:02:03", DataValue.FromDateTime(calendar).ToString());
        Assert.Equal("2024-02-29 01:02:03.040", DataValue.FromDateTime(calendar, 3).ToString());
        Assert.Equal("1970-01-01 00:00:01.500000", DataValue.FromTimestamp(1_500_000, 6).ToString());
        Assert.Equal(DateTimeKind.Utc, DataValue.FromTimestamp(1).AsDateTime().Kind);
    }

    [Fact]
    public void Enums_and_sets_give_labels_or_say_why_not()
    {
        string[] labels = ["a", "b", "c"];
        Assert.Equal("b", DataValue.FromEnum(2, labels).AsString());
        Assert.Equal("", DataValue.FromEnum(0, labels).AsString());
        Assert.Equal(2, DataValue.FromEnum(2, null).AsInt64());
        Assert.Throws<InvalidCastException>(() => DataValue.FromEnum(2, null).AsString());
        Assert.Throws<InvalidCastException>(() => DataValue.FromEnum(4, labels).AsString());
        Assert.Throws<InvalidCastException>(() => DataValue.FromEnum(-1, labels).AsString());
        Assert.Equal(["a", "c"], DataValue.FromSet(5, labels).AsStrings());
        Assert.Equal("a,c", DataValue.FromSet(5, labels).ToString());
        Assert.Throws<InvalidCastException>(() => DataValue.FromSet(8, labels).AsStrings());
        Assert.Equal("5", DataValue.FromSet(5, null).ToString());
    }

    [Fact]
    public void Json_text_comes_from_text_bytes_or_the_sources_codec()
    {
        Assert.Equal("[1]", DataValue.FromJson("[1]").AsString());
        Assert.Equal("[1]", DataValue.FromJson("x[1]"u8.ToArray(), 1, 3, null).AsString());
        Assert.Equal("3", DataValue.FromJson(new byte[8], 2, 3, new LengthCodec()).AsString());
    }

    [Fact]
    public void Vectors_and_geometries_read_their_parts()
    {
        Assert.Equal([1f, -2f], DataValue.FromVector([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0], 0, 8).AsVector());
        var geometry = DataValue.FromGeometry([0xe6, 0x10, 0, 0, 1, 2], 0, 6);
        Assert.Equal(4326u, geometry.AsGeometrySrid());
        Assert.Equal([1, 2], geometry.AsGeometryWkb().ToArray());
        Assert.Throws<InvalidCastException>(() => DataValue.FromGeometry([1, 2], 0, 2).AsGeometrySrid());
    }

    [Fact]
    public void BigDecimal_compares_numbers_and_prints_scale()
    {
        Assert.Equal(new BigDecimal(15, 1), new BigDecimal(150, 2));
        Assert.Equal(new BigDecimal(15, 1).GetHashCode(), new BigDecimal(150, 2).GetHashCode());
        Assert.True(new BigDecimal(-1, 0) < new BigDecimal(1, 5));
        Assert.Equal("-0.001", new BigDecimal(-1, 3).ToString());
        Assert.Equal("0.00", new BigDecimal(0, 2).ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => new BigDecimal(1, -1));
    }

    [Fact]
    public void BigDecimal_converts_from_and_to_any_decimal()
        => Prop.ForAll(ArbMap.Default.ArbFor<decimal>(), d => (decimal)(BigDecimal)d == d && ((BigDecimal)d).ToString().TrimStart('-')
            == d.ToString(CultureInfo.InvariantCulture).TrimStart('-')).QuickCheckThrowOnFailure();

    [Fact]
    public void CalendarDateTime_keeps_every_field()
    {
        var c = new CalendarDateTime(9999, 12, 31, 23, 59, 59, 999_999);
        Assert.Equal((9999, 12, 31, 23, 59, 59, 999_999), (c.Year, c.Month, c.Day, c.Hour, c.Minute, c.Second, c.Microsecond));
        Assert.Equal("9999-12-31 23:59:59.999999", c.ToString());
        Assert.True(c.TryToDateTime(out var t));
        Assert.Equal(DateTime.MaxValue.AddTicks(-9), t);
        Assert.False(new CalendarDateTime(2023, 2, 30).TryToDateTime(out _));
        Assert.True(new CalendarDateTime(2023, 2, 3) == new CalendarDateTime(2023, 2, 3));
    }

    private sealed class LengthCodec : ValueCodec
    {
        public override string ToJsonText(ReadOnlySpan<byte> bytes) => bytes.Length.ToString(CultureInfo.InvariantCulture);
    }
}
