namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Equality of documents and values as the server's indexes have it.</summary>
internal static class DocumentEquality
{
    /// <summary>Returns true if two documents have the same names and equal values in the same order.</summary>
    public static bool AreEqual(RawBson left, RawBson right) => DocumentsEqual(left.Span, right.Span, areArrays: false, 0);

    /// <summary>Returns true if two values are equal.</summary>
    public static bool AreEqual(RawValue left, RawValue right) => ValuesEqual(left.Type, left.Span, right.Type, right.Span, 0);

    /// <summary>Returns the same number for all documents that are equal.</summary>
    public static int Hash(RawBson document)
    {
        var hash = default(HashCode);
        HashDocument(ref hash, document.Span, isArray: false, 0);
        return hash.ToHashCode();
    }

    private static bool DocumentsEqual(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, bool areArrays, int depth)
    {
        CheckDepth(depth);
        var left = new ElementReader(x);
        var right = new ElementReader(y);
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

    private static bool ValuesEqual(ElementType leftType, ReadOnlySpan<byte> left, ElementType rightType,
        ReadOnlySpan<byte> right, int depth)
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
            ElementType.Document or ElementType.Array => DocumentsEqual(left, right, leftType == ElementType.Array, depth),
            ElementType.JavaScriptWithScope => CodesEqual(left, right, depth),
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
        var reader = new ElementReader(document);
        while (reader.Read())
        {
            if (!isArray)
            {
                hash.AddBytes(reader.Name);
            }

            HashValue(ref hash, reader.Type, reader.Value, depth + 1);
        }
    }

    private static void HashValue(ref HashCode hash, ElementType type, ReadOnlySpan<byte> value, int depth)
    {
        if (BsonNumber.IsNumber(type))
        {
            hash.Add(BsonNumber.Hash(type, value));
            return;
        }

        hash.Add((byte)Canonical(type));
        if (type is ElementType.Document or ElementType.Array)
        {
            HashDocument(ref hash, value, type == ElementType.Array, depth);
        }
        else if (type == ElementType.JavaScriptWithScope)
        {
            hash.AddBytes(value.Slice(4, BsonLength.OfString(value[4..], -1)));
        }
        else
        {
            hash.AddBytes(value);
        }
    }

    private static ElementType Canonical(ElementType type) => type == ElementType.Symbol ? ElementType.String : type;

    private static void CheckDepth(int depth)
    {
        if (depth >= BsonLength.MaxDepth)
        {
            throw BsonValidator.TooDeep();
        }
    }
}
