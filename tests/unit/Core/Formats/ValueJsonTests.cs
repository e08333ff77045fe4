using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CdcEmbedded.Formats;
using CdcEmbedded.Sources;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.Tests.Formats;

public sealed class ValueJsonTests
{
    private static readonly string[] Labels = ["small", "grösse", "x,y"];

    private static string Json(DataValue value)
    {
        using var json = new EnvelopeJson();
        var text = json.ToJson(OneChange.Insert(("v", value)));
        const string start = "{\"before\":null,\"after\":{\"v\":";
        Assert.StartsWith(start, text, StringComparison.Ordinal);
        using (JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 2000 }))
        {
            Assert.DoesNotContain('\n', text);
        }

        var result = text[start.Length..text.IndexOf("},\"source\":", StringComparison.Ordinal)];
        Assert.Equal(ByWriter(value), result);
        return result;
    }

    /// <summary>The same by a writer alone: values that are written without one must not differ.</summary>
    private static string ByWriter(DataValue value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer,
            new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        ValueJson.Write(writer, value);
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    [Fact]
    public void Every_byte_of_text_is_escaped_as_a_writer_does_it()
    {
        for (var character = 0; character < 0x500; character++)
        {
            var text = Encoding.UTF8.GetBytes("a" + (char)character + "b");
            Assert.Equal(ByWriter(Text(text)), Json(Text(text)));
        }
    }

    [Fact]
    public void Decimals_are_written_as_the_framework_prints_them()
    {
        var random = new Random(5);
        var buffer = new byte[8];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(buffer);
            var low = BitConverter.ToUInt64(buffer) >> random.Next(64);
            var scale = (byte)random.Next(29);
            var isNegative = (i & 1) != 0;
            var expected = new decimal((int)low, (int)(low >> 32), 0, isNegative, scale).ToString(CultureInfo.InvariantCulture);
            Assert.Equal($"\"{expected}\"", Json(DataValue.FromDecimal(low, 0, isNegative, scale)));
        }

        foreach (var (isNegative, scale) in new[] { (false, (byte)0), (true, (byte)0), (false, (byte)2), (true, (byte)2) })
        {
            Assert.Equal($"\"{new decimal(0, 0, 0, isNegative, scale).ToString(CultureInfo.InvariantCulture)}\"",
                Json(DataValue.FromDecimal(0, 0, isNegative, scale)));
        }
    }

    private static DataValue Text(byte[] bytes, Encoding? encoding = null) => DataValue.FromText(bytes, 0, bytes.Length, encoding);

    [Fact]
    public void A_patch_is_marked_so_that_nobody_takes_it_for_the_document()
    {
        const string patch = "[{\"op\": \"remove\", \"path\": \"$.a\"}]";
        var value = DataValue.FromJsonPatch(patch);
        Assert.Equal($"{{\"$patch\":{patch}}}", Json(value));
        Assert.Equal((patch, patch, ValueKind.JsonPatch), (value.AsString(), value.ToString(), value.Kind));
        Assert.Equal(patch, Encoding.UTF8.GetString(value.AsBytes().Span));

        var coded = DataValue.FromJsonPatch([9, 1, 2, 9], 1, 2, new PatchCodec());
        Assert.Equal("{\"$patch\":[{\"bytes\": 2}]}", Json(coded));
        Assert.Equal(coded.AsString(), coded.Detach().AsString());
        Assert.Throws<InvalidCastException>(() => coded.AsInt64());
    }

    [Fact]
    public void Numbers_are_written_in_full_and_shortest()
    {
        Assert.Equal("-9223372036854775808", Json(DataValue.FromInt64(long.MinValue)));
        Assert.Equal("18446744073709551615", Json(DataValue.FromUInt64(ulong.MaxValue)));
        Assert.Equal("0.1", Json(DataValue.FromSingle(0.1f)));
        Assert.Equal("0.1", Json(DataValue.FromDouble(0.1)));
        Assert.Equal("-0", Json(DataValue.FromDouble(-0.0)));
        Assert.Equal("1.7976931348623157E+308", Json(DataValue.FromDouble(double.MaxValue)));
        Assert.Equal("true", Json(DataValue.FromBoolean(true)));
    }

    [Fact]
    public void What_is_not_finite_is_a_string()
    {
        Assert.Equal("\"NaN\"", Json(DataValue.FromDouble(double.NaN)));
        Assert.Equal("\"-Infinity\"", Json(DataValue.FromSingle(float.NegativeInfinity)));
        Assert.Equal("\"Infinity\"", Json(DataValue.FromDouble(double.PositiveInfinity)));
    }

    [Fact]
    public void Decimals_are_strings_with_their_scale_at_any_width()
    {
        Assert.Equal("\"-0.10\"", Json(DataValue.FromDecimal(-0.10m)));
        Assert.Equal("\"79228162514264337593543950335\"", Json(DataValue.FromDecimal(decimal.MaxValue)));
        var wide = new BigDecimal(-BigInteger.Pow(10, 64), 30);
        Assert.Equal("\"-10000000000000000000000000000000000.000000000000000000000000000000\"", Json(DataValue.FromDecimal(wide)));
    }

    [Fact]
    public void Dates_and_times_have_the_columns_digits()
    {
        var moment = new CalendarDateTime(2024, 3, 9, 1, 2, 3, 40_500);
        Assert.Equal("\"2024-03-09\"", Json(DataValue.FromDate(2024, 3, 9)));
        Assert.Equal("\"2024-03-09T01:02:03\"", Json(DataValue.FromDateTime(moment)));
        Assert.Equal("\"2024-03-09T01:02:03.040\"", Json(DataValue.FromDateTime(moment, 3)));
        Assert.Equal("\"2024-03-09T01:02:03.040500\"", Json(DataValue.FromDateTime(moment, 6)));
        Assert.Equal("\"1970-01-01T00:00:01.500Z\"", Json(DataValue.FromTimestamp(1_500_000, 3)));
        Assert.Equal("\"2038-01-19T03:14:07Z\"", Json(DataValue.FromTimestamp(int.MaxValue * 1_000_000L)));
    }

    [Fact]
    public void Zero_and_partial_dates_keep_MySQLs_own_text()
    {
        Assert.Equal("\"0000-00-00\"", Json(DataValue.FromDate(0, 0, 0)));
        Assert.Equal("\"2024-00-15\"", Json(DataValue.FromDate(2024, 0, 15)));
        Assert.Equal("\"0000-00-00 00:00:00\"", Json(DataValue.FromDateTime(default)));
        Assert.Equal("\"0000-00-00 00:00:00.000\"", Json(DataValue.FromDateTime(default, 3)));
        Assert.Equal("\"2024-02-00 10:11:12\"", Json(DataValue.FromDateTime(new CalendarDateTime(2024, 2, 0, 10, 11, 12))));
        Assert.Equal("\"0000-00-00 00:00:00\"", Json(DataValue.FromZeroTimestamp()));
        Assert.Equal("\"0000-00-00 00:00:00.000000\"", Json(DataValue.FromZeroTimestamp(6)));
    }

    [Theory]
    [InlineData(0, 0, "00:00:00")]
    [InlineData(-500_000, 1, "-00:00:00.5")]
    [InlineData(-3_020_399_999_999, 6, "-838:59:59.999999")]
    [InlineData(3_020_399_000_000, 0, "838:59:59")]
    [InlineData(45_296_789_000, 3, "12:34:56.789")]
    [InlineData(long.MinValue, 6, "-2562047788:00:54.775808")]
    public void Times_are_signed_durations(long microseconds, byte digits, string expected)
    {
        Assert.Equal($"\"{expected}\"", Json(DataValue.FromTime(microseconds, digits)));
        Assert.Equal(expected, DataValue.FromTime(microseconds, digits).ToString());
    }

    [Fact]
    public void Text_stays_readable_and_control_characters_are_escaped()
    {
        Assert.Equal("\"naïve <b>'日本' 🙂\"", Json(Text("naïve <b>'日本' 🙂"u8.ToArray()))
            .Replace("\\uD83D\\uDE42", "🙂", StringComparison.Ordinal));
        Assert.Equal("\"a\\nb\\u0000\\\"\\\\\"", Json(Text("a\nb\0\"\\"u8.ToArray())));
        Assert.Equal("\"é\"", Json(Text([0xE9], Encoding.Latin1)));
        Assert.Equal("\"\"", Json(Text([], Encoding.Latin1)));
        Assert.Equal("\"text\"", Json(DataValue.FromText("text")));
    }

    [Fact]
    public void Text_that_is_invalid_in_its_character_set_is_refused()
    {
        var strict = Encoding.GetEncoding("us-ascii", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        Assert.Throws<ValueDecodingException>(() => Json(Text([0xC3, 0x28])));
        Assert.Throws<ValueDecodingException>(() => Json(Text([0x80], strict)));
    }

    [Fact]
    public void Labels_are_written_where_they_are_known_and_numbers_where_not()
    {
        Assert.Equal("\"grösse\"", Json(DataValue.FromEnum(2, Labels)));
        Assert.Equal("\"\"", Json(DataValue.FromEnum(0, Labels)));
        Assert.Equal("4", Json(DataValue.FromEnum(4, Labels)));
        Assert.Equal("2", Json(DataValue.FromEnum(2, null)));
        Assert.Equal("\"small,x,y\"", Json(DataValue.FromSet(0b101, Labels)));
        Assert.Equal("\"grösse\"", Json(DataValue.FromSet(0b10, Labels)));
        Assert.Equal("\"\"", Json(DataValue.FromSet(0, Labels)));
        Assert.Equal("8", Json(DataValue.FromSet(0b1000, Labels)));
        Assert.Equal("18446744073709551615", Json(DataValue.FromSet(ulong.MaxValue, null)));
        var all = Enumerable.Range(0, 64).Select(i => "l" + i).ToArray();
        Assert.Equal($"\"{string.Join(',', all)}\"", Json(DataValue.FromSet(ulong.MaxValue, all)));
    }

    [Fact]
    public void Json_is_json()
    {
        Assert.Equal("{\"a\": [1, 1.0, null], \"a\": \"é\"}", Json(DataValue.FromJson("{\"a\": [1, 1.0, null], \"a\": \"é\"}")));
        Assert.Equal("{ \"a\":  1}", Json(DataValue.FromJson("{\n\"a\":\r\n1}")));
        Assert.Equal("[1]", Json(DataValue.FromJson("[1]"u8.ToArray(), 0, 3, codec: null)));
        Assert.Equal("{\"bytes\": 2}", Json(DataValue.FromJson([1, 2], 0, 2, new CountingCodec())));
        var deep = new string('[', 300) + new string(']', 300);
        Assert.Equal(deep, Json(DataValue.FromJson(deep)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("nul")]
    public void Json_text_that_is_not_json_is_refused(string text)
        => Assert.Throws<ValueDecodingException>(() => Json(DataValue.FromJson(text)));

    [Fact]
    public void Bytes_geometries_and_vectors_have_their_forms()
    {
        Assert.Equal("\"+/8=\"", Json(DataValue.FromBinary([0xFB, 0xFF], 0, 2)));
        Assert.Equal("\"AQAAAA==\"", Json(DataValue.FromBinary([1], 0, 1, padding: 3)));
        Assert.Equal("\"\"", Json(DataValue.FromBinary([], 0, 0)));
        Assert.Equal("{\"srid\":4326,\"wkb\":\"AQI=\"}", Json(DataValue.FromGeometry([0xE6, 0x10, 0, 0, 1, 2], 0, 6)));
        Assert.Equal("{\"srid\":null,\"wkb\":\"\"}", Json(DataValue.FromGeometry([], 0, 0)));
        var vector = new byte[12];
        BinaryPrimitives.WriteSingleLittleEndian(vector, 0.1f);
        BinaryPrimitives.WriteSingleLittleEndian(vector.AsSpan(4), float.NaN);
        BinaryPrimitives.WriteSingleLittleEndian(vector.AsSpan(8), -2f);
        Assert.Equal("[0.1,\"NaN\",-2]", Json(DataValue.FromVector(vector, 0, 12)));
    }

    [Fact]
    public void Every_text_and_number_survives_the_way_there_and_back()
    {
        Prop.ForAll<string?, long, double>((text, number, real) =>
        {
            // Lone surrogates are no text: no character set of a server holds them.
            var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""));
            using var json = new EnvelopeJson();
            using var document = JsonDocument.Parse(json.ToJson(OneChange.Insert(
                ("t", Text(Encoding.UTF8.GetBytes(valid))), ("n", DataValue.FromInt64(number)), ("r", DataValue.FromDouble(real)))));
            var after = document.RootElement.GetProperty("after");
            return after.GetProperty("t").GetString() == valid && after.GetProperty("n").GetInt64() == number
                && (double.IsFinite(real) ? after.GetProperty("r").GetDouble().Equals(real)
                    : after.GetProperty("r").GetString() == (double.IsNaN(real) ? "NaN" : real > 0 ? "Infinity" : "-Infinity"));
        }).QuickCheckThrowOnFailure();
    }

    private sealed class CountingCodec : ValueCodec
    {
        public override string ToJsonText(ReadOnlySpan<byte> bytes)
            => string.Create(CultureInfo.InvariantCulture, $"{{\"bytes\": {bytes.Length}}}");
    }

    private sealed class PatchCodec : ValueCodec
    {
        public override string ToJsonText(ReadOnlySpan<byte> bytes) => $"[{{\"bytes\": {bytes.Length}}}]";
    }
}
