using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Tests.Bson;

/// <summary>Documents of all types from a seed.</summary>
internal static class RandomBson
{
    private static readonly string[] Names = ["_id", "a", "name", "été", "a.b", "$x", "", "a name of more than sixteen bytes", "☆"];

    public static RawBson Document(int seed)
    {
        var random = new Random(seed);
        var writer = new BsonWriter();
        Fields(writer, random, 4);
        return writer.ToDocument();
    }

    private static void Fields(BsonWriter writer, Random random, int depth)
    {
        for (var count = random.Next(7); count > 0; count--)
        {
            Value(writer, Names[random.Next(Names.Length)], random, depth);
        }
    }

    private static void Value(BsonWriter writer, BsonName name, Random random, int depth)
    {
        switch (random.Next(depth > 0 ? 20 : 18))
        {
            case 0: writer.WriteDouble(name, Double(random)); break;
            case 1: writer.WriteString(name, Text(random)); break;
            case 2: writer.WriteBinary(name, Bytes(random, random.Next(20)), (byte)(random.Next(4) == 0 ? 2 : random.Next(256))); break;
            case 3: writer.WriteBare(BsonType.Undefined, name); break;
            case 4: writer.WriteObjectId(name, new ObjectId(Bytes(random, 12))); break;
            case 5: writer.WriteBoolean(name, random.Next(2) == 0); break;
            case 6: writer.WriteDateTime(name, random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(40)); break;
            case 7: writer.WriteNull(name); break;
            case 8: writer.WriteRegularExpression(name, "a\\d+", "imx"); break;
            case 9: writer.WriteDBPointer(name, "db.c", new ObjectId(Bytes(random, 12))); break;
            case 10: writer.WriteText(BsonType.JavaScript, name, Text(random)); break;
            case 11: writer.WriteText(BsonType.Symbol, name, Text(random)); break;
            case 12: writer.WriteCodeWithScope(name, Text(random), Document(random.Next(50))); break;
            case 13: writer.WriteInt32(name, random.Next(int.MinValue, int.MaxValue)); break;
            case 14: writer.WriteTimestamp(name, new BsonTimestamp((uint)random.Next(), (uint)random.Next())); break;
            case 15: writer.WriteInt64(name, random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(60)); break;
            case 16: writer.WriteDecimal128(name, Decimal(random)); break;
            case 17: writer.WriteBare(random.Next(2) == 0 ? BsonType.MinKey : BsonType.MaxKey, name); break;
            case 18:
                writer.StartDocument(name);
                Fields(writer, random, depth - 1);
                writer.End();
                break;
            default:
                writer.StartArray(name);
                for (var count = random.Next(12); count > 0; count--)
                {
                    Value(writer, default, random, depth - 1);
                }

                writer.End();
                break;
        }
    }

    // Finite ones: what a NaN's payload says is lost in text.
    private static double Double(Random random)
    {
        var number = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
        return random.Next(4) == 0 ? random.Next(-9, 9) : double.IsFinite(number) ? number : 1e300;
    }

    private static decimal Decimal(Random random)
        => new(random.Next(), random.Next(), random.Next(), random.Next(2) == 0, (byte)random.Next(29));

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
