using System.Buffers.Binary;
using System.Text;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>One value of a BSON document: its type and where its bytes lie. It decodes when asked.</summary>
/// <remarks>
/// <para>A small immutable struct, safe to keep and to read from any thread; it keeps the bytes alive that it points into.</para>
/// <para>The As methods throw <see cref="InvalidCastException"/> for a type that they do not read, <see cref="OverflowException"/> where a
/// number does not fit, and <see cref="CdcProtocolException"/> where the bytes are damaged. Integers are read from every numeric type
/// that holds a whole number, as servers mix them freely.</para>
/// </remarks>
internal readonly partial struct RawValue
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly byte[]? _buffer;
    private readonly int _offset;
    private readonly int _length;

    internal RawValue(ElementType type, byte[] buffer, int offset, int length)
    {
        Type = type;
        _buffer = buffer;
        _offset = offset;
        _length = length;
    }

    /// <summary>Its type; <see cref="ElementType.None"/> where a field is missing.</summary>
    public ElementType Type { get; }

    /// <summary>True if there is a value, null included.</summary>
    public bool Exists => Type != ElementType.None;

    /// <summary>True if it is missing, null or undefined.</summary>
    public bool IsNullOrMissing => Type is ElementType.None or ElementType.Null or ElementType.Undefined;

    /// <summary>True if it is of one of the four numeric types.</summary>
    public bool IsNumber => Type is ElementType.Int32 or ElementType.Int64 or ElementType.Double or ElementType.Decimal128;

    /// <summary>The value's bytes as they are in the document: length prefixes and final zeros included, type and name not.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(_offset, _length);

    internal ReadOnlySpan<byte> Span => _buffer.AsSpan(_offset, _length);

    internal byte[] Buffer => _buffer ?? [];

    internal int Offset => _offset;

    /// <summary>A truth value.</summary>
    public bool AsBoolean() => Type == ElementType.Boolean ? ReadBoolean(Span, _offset) : throw NotA("a Boolean");

    /// <summary>A signed 32-bit integer, from any number that is whole.</summary>
    public int AsInt32() => checked((int)AsInt64());

    /// <summary>A signed 64-bit integer, from any number that is whole.</summary>
    public long AsInt64() => TryGetInt64(out var result) ? result
        : IsNumber ? throw new OverflowException($"The {Type} is no 64-bit integer.")
        : throw NotA("an Int64");

    /// <summary>A signed 64-bit integer, from any number that is whole and fits.</summary>
    /// <returns>False for every other value.</returns>
    public bool TryGetInt64(out long result)
    {
        result = 0;
        switch (Type)
        {
            case ElementType.Int32:
                result = BinaryPrimitives.ReadInt32LittleEndian(Span);
                return true;
            case ElementType.Int64:
                result = BinaryPrimitives.ReadInt64LittleEndian(Span);
                return true;
            case ElementType.Double:
                return IsWhole(BinaryPrimitives.ReadDoubleLittleEndian(Span), out result);
            default:
                return false;
        }
    }

    /// <summary>A 64-bit floating-point number; integers convert, to the nearest one beyond 53 bits.</summary>
    public double AsDouble() => Type switch
    {
        ElementType.Double => BinaryPrimitives.ReadDoubleLittleEndian(Span),
        ElementType.Int32 or ElementType.Int64 => AsInt64(),
        _ => throw NotA("a Double"),
    };

    /// <summary>The text of a string, symbol or code; a new string at each call.</summary>
    public string AsString() => DecodeText(Utf8(), _offset);

    /// <summary>A point on the server's clock.</summary>
    public ClusterTime AsTimestamp() => Type == ElementType.Timestamp
        ? new ClusterTime(BinaryPrimitives.ReadUInt64LittleEndian(Span))
        : throw NotA("a Timestamp");

    /// <summary>A date as milliseconds since 1970 in UTC, in the whole range of 64 bits.</summary>
    public long AsUnixMilliseconds() => Type == ElementType.DateTime ? BinaryPrimitives.ReadInt64LittleEndian(Span) : throw NotA("a date");

    /// <summary>The nested document; of an array the document whose names are 0, 1, 2 and so on.</summary>
    public RawBson AsDocument() => Type is ElementType.Document or ElementType.Array && _buffer is { } buffer
        ? new RawBson(buffer, _offset, _length)
        : throw NotA("a document");

    /// <summary>The subtype of a binary value.</summary>
    public byte BinarySubtype => Type == ElementType.Binary ? BsonBinary.Subtype(Span) : throw NotA("bytes");

    /// <summary>The bytes of a binary value, without length and subtype.</summary>
    public ReadOnlyMemory<byte> AsBytes() => Type == ElementType.Binary ? Bytes[BsonBinary.PayloadOffset(Span)..] : throw NotA("bytes");

    /// <summary>True for a binary value of subtype 4 and 16 bytes.</summary>
    public bool IsUuid => Type == ElementType.Binary && BinarySubtype == BsonBinary.UuidSubtype && _length == 5 + 16;

    /// <summary>A binary value of subtype 4 as a UUID.</summary>
    public Guid AsGuid() => IsUuid
        ? new Guid(Span[5..], bigEndian: true)
        : throw NotA("a UUID");

    /// <summary>The value as extended JSON on one line; an empty text where it does not exist.</summary>
    /// <exception cref="CdcProtocolException">Bytes are damaged, or it nests deeper than 200 levels.</exception>
    public string ToJson(ExtendedJsonMode mode = ExtendedJsonMode.Relaxed) => Exists ? ExtendedJson.ToText(Type, Span, mode) : "";

    /// <summary>The value as relaxed extended JSON.</summary>
    public override string ToString() => ToJson();

    /// <summary>The UTF-8 bytes of a string, symbol or code, as they are there: nobody has checked that they are UTF-8.</summary>
    internal ReadOnlySpan<byte> Utf8() => Type switch
    {
        ElementType.String or ElementType.Symbol or ElementType.JavaScript => Span[4..^1],
        ElementType.JavaScriptWithScope => Span.Slice(8, BinaryPrimitives.ReadInt32LittleEndian(Span[4..]) - 1),
        _ => throw NotA("a String"),
    };

    /// <summary>The value in memory of its own.</summary>
    internal RawValue Detach() => new(Type, Span.ToArray(), 0, _length);

    internal static string DecodeText(ReadOnlySpan<byte> utf8, int offset)
    {
        if (Ascii.IsValid(utf8))
        {
            return Encoding.Latin1.GetString(utf8);
        }

        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw BsonLength.Damaged($"A text of {utf8.Length} bytes is not UTF-8.", offset);
        }
    }

    internal static bool ReadBoolean(ReadOnlySpan<byte> value, int offset)
        => value[0] <= 1 ? value[0] != 0 : throw BsonLength.Damaged($"A Boolean has the byte {value[0]}.", offset);

    internal static bool IsWhole(double number, out long result)
    {
        var isWhole = number is >= -9223372036854775808.0 and < 9223372036854775808.0 && Math.Truncate(number) == number;
        result = isWhole ? (long)number : 0;
        return isWhole;
    }

    private InvalidCastException NotA(string wanted)
        => new(Type == ElementType.None ? $"The field is missing, so it cannot be read as {wanted}."
            : $"A {Type} cannot be read as {wanted}.");
}
