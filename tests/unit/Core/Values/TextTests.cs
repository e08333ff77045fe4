using System.Globalization;
using System.Numerics;
using System.Text;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Tests.Values;

/// <summary>What values and records print, and that an interpolated string gets the same without a string for each of them.</summary>
public sealed class TextTests
{
    private static readonly string[] Labels = ["a", "b", "ç"];

    private static readonly DataValue[] Values =
    [
        DataValue.Absent, DataValue.Null, DataValue.FromBoolean(true), DataValue.FromBoolean(false),
        DataValue.FromInt64(0), DataValue.FromInt64(-7), DataValue.FromInt64(long.MinValue), DataValue.FromInt64(long.MaxValue),
        DataValue.FromUInt64(ulong.MaxValue), DataValue.FromSingle(0.1f), DataValue.FromSingle(float.NaN), DataValue.FromDouble(-1e300),
        DataValue.FromDecimal(0m), DataValue.FromDecimal(-0.00m), DataValue.FromDecimal(1.50m), DataValue.FromDecimal(decimal.MinValue),
        DataValue.FromDecimal(new BigDecimal(BigInteger.Pow(10, 64) + 1, 30)),
        DataValue.FromText(""), DataValue.FromText("plain"), DataValue.FromText("日本 😀"),
        Text("plain"u8), Text("日本 😀"u8), Text([0x61, 0xff]), Text([0xe9], Encoding.Latin1),
        DataValue.FromBinary([1, 2], 0, 2), DataValue.FromBinary([], 0, 0),
        DataValue.FromDate(2024, 2, 29), DataValue.FromDate(0, 0, 0), DataValue.FromDate(2024, 0, 15),
        DataValue.FromTime(-1, 6), DataValue.FromTime(3_020_399_000_000), DataValue.FromTime(1_500_000, 3),
        DataValue.FromDateTime(new CalendarDateTime(2024, 2, 29, 1, 2, 3, 40_000)),
        DataValue.FromDateTime(new CalendarDateTime(2024, 2, 29, 1, 2, 3, 40_000), 6),
        DataValue.FromDateTime(new CalendarDateTime(0, 0, 0, 0, 0, 0, 0)),
        DataValue.FromTimestamp(1_500_000, 6), DataValue.FromZeroTimestamp(), DataValue.FromTimestampMilliseconds(long.MaxValue),
        DataValue.FromEnum(2, Labels), DataValue.FromEnum(0, Labels), DataValue.FromEnum(9, Labels), DataValue.FromEnum(2, null),
        DataValue.FromSet(5, Labels), DataValue.FromSet(0, Labels), DataValue.FromSet(5, null),
        DataValue.FromJson("""{"a": 1}"""), DataValue.FromJson("[1]"u8.ToArray(), 0, 3, null), DataValue.FromJsonPatch("[]"),
        DataValue.FromGeometry([0, 0, 0, 0, 1], 0, 5), DataValue.FromVector([0, 0, 128, 63], 0, 4),
        DataValue.FromObjectId([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 0),
        DataValue.FromUuid(new Guid("00112233-4455-6677-8899-aabbccddeeff")),
        DataValue.FromDecimal128([.. Enumerable.Repeat<byte>(0, 14), 64, 48], 0),
    ];

    [Fact]
    public void Every_kind_of_value_is_formatted_as_it_is_printed()
    {
        // Documents and values of a source's own need that source's codec; their text takes the way of all that have no other.
        Assert.Equal(
            Enum.GetValues<ValueKind>().Except([ValueKind.Document, ValueKind.Array, ValueKind.SourceSpecific]),
            Values.Select(value => value.Kind).Distinct().Order());
        foreach (DataValue value in Values)
        {
            AssertFormats(value, value.ToString());
        }
    }

    [Fact]
    public void A_record_is_formatted_as_it_is_printed_whatever_its_length()
    {
        foreach (int count in new[] { 0, 1, Values.Length, 4 * Values.Length })
        {
            DataValue[] values = [.. Enumerable.Range(0, count).Select(i => Values[i % Values.Length])];
            string[] names = [.. Enumerable.Range(0, count).Select(i => "field " + i.ToString(CultureInfo.InvariantCulture))];
            var record = new DataRecord(new DetachedRecordSet(null, names, values), 0);
            string expected = "{" + string.Join(", ", names.Zip(values).Where(pair => !pair.Second.IsAbsent)
                .Select(pair => $"{pair.First}: {pair.Second.ToString()}")) + "}";
            Assert.Equal(expected, record.ToString());
            AssertFormats(record, expected);
        }

        AssertFormats(default(DataRecord), "");
    }

    [Fact]
    public void Formatting_a_row_allocates_nothing()
    {
        var record = new DataRecord(new DetachedRecordSet(null, ["id", "name", "price", "at"],
            [DataValue.FromInt64(123_456), Text("a name"u8), DataValue.FromDecimal(12.50m), DataValue.FromDate(2024, 2, 29)]), 0);
        Span<char> text = stackalloc char[100];
        Assert.True(record.TryFormat(text, out _));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            record.TryFormat(text, out _);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void AssertFormats<T>(T value, string expected)
        where T : ISpanFormattable
    {
        Assert.Equal(expected, $"{value}");
        Assert.Equal(expected, value.ToString("N", CultureInfo.InvariantCulture));
        char[] exact = new char[expected.Length];
        Assert.True(value.TryFormat(exact, out int written, "N", null));
        Assert.Equal(expected, new string(exact, 0, written));
        for (int length = 0; length < expected.Length; length++)
        {
            Assert.False(value.TryFormat(new char[length], out written, default, null));
            Assert.Equal(0, written);
        }
    }

    private static DataValue Text(ReadOnlySpan<byte> bytes, Encoding? encoding = null) =>
        DataValue.FromText(bytes.ToArray(), 0, bytes.Length, encoding);
}
