using CdcEmbedded.MongoDb.Documents;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.Documents;

/// <summary>Documents of all types that the driver writes, from a seed.</summary>
internal static class RandomDocument
{
    private static readonly string[] Names = ["_id", "a", "name", "été", "a.b", "$x", "", "a name of more than sixteen bytes", "☆"];

    public static RawBson Make(int seed) => new(Fields(new Random(seed), 4).ToBson());

    private static BsonDocument Fields(Random random, int depth)
    {
        var result = new BsonDocument { AllowDuplicateNames = true };
        for (var count = random.Next(7); count > 0; count--)
        {
            result.Add(Names[random.Next(Names.Length)], Value(random, depth));
        }

        return result;
    }

    private static BsonValue Value(Random random, int depth) => random.Next(depth > 0 ? 19 : 17) switch
    {
        0 => Double(random),
        1 => Text(random),
        2 => new BsonBinaryData(Bytes(random, random.Next(20)), (BsonBinarySubType)(random.Next(4) == 0 ? 2 : random.Next(5, 256))),
        3 => BsonUndefined.Value,
        4 => new ObjectId(Bytes(random, 12)),
        5 => random.Next(2) == 0,
        6 => new BsonDateTime(random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(40)),
        7 => BsonNull.Value,
        8 => new BsonRegularExpression("a\\d+", "imx"),
        9 => new BsonJavaScript(Text(random)),
        10 => BsonSymbol.Create(Text(random)),
        11 => new BsonJavaScriptWithScope(Text(random), Fields(new Random(random.Next(50)), 1)),
        12 => random.Next(int.MinValue, int.MaxValue),
        13 => new BsonTimestamp(random.Next(), random.Next()),
        14 => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(60),
        15 => new BsonDecimal128(new decimal(random.Next(), random.Next(), random.Next(), random.Next(2) == 0, (byte)random.Next(29))),
        16 => random.Next(2) == 0 ? BsonMinKey.Value : BsonMaxKey.Value,
        17 => Fields(random, depth - 1),
        _ => new BsonArray(Enumerable.Range(0, random.Next(12)).Select(_ => Value(random, depth - 1))),
    };

    // Finite ones: what a NaN's payload says is lost in text.
    private static double Double(Random random)
    {
        var number = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
        return random.Next(4) == 0 ? random.Next(-9, 9) : double.IsFinite(number) ? number : 1e300;
    }

    private static string Text(Random random) => random.Next(4) switch
    {
        0 => "",
        1 => "line\n\"quoted\" \\ \u0001 \0 end",
        2 => "Zoë ☆ \U0001F600",
        _ => new string('x', random.Next(40)),
    };

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
