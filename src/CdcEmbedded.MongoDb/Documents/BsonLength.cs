using System.Buffers.Binary;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>How many bytes a value takes, and whether the lengths written inside it agree with each other.</summary>
internal static class BsonLength
{
    /// <summary>The shortest document: its length and its end.</summary>
    public const int EmptyDocument = 5;

    /// <summary>The length of an ObjectId.</summary>
    public const int ObjectId = 12;

    /// <summary>How deep documents may nest: the server's own limit
    /// (BSONDepth::kDefaultMaxAllowableDepth in src/mongo/bson/bson_depth.h).</summary>
    public const int MaxDepth = 200;

    private const sbyte Variable = -1;

    // By type byte, 0x00 to 0x13; the rest is not defined, apart from the two keys at the ends of the order.
    private static ReadOnlySpan<sbyte> FixedLengths =>
    [
        Variable, 8, Variable, Variable, Variable, Variable, 0, 12, 1, 8,
        0, Variable, Variable, Variable, Variable, Variable, 4, 8, 8, 16,
    ];

    /// <summary>The length of a value that its type alone determines; -1 for others.</summary>
    public static int Fixed(ElementType type) => (byte)type < FixedLengths.Length
        ? FixedLengths[(byte)type]
        : type is ElementType.MinKey or ElementType.MaxKey ? 0 : Variable;

    /// <summary>The length of the document that begins here.</summary>
    /// <exception cref="CdcProtocolException">It does not fit, or does not end with a zero.</exception>
    public static int OfDocument(ReadOnlySpan<byte> bytes, int offset = 0)
    {
        var length = bytes.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : -1;
        if (length < EmptyDocument || length > bytes.Length)
        {
            throw Damaged($"A document says that it is {length} bytes long where {bytes.Length} are left.", offset);
        }

        return bytes[length - 1] == 0 ? length : throw Damaged("A document does not end with a zero byte.", offset + length - 1);
    }

    /// <summary>The length of a value of a type without a fixed one.</summary>
    /// <param name="type">The type byte.</param>
    /// <param name="bytes">From the value's first byte to the end of the document around it.</param>
    /// <param name="offset">Where that is, for messages.</param>
    /// <exception cref="CdcProtocolException">A length in it is impossible, or the type is not defined.</exception>
    public static int OfValue(ElementType type, ReadOnlySpan<byte> bytes, int offset) => type switch
    {
        ElementType.String or ElementType.JavaScript or ElementType.Symbol => OfString(bytes, offset),
        ElementType.Document or ElementType.Array => OfDocument(bytes, offset),
        ElementType.Binary => OfBinary(bytes, offset),
        ElementType.RegularExpression => OfRegularExpression(bytes, offset),
        ElementType.DBPointer => OfString(bytes, offset) + 12,
        ElementType.JavaScriptWithScope => OfCodeWithScope(bytes, offset),
        _ => throw Damaged($"No BSON type has the byte 0x{(byte)type:x2}.", offset),
    };

    /// <summary>A string: <c>int32 length of text and zero | text | 0x00</c>.</summary>
    public static int OfString(ReadOnlySpan<byte> bytes, int offset)
    {
        var length = bytes.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : -1;
        if (length < 1 || length > bytes.Length - 4)
        {
            throw Damaged($"A string says that it is {length} bytes long where {Math.Max(bytes.Length - 4, 0)} are left.", offset);
        }

        return bytes[3 + length] == 0 ? 4 + length : throw Damaged("A string does not end with a zero byte.", offset + 3 + length);
    }

    /// <summary>The error of all damaged bytes.</summary>
    public static CdcProtocolException Damaged(string message, long offset)
        => new($"{message} The bytes are no valid BSON.", eventType: "BSON", payloadOffset: offset);

    // int32 length of the bytes | subtype | bytes; the old subtype 2 has its length a second time in front of them.
    private static int OfBinary(ReadOnlySpan<byte> bytes, int offset)
    {
        var length = bytes.Length >= 5 ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : -1;
        if (length < 0 || length > bytes.Length - 5)
        {
            throw Damaged($"A binary value says that it is {length} bytes long where {Math.Max(bytes.Length - 5, 0)} are left.", offset);
        }

        if (bytes[4] == BsonBinary.OldSubtype && (length < 4 || BinaryPrimitives.ReadInt32LittleEndian(bytes[5..]) != length - 4))
        {
            throw Damaged("A binary value of subtype 2 has two lengths that do not agree.", offset);
        }

        return 5 + length;
    }

    // pattern | 0x00 | options | 0x00
    private static int OfRegularExpression(ReadOnlySpan<byte> bytes, int offset)
    {
        var pattern = bytes.IndexOf((byte)0);
        var options = pattern < 0 ? -1 : bytes[(pattern + 1)..].IndexOf((byte)0);
        return options >= 0 ? pattern + options + 2 : throw Damaged("A regular expression does not end.", offset);
    }

    // int32 length of all | string | document
    private static int OfCodeWithScope(ReadOnlySpan<byte> bytes, int offset)
    {
        var length = bytes.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : -1;
        if (length < 4 + 5 + EmptyDocument || length > bytes.Length)
        {
            throw Damaged($"Code with its scope says that it is {length} bytes long where {bytes.Length} are left.", offset);
        }

        var inside = bytes[4..length];
        var code = OfString(inside, offset + 4);
        return OfDocument(inside[code..], offset + 4 + code) == inside.Length - code
            ? length
            : throw Damaged("The lengths of code, of its scope and of both do not agree.", offset);
    }
}
