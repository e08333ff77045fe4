namespace CdcEmbedded.MongoDb.Bson;

/// <summary>Equality as the server's indexes have it: numbers are equal whatever their types, so that keys written as 1, 1.0 and
/// NumberLong(1) are one key.</summary>
/// <remarks>
/// <para>Numbers compare by their exact values; NaN equals NaN, and zero negative zero. A symbol equals the string of the same text.
/// Documents compare field by field in their order: names, then values. Binary values compare with their subtype; dates and the clock's
/// times are never equal to each other.</para>
/// <para>Thread-safe and without state. All methods throw <see cref="CdcProtocolException"/> where bytes are damaged or nest deeper than 200
/// levels.</para>
/// </remarks>
public sealed class BsonEquality : IEqualityComparer<RawBson>, IEqualityComparer<BsonValue>
{
    private BsonEquality()
    {
    }

    /// <summary>The only one.</summary>
    public static BsonEquality Instance { get; } = new();

    /// <summary>Whether two documents have the same names and equal values in the same order.</summary>
    public bool Equals(RawBson x, RawBson y)
        => x.HasValue == y.HasValue && (!x.HasValue || DocumentsEqual(x.Span, y.Span, areArrays: false, 0));

    /// <summary>Whether two values are equal.</summary>
    public bool Equals(BsonValue x, BsonValue y) => ValuesEqual(x.Type, x.Span, y.Type, y.Span, 0);

    /// <summary>The same for all documents that are equal.</summary>
    public int GetHashCode(RawBson obj)
    {
        var hash = default(HashCode);
        if (obj.HasValue)
        {
            HashDocument(ref hash, obj.Span, isArray: false, 0);
        }

        return hash.ToHashCode();
    }

    /// <summary>The same for all values that are equal.</summary>
    public int GetHashCode(BsonValue obj)
    {
        var hash = default(HashCode);
        HashValue(ref hash, obj.Type, obj.Span, 0);
        return hash.ToHashCode();
    }

    private static bool DocumentsEqual(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, bool areArrays, int depth)
    {
        CheckDepth(depth);
        var left = new BsonReader(x);
        var right = new BsonReader(y);
        while (true)
        {
            var goesOn = left.Read();
            if (goesOn != right.Read())
            {
                return false;
            }

            if (!goesOn)
            {
                return true;
            }

            if ((!areArrays && !left.Name.SequenceEqual(right.Name))
                || !ValuesEqual(left.Type, left.Value, right.Type, right.Value, depth + 1))
            {
                return false;
            }
        }
    }

    private static bool ValuesEqual(BsonType leftType, ReadOnlySpan<byte> left, BsonType rightType, ReadOnlySpan<byte> right, int depth)
    {
        if (BsonNumber.IsNumber(leftType) && BsonNumber.IsNumber(rightType))
        {
            return BsonNumber.AreEqual(leftType, left, rightType, right);
        }

        if (Canonical(leftType) != Canonical(rightType))
        {
            return false;
        }

        return leftType switch
        {
            BsonType.Document or BsonType.Array => DocumentsEqual(left, right, leftType == BsonType.Array, depth),
            BsonType.JavaScriptWithScope => CodesEqual(left, right, depth),
            _ => left.SequenceEqual(right),
        };
    }

    private static bool CodesEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, int depth)
    {
        var leftCode = BsonLength.OfString(left[4..], -1);
        var rightCode = BsonLength.OfString(right[4..], -1);
        return left.Slice(4, leftCode).SequenceEqual(right.Slice(4, rightCode))
            && DocumentsEqual(left[(4 + leftCode)..], right[(4 + rightCode)..], areArrays: false, depth + 1);
    }

    private static void HashDocument(ref HashCode hash, ReadOnlySpan<byte> document, bool isArray, int depth)
    {
        CheckDepth(depth);
        var reader = new BsonReader(document);
        while (reader.Read())
        {
            if (!isArray)
            {
                hash.AddBytes(reader.Name);
            }

            HashValue(ref hash, reader.Type, reader.Value, depth + 1);
        }
    }

    private static void HashValue(ref HashCode hash, BsonType type, ReadOnlySpan<byte> value, int depth)
    {
        if (BsonNumber.IsNumber(type))
        {
            hash.Add(BsonNumber.Hash(type, value));
            return;
        }

        hash.Add((byte)Canonical(type));
        if (type is BsonType.Document or BsonType.Array)
        {
            HashDocument(ref hash, value, type == BsonType.Array, depth);
        }
        else if (type == BsonType.JavaScriptWithScope)
        {
            hash.AddBytes(value.Slice(4, BsonLength.OfString(value[4..], -1)));
        }
        else
        {
            hash.AddBytes(value);
        }
    }

    private static BsonType Canonical(BsonType type) => type == BsonType.Symbol ? BsonType.String : type;

    private static void CheckDepth(int depth)
    {
        if (depth >= BsonLength.MaxDepth)
        {
            throw BsonValidator.TooDeep();
        }
    }
}
