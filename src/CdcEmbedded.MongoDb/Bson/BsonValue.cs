using System.Buffers.Binary;
using System.Text;

namespace CdcEmbedded.MongoDb.Bson;

/// <summary>One value of a BSON document: its type and where its bytes lie. It decodes when asked.</summary>
/// <remarks>
/// <para>A small immutable struct, safe to keep and to read from any thread; it keeps the bytes alive that it points into.</para>
/// <para>The As methods throw <see cref="InvalidCastException"/> for a type that they do not read, <see cref="OverflowException"/> where a
/// number does not fit, and <see cref="CdcProtocolException"/> where the bytes are damaged. Integers are read from every numeric type
/// that holds a whole number, as servers mix them freely.</para>
/// </remarks>
public readonly partial struct BsonValue
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly byte[]? _buffer;
    private readonly int _offset;
    private readonly int _length;

    internal BsonValue(BsonType type, byte[] buffer, int offset, int length)
    {
        Type = type;
        _buffer = buffer;
        _offset = offset;
        _length = length;
    }

    /// <summary>Its type; <see cref="BsonType.None"/> where a field is missing.</summary>
    public BsonType Type { get; }

    /// <summary>Whether there is a value, null included.</summary>
    public bool Exists => Type != BsonType.None;

    /// <summary>Whether it is missing, null or undefined.</summary>
    public bool IsNullOrMissing => Type is BsonType.None or BsonType.Null or BsonType.Undefined;

    /// <summary>Whether it is of one of the four numeric types.</summary>
    public bool IsNumber => Type is BsonType.Int32 or BsonType.Int64 or BsonType.Double or BsonType.Decimal128;

    /// <summary>The value's bytes as they stand in the document: length prefixes and final zeros included, type and name not.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(_offset, _length);

    internal ReadOnlySpan<byte> Span => _buffer.AsSpan(_offset, _length);

    internal byte[] Buffer => _buffer ?? [];

    internal int Offset => _offset;

    /// <summary>A truth value.</summary>
    public bool AsBoolean() => Type == BsonType.Boolean ? ReadBoolean(Span, _offset) : throw NotA("a Boolean");

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
            case BsonType.Int32:
                result = BinaryPrimitives.ReadInt32LittleEndian(Span);
                return true;
            case BsonType.Int64:
                result = BinaryPrimitives.ReadInt64LittleEndian(Span);
                return true;
            case BsonType.Double:
                return IsWhole(BinaryPrimitives.ReadDoubleLittleEndian(Span), out result);
            case BsonType.Decimal128:
                return Decimal128.Read(Span).TryToInt64(out result);
            default:
                return false;
        }
    }

    /// <summary>A 64-bit floating-point number; integers convert, to the nearest one beyond 53 bits.</summary>
    public double AsDouble() => Type switch
    {
        BsonType.Double => BinaryPrimitives.ReadDoubleLittleEndian(Span),
        BsonType.Int32 or BsonType.Int64 => AsInt64(),
        _ => throw NotA("a Double"),
    };

    /// <summary>A decimal floating-point number; integers convert.</summary>
    public Decimal128 AsDecimal128() => Type switch
    {
        BsonType.Decimal128 => Decimal128.Read(Span),
        BsonType.Int32 or BsonType.Int64 => AsInt64(),
        _ => throw NotA("a Decimal128"),
    };

    /// <summary>The text of a string, symbol or code; a new string at each call.</summary>
    public string AsString() => DecodeText(Utf8(), _offset);

    /// <summary>The identifier; of a deprecated DBPointer its identifier part.</summary>
    public ObjectId AsObjectId() => Type switch
    {
        BsonType.ObjectId => new ObjectId(Span),
        BsonType.DBPointer => new ObjectId(Span[^ObjectId.Size..]),
        _ => throw NotA("an ObjectId"),
    };

    /// <summary>A point on the server's clock.</summary>
    public BsonTimestamp AsTimestamp() => Type == BsonType.Timestamp
        ? new BsonTimestamp(BinaryPrimitives.ReadUInt64LittleEndian(Span))
        : throw NotA("a Timestamp");

    /// <summary>A date as milliseconds since 1970 in UTC, in the whole range of 64 bits.</summary>
    public long AsUnixMilliseconds() => Type == BsonType.DateTime ? BinaryPrimitives.ReadInt64LittleEndian(Span) : throw NotA("a date");

    /// <summary>A date in UTC.</summary>
    /// <exception cref="OverflowException">It lies outside the years 1 to 9999: <see cref="AsUnixMilliseconds"/> reads it.</exception>
    public DateTime AsDateTime()
    {
        var milliseconds = AsUnixMilliseconds();
        return milliseconds is >= BsonDates.MinMilliseconds and <= BsonDates.MaxMilliseconds
            ? DateTime.UnixEpoch.AddMilliseconds(milliseconds)
            : throw new OverflowException($"The date {milliseconds} ms lies outside the years that DateTime holds: use AsUnixMilliseconds().");
    }

    /// <summary>The nested document; of an array the document whose names are 0, 1, 2 and so on.</summary>
    public RawBson AsDocument() => Type is BsonType.Document or BsonType.Array && _buffer is { } buffer
        ? new RawBson(buffer, _offset, _length)
        : throw NotA("a document");

    /// <summary>The subtype of a binary value.</summary>
    public byte BinarySubtype => Type == BsonType.Binary ? BsonBinary.Subtype(Span) : throw NotA("bytes");

    /// <summary>The bytes of a binary value, without length and subtype.</summary>
    public ReadOnlyMemory<byte> AsBytes() => Type == BsonType.Binary ? Bytes[BsonBinary.PayloadOffset(Span)..] : throw NotA("bytes");

    /// <summary>A binary value of subtype 4 as a UUID.</summary>
    public Guid AsGuid() => Type == BsonType.Binary && BinarySubtype == BsonBinary.UuidSubtype && _length == 5 + 16
        ? new Guid(Span[5..], bigEndian: true)
        : throw NotA("a UUID");

    /// <summary>The pattern and the options, those in the alphabet's order.</summary>
    public (string Pattern, string Options) AsRegularExpression()
    {
        if (Type != BsonType.RegularExpression)
        {
            throw NotA("a regular expression");
        }

        var end = Span.IndexOf((byte)0);
        var options = DecodeText(Span[(end + 1)..^1], _offset).ToCharArray();
        Array.Sort(options);
        return (DecodeText(Span[..end], _offset), new string(options));
    }

    /// <summary>Code with its scope: the variables it sees. Empty for code without.</summary>
    public RawBson AsScope() => Type switch
    {
        BsonType.JavaScript => RawBson.Empty,
        BsonType.JavaScriptWithScope => new RawBson(Buffer, _offset + 4 + BsonLength.OfString(Span[4..], _offset),
            _length - 4 - BsonLength.OfString(Span[4..], _offset)),
        _ => throw NotA("code"),
    };

    /// <summary>Reads one value as extended JSON, canonical or relaxed.</summary>
    /// <exception cref="FormatException">The text is no JSON, or a value in it is written wrongly.</exception>
    public static BsonValue Parse(string json) => ExtendedJson.ParseValue(json);

    /// <summary>The value as extended JSON on one line; an empty text where it does not exist.</summary>
    /// <exception cref="CdcProtocolException">Bytes are damaged, or it nests deeper than 200 levels.</exception>
    public string ToJson(ExtendedJsonMode mode = ExtendedJsonMode.Relaxed) => Exists ? ExtendedJson.ToText(Type, Span, mode) : "";

    /// <summary>The value as relaxed extended JSON.</summary>
    public override string ToString() => ToJson();

    /// <summary>The UTF-8 bytes of a string, symbol or code, as they stand there: nobody has checked that they are UTF-8.</summary>
    internal ReadOnlySpan<byte> Utf8() => Type switch
    {
        BsonType.String or BsonType.Symbol or BsonType.JavaScript => Span[4..^1],
        BsonType.JavaScriptWithScope => Span.Slice(8, BinaryPrimitives.ReadInt32LittleEndian(Span[4..]) - 1),
        _ => throw NotA("a String"),
    };

    /// <summary>The value in memory of its own.</summary>
    internal BsonValue Detach() => new(Type, Span.ToArray(), 0, _length);

    internal static string DecodeText(ReadOnlySpan<byte> utf8, int offset)
    {
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
        => new(Type == BsonType.None ? $"The field is missing, so it cannot be read as {wanted}." : $"A {Type} cannot be read as {wanted}.");
}
