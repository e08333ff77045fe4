using CdcEmbedded.MongoDb.Tests.Documents;
using CdcEmbedded.Tests.Fuzzing;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.Fuzzing;

/// <summary>Damages documents: values of other types, fields that are missing, repeated or renamed, then the bytes.</summary>
internal static class DamagedBson
{
    private static readonly BsonValue[] _values =
    [
        BsonNull.Value, BsonUndefined.Value, 0, -1, 1, int.MaxValue, 0L, long.MinValue, long.MaxValue, 0.5, double.NaN, "", "82", "x", true,
        new BsonDocument(), new BsonArray(), new BsonArray { BsonNull.Value, 7 }, new BsonDocument("_data", 7), new BsonTimestamp(1, 1),
        new BsonTimestamp(-1), new BsonDateTime(long.MaxValue), new BsonDateTime(long.MinValue), BsonMinKey.Value,
        new BsonBinaryData([1, 2, 3], BsonBinarySubType.MD5), new BsonBinaryData([], BsonBinarySubType.Binary),
        MongoDB.Bson.Decimal128.QNaN, new BsonRegularExpression("("), new BsonJavaScriptWithScope("f", new BsonDocument("a", 1)),
    ];

    /// <summary>Damages a document in place.</summary>
    public static void Change(Random random, BsonDocument document, int depth = 0)
    {
        document.AllowDuplicateNames = true;
        if (document.ElementCount == 0)
        {
            document.Add("a", Value(random));
            return;
        }

        var index = random.Next(document.ElementCount);
        var element = document.GetElement(index);
        if (depth < 8 && random.Next(3) > 0)
        {
            if (element.Value is BsonDocument inner)
            {
                Change(random, inner, depth + 1);
                return;
            }

            if (element.Value is BsonArray { Count: > 0 } array)
            {
                Change(random, array, depth + 1);
                return;
            }
        }

        switch (random.Next(6))
        {
            case 0:
                document.RemoveAt(index);
                break;
            case 1:
                document.InsertAt(random.Next(document.ElementCount + 1), element);
                break;
            case 2:
                var name = document.GetElement(random.Next(document.ElementCount)).Name;
                document.RemoveAt(index);
                document.InsertAt(index, new BsonElement(name, element.Value));
                break;
            default:
                document[index] = Value(random);
                break;
        }
    }

    /// <summary>The bytes of a document, damaged in one of two inputs. The outer length is right in most.</summary>
    public static byte[] Bytes(Random random, BsonDocument document, BsonDocument other)
    {
        var bytes = document.ToBson();
        if (random.Next(2) == 0)
        {
            return bytes;
        }

        bytes = Mutation.Of(random, bytes, other.ToBson());
        if (random.Next(8) > 0 && bytes.Length >= 5)
        {
            BitConverter.TryWriteBytes(bytes, bytes.Length);
            bytes[^1] = 0;
        }

        return bytes;
    }

    private static void Change(Random random, BsonArray array, int depth)
    {
        var index = random.Next(array.Count);
        switch (array[index])
        {
            case BsonDocument inner when random.Next(4) > 0:
                Change(random, inner, depth);
                break;
            case BsonArray { Count: > 0 } inner when random.Next(2) > 0:
                Change(random, inner, depth + 1);
                break;
            default:
                array[index] = Value(random);
                break;
        }
    }

    private static BsonValue Value(Random random) => random.Next(6) == 0
        ? RandomDocument.Make(random.Next(1000)).ToRecord().ToBsonDocument()
        : _values[random.Next(_values.Length)].DeepClone();
}
