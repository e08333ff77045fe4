using System.Globalization;
using System.Text.Json;
using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Tests.Bson;

/// <summary>The bson-binary-vector files. Cases without bytes are about making vectors out of numbers, which this reader does not do.</summary>
public sealed class BsonVectorTests
{
    [Theory]
    [InlineData("float32")]
    [InlineData("int8")]
    [InlineData("packed_bit")]
    public void Vectors_read_as_the_specification_says(string file)
    {
        var path = Path.Combine(SpecFiles.Folder("bson-binary-vector/tests"), file + ".json");
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var test in json.RootElement.GetProperty("tests").EnumerateArray())
        {
            if (!test.TryGetProperty("canonical_bson", out var hex))
            {
                Assert.False(test.GetProperty("valid").GetBoolean());
                continue;
            }

            var value = new RawBson(Convert.FromHexString(hex.GetString() ?? ""))["vector"];
            if (!test.GetProperty("valid").GetBoolean())
            {
                Assert.Throws<CdcProtocolException>(() => BsonVector.Read(value));
                continue;
            }

            var vector = BsonVector.Read(value);
            Assert.Equal(Convert.ToByte(test.GetProperty("dtype_hex").GetString(), 16), (byte)vector.ElementType);
            Assert.Equal(test.GetProperty("padding").GetInt32(), vector.Padding);
            AssertElements(test.GetProperty("vector"), vector);
        }
    }

    [Fact]
    public void A_vector_of_floats_is_a_vector_of_the_core()
    {
        var value = new RawBson(Convert.FromHexString("1C00000005766563746F72000A0000000927000000FE420000E04000"))["vector"].ToValue();
        Assert.Equal(ValueKind.Vector, value.Kind);
        Assert.Equal([127f, 7f], value.AsVector());
    }

    // The specification writes the bits of a packed vector as the bytes that hold them.
    private static void AssertElements(JsonElement expected, BsonVector vector)
    {
        if (vector.ElementType == BsonVectorType.PackedBit)
        {
            Assert.Equal(expected.EnumerateArray().Select(e => e.GetByte()), vector.Data.ToArray());
            Assert.Equal((expected.GetArrayLength() * 8) - vector.Padding, vector.Count);
            for (var i = 0; i < vector.Count; i++)
            {
                Assert.Equal((vector.Data.Span[i / 8] >> (7 - (i % 8))) & 1, vector[i]);
            }

            return;
        }

        var numbers = expected.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.String
            ? e.GetString() == "inf" ? float.PositiveInfinity : float.NegativeInfinity
            : float.Parse(e.GetRawText(), CultureInfo.InvariantCulture));
        Assert.Equal(numbers, Enumerable.Range(0, vector.Count).Select(i => vector[i]));
    }
}
