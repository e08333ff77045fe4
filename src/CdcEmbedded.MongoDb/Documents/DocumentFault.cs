using System.Text;
using System.Text.Unicode;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Says which field of which document at which position cannot be decoded. Nothing of it runs before something has
/// failed.</summary>
internal static class DocumentFault
{
    /// <summary>The failure of a document: of the first field in it that cannot be decoded.</summary>
    /// <param name="buffer">The bytes.</param>
    /// <param name="document">Where the document begins.</param>
    /// <param name="origin">Knows where it comes from; null where nobody does.</param>
    /// <param name="cause">What the decoder says.</param>
    public static ValueDecodingException In(byte[] buffer, int document, IDocumentOrigin? origin, CdcProtocolException cause)
        => cause as ValueDecodingException
            ?? At(buffer, document, Find(buffer, document, 0) ?? new Place(document, document, 0, ElementType.None), origin, cause);

    /// <summary>The failure of a field.</summary>
    /// <param name="buffer">The bytes.</param>
    /// <param name="document">Where the document with the field begins.</param>
    /// <param name="value">The field's value.</param>
    /// <param name="origin">Knows where the document comes from; null where nobody does.</param>
    /// <param name="cause">What the decoder says.</param>
    public static ValueDecodingException At(byte[] buffer, int document, RawValue value, IDocumentOrigin? origin,
        CdcProtocolException cause)
        => cause as ValueDecodingException
            ?? At(buffer, document, new Place(value.Offset - 1, value.Offset, value.Bytes.Length, value.Type), origin, cause);

    private static ValueDecodingException At(byte[] buffer, int document, in Place place, IDocumentOrigin? origin,
        CdcProtocolException cause)
    {
        var from = origin?.Find(place.Element);
        var path = PathOf(buffer, from?.Start ?? document, place.Element, from is { IsEvent: true });
        var type = NameOf(place.Type);
        var collection = from is { Collection.Length: > 0 } ? $" of {from.Database}.{from.Collection}" : "";
        var position = from?.Position;
        return new ValueDecodingException($"{(path.Length > 0 ? $"Field '{path}'" : "A document")}{collection}"
            + $"{(type.Length > 0 ? $" ({type})" : "")}{(position is null ? "" : $" at {position}")} cannot be decoded: {cause.Message}",
            position, cause)
        {
            Database = from?.Database ?? "",
            Table = from?.Collection ?? "",
            Column = path,
            ServerType = type,
            RawBytes = buffer.AsSpan(place.Value, Math.Min(place.Length, ValueDecodingException.MaxRawBytes)).ToArray(),
            RawLength = place.Length,
        };
    }

    /// <summary>Finds the first element that cannot be decoded.</summary>
    private static Place? Find(byte[] buffer, int document, int depth)
    {
        var rest = buffer.AsSpan(document);
        var length = LengthOf(rest);
        if (length < 0 || depth >= BsonLength.MaxDepth)
        {
            return new Place(document, document, length < 0 ? rest.Length : length, ElementType.Document);
        }

        var reader = new ElementReader(rest[..length]);
        while (TryRead(ref reader, out var isWhole))
        {
            var place = new Place(document + reader.ElementOffset, Math.Min(document + reader.ValueOffset, document + length),
                isWhole ? reader.ValueLength : Math.Max(length - reader.ValueOffset, 0), reader.Type);
            if (!isWhole || !Utf8.IsValid(reader.Name))
            {
                return place;
            }

            if (reader.Type is not (ElementType.Document or ElementType.Array))
            {
                if (!IsSound(reader.Type, reader.Value, depth))
                {
                    return place;
                }
            }
            else if (Find(buffer, place.Value, depth + 1) is { } inside)
            {
                return inside.Value == place.Value ? place : inside;
            }
        }

        return null;
    }

    private static int LengthOf(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return BsonLength.OfDocument(bytes);
        }
        catch (CdcProtocolException)
        {
            return -1;
        }
    }

    /// <returns>False after the last element.</returns>
    private static bool TryRead(ref ElementReader reader, out bool isWhole)
    {
        isWhole = true;
        try
        {
            return reader.Read();
        }
        catch (CdcProtocolException)
        {
            isWhole = false;
            return true;
        }
    }

    private static bool IsSound(ElementType type, ReadOnlySpan<byte> value, int depth)
    {
        try
        {
            BsonValidator.ValidateValue(type, value, 0, depth);
            return true;
        }
        catch (CdcProtocolException)
        {
            return false;
        }
    }

    /// <summary>The names from a document to the element at a place. Of a change event the part that a change has, such as
    /// <c>fullDocument</c>, is not named.</summary>
    private static string PathOf(byte[] buffer, int document, int element, bool isEvent)
    {
        var path = new StringBuilder();
        for (var depth = 0; depth < BsonLength.MaxDepth && document < element && LengthOf(buffer.AsSpan(document)) is > 0 and var length;
            depth++)
        {
            var reader = new ElementReader(buffer.AsSpan(document, length));
            if (!TryReach(ref reader, element - document))
            {
                break;
            }

            var isIt = document + reader.ElementOffset == element;
            if (depth > 0 || !isEvent || isIt || !IsPart(reader.Name))
            {
                path.Append(path.Length > 0 ? "." : "").Append(Encoding.UTF8.GetString(reader.Name));
            }

            if (isIt || reader.Type is not (ElementType.Document or ElementType.Array))
            {
                break;
            }

            document += reader.ValueOffset;
        }

        return path.ToString();
    }

    /// <summary>Goes to the element at an offset, or around it.</summary>
    private static bool TryReach(ref ElementReader reader, int offset)
    {
        while (TryRead(ref reader, out var isWhole))
        {
            if (!isWhole || offset < reader.ValueOffset + reader.ValueLength)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPart(ReadOnlySpan<byte> name) => name.SequenceEqual("fullDocument"u8)
        || name.SequenceEqual("fullDocumentBeforeChange"u8) || name.SequenceEqual("documentKey"u8);

    // As the server's $type names them.
    private static string NameOf(ElementType type) => type switch
    {
        ElementType.Double => "double",
        ElementType.String => "string",
        ElementType.Document => "object",
        ElementType.Array => "array",
        ElementType.Binary => "binData",
        ElementType.Undefined => "undefined",
        ElementType.ObjectId => "objectId",
        ElementType.Boolean => "bool",
        ElementType.DateTime => "date",
        ElementType.Null => "null",
        ElementType.RegularExpression => "regex",
        ElementType.DBPointer => "dbPointer",
        ElementType.JavaScript => "javascript",
        ElementType.Symbol => "symbol",
        ElementType.JavaScriptWithScope => "javascriptWithScope",
        ElementType.Int32 => "int",
        ElementType.Timestamp => "timestamp",
        ElementType.Int64 => "long",
        ElementType.Decimal128 => "decimal",
        ElementType.MinKey => "minKey",
        ElementType.MaxKey => "maxKey",
        _ => "",
    };

    /// <summary>An element: a place in it before its value, where the value begins, and how long that is.</summary>
    private readonly record struct Place(int Element, int Value, int Length, ElementType Type);
}
