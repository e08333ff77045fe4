using System.Text.Unicode;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Checks a whole document at once: every nested length, all texts and names for UTF-8, Booleans for 0 and 1, the depth.</summary>
internal static class BsonValidator
{
    /// <exception cref="CdcProtocolException">Anything is wrong with it.</exception>
    public static void Validate(ReadOnlySpan<byte> document, int depth = 0)
    {
        if (depth >= BsonLength.MaxDepth)
        {
            throw TooDeep();
        }

        var reader = new ElementReader(document);
        while (reader.Read())
        {
            Text(reader.Name, reader.ElementOffset);
            ValidateValue(reader.Type, reader.Value, reader.ValueOffset, depth);
        }
    }

    /// <summary>Checks only how deep a document nests.</summary>
    /// <exception cref="CdcProtocolException">Deeper than 200 levels, or a length is wrong.</exception>
    public static void CheckDepth(ReadOnlySpan<byte> document, int depth = 0)
    {
        if (depth >= BsonLength.MaxDepth)
        {
            throw TooDeep();
        }

        var reader = new ElementReader(document);
        while (reader.Read())
        {
            if (reader.Type is ElementType.Document or ElementType.Array)
            {
                CheckDepth(reader.Value, depth + 1);
            }
            else if (reader.Type == ElementType.JavaScriptWithScope)
            {
                CheckDepth(reader.Value[(4 + BsonLength.OfString(reader.Value[4..], 0))..], depth + 1);
            }
        }
    }

    /// <summary>The error of documents that nest too deep.</summary>
    public static CdcProtocolException TooDeep() => BsonLength.Damaged($"Documents nest deeper than {BsonLength.MaxDepth} levels.", -1);

    /// <summary>Checks a value.</summary>
    /// <exception cref="CdcProtocolException">Anything is wrong with it.</exception>
    public static void ValidateValue(ElementType type, ReadOnlySpan<byte> value, int offset, int depth)
    {
        switch (type)
        {
            case ElementType.Document or ElementType.Array:
                Validate(value, depth + 1);
                break;
            case ElementType.String or ElementType.Symbol or ElementType.JavaScript:
                Text(value[4..^1], offset);
                break;
            case ElementType.DBPointer:
                Text(value[4..^(BsonLength.ObjectId + 1)], offset);
                break;
            case ElementType.RegularExpression:
                Text(value, offset);
                break;
            case ElementType.Boolean:
                RawValue.ReadBoolean(value, offset);
                break;
            case ElementType.JavaScriptWithScope:
                var code = BsonLength.OfString(value[4..], offset);
                Text(value.Slice(8, code - 5), offset);
                Validate(value[(4 + code)..], depth + 1);
                break;
            default:
                break;
        }
    }

    private static void Text(ReadOnlySpan<byte> utf8, int offset)
    {
        if (!Utf8.IsValid(utf8))
        {
            throw BsonLength.Damaged($"A text of {utf8.Length} bytes is not UTF-8.", offset);
        }
    }
}
