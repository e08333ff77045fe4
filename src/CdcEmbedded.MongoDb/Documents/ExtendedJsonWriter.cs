using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Unicode;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Writes BSON as extended JSON into a rented buffer. One use, one thread.</summary>
/// <remarks>Only the quotation mark, the backslash and control characters are escaped, so that the text of a key does not depend on the
/// version of a JSON library.</remarks>
internal sealed class ExtendedJsonWriter : IDisposable
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
        (byte)'"', (byte)'\\',
    ]);

    private readonly bool _canonical;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1024);
    private int _length;

    public ExtendedJsonWriter(ExtendedJsonMode mode) => _canonical = mode == ExtendedJsonMode.Canonical;

    /// <summary>What has been written, until the writer is disposed of.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    /// <summary>Writes one value.</summary>
    /// <exception cref="CdcProtocolException">The bytes are damaged, or nest too deep.</exception>
    public void WriteValue(ElementType type, ReadOnlySpan<byte> value, int depth)
    {
        switch (type)
        {
            case ElementType.Document:
                WriteDocument(value, depth);
                break;
            case ElementType.Array:
                WriteArray(value, depth);
                break;
            case ElementType.String:
                WriteText(value[4..^1]);
                break;
            case ElementType.Boolean:
                Raw(RawValue.ReadBoolean(value, -1) ? "true"u8 : "false"u8);
                break;
            case ElementType.Null:
                Raw("null"u8);
                break;
            case ElementType.Int32:
                WriteInteger(BinaryPrimitives.ReadInt32LittleEndian(value), "{\"$numberInt\":\""u8);
                break;
            case ElementType.Int64:
                WriteInteger(BinaryPrimitives.ReadInt64LittleEndian(value), "{\"$numberLong\":\""u8);
                break;
            case ElementType.Double:
                WriteDouble(BinaryPrimitives.ReadDoubleLittleEndian(value));
                break;
            case ElementType.DateTime:
                WriteDate(BinaryPrimitives.ReadInt64LittleEndian(value));
                break;
            case ElementType.ObjectId:
                WriteObjectId(value);
                break;
            default:
                WriteRarer(type, value, depth);
                break;
        }
    }

    private void WriteRarer(ElementType type, ReadOnlySpan<byte> value, int depth)
    {
        switch (type)
        {
            case ElementType.Decimal128:
                Raw("{\"$numberDecimal\":\""u8);
                Ascii(BsonDecimals.Text(value));
                Raw("\"}"u8);
                break;
            case ElementType.Binary:
                WriteBinary(value);
                break;
            case ElementType.Timestamp:
                Raw("{\"$timestamp\":{\"t\":"u8);
                Number(BinaryPrimitives.ReadUInt32LittleEndian(value[4..]));
                Raw(",\"i\":"u8);
                Number(BinaryPrimitives.ReadUInt32LittleEndian(value));
                Raw("}}"u8);
                break;
            case ElementType.RegularExpression:
                WriteRegularExpression(value);
                break;
            case ElementType.JavaScript:
                WriteWrapped("{\"$code\":"u8, value[4..^1]);
                break;
            case ElementType.Symbol:
                WriteWrapped("{\"$symbol\":"u8, value[4..^1]);
                break;
            case ElementType.JavaScriptWithScope:
                var code = BsonLength.OfString(value[4..], -1);
                Raw("{\"$code\":"u8);
                WriteText(value.Slice(8, code - 5));
                Raw(",\"$scope\":"u8);
                WriteDocument(value[(4 + code)..], depth + 1);
                Raw("}"u8);
                break;
            case ElementType.DBPointer:
                Raw("{\"$dbPointer\":{\"$ref\":"u8);
                WriteText(value[4..^(BsonLength.ObjectId + 1)]);
                Raw(",\"$id\":"u8);
                WriteObjectId(value[^BsonLength.ObjectId..]);
                Raw("}}"u8);
                break;
            case ElementType.Undefined:
                Raw("{\"$undefined\":true}"u8);
                break;
            case ElementType.MinKey:
                Raw("{\"$minKey\":1}"u8);
                break;
            case ElementType.MaxKey:
                Raw("{\"$maxKey\":1}"u8);
                break;
            default:
                throw BsonLength.Damaged($"No BSON type has the byte 0x{(byte)type:x2}.", -1);
        }
    }

    private void WriteDocument(ReadOnlySpan<byte> document, int depth)
    {
        if (depth >= BsonLength.MaxDepth)
        {
            throw BsonValidator.TooDeep();
        }

        Byte((byte)'{');
        var reader = new ElementReader(document);
        for (var isFirst = true; reader.Read(); isFirst = false)
        {
            if (!isFirst)
            {
                Byte((byte)',');
            }

            WriteText(reader.Name);
            Byte((byte)':');
            WriteValue(reader.Type, reader.Value, depth + 1);
        }

        Byte((byte)'}');
    }

    private void WriteArray(ReadOnlySpan<byte> array, int depth)
    {
        if (depth >= BsonLength.MaxDepth)
        {
            throw BsonValidator.TooDeep();
        }

        Byte((byte)'[');
        var reader = new ElementReader(array);
        for (var isFirst = true; reader.Read(); isFirst = false)
        {
            if (!isFirst)
            {
                Byte((byte)',');
            }

            WriteValue(reader.Type, reader.Value, depth + 1);
        }

        Byte((byte)']');
    }

    private void WriteInteger(long number, ReadOnlySpan<byte> wrapper)
    {
        if (!_canonical)
        {
            Number(number);
            return;
        }

        Raw(wrapper);
        Number(number);
        Raw("\"}"u8);
    }

    // A double always shows that it is one: by its point, its exponent or its wrapper.
    private void WriteDouble(double number)
    {
        var isWrapped = _canonical || !double.IsFinite(number);
        Raw(isWrapped ? "{\"$numberDouble\":\""u8 : default);
        if (double.IsFinite(number))
        {
            var target = Room(32);
            number.TryFormat(target, out var written, "R", CultureInfo.InvariantCulture);
            _length += written;
            Raw(target[..written].IndexOfAny((byte)'.', (byte)'E') < 0 ? ".0"u8 : default);
        }
        else
        {
            Raw(double.IsNaN(number) ? "NaN"u8 : number > 0 ? "Infinity"u8 : "-Infinity"u8);
        }

        Raw(isWrapped ? "\"}"u8 : default);
    }

    private void WriteDate(long milliseconds)
    {
        Raw("{\"$date\":"u8);
        if (_canonical || milliseconds is < 0 or > BsonDates.MaxMilliseconds)
        {
            Raw("{\"$numberLong\":\""u8);
            Number(milliseconds);
            Raw("\"}}"u8);
            return;
        }

        Byte((byte)'"');
        var instant = DateTime.UnixEpoch.AddMilliseconds(milliseconds);
        var format = milliseconds % 1000 == 0 ? "yyyy-MM-ddTHH:mm:ssZ" : "yyyy-MM-ddTHH:mm:ss.fffZ";
        instant.TryFormat(Room(32), out var written, format, CultureInfo.InvariantCulture);
        _length += written;
        Raw("\"}"u8);
    }

    private void WriteObjectId(ReadOnlySpan<byte> value)
    {
        Raw("{\"$oid\":\""u8);
        Convert.TryToHexStringLower(value, Room(BsonLength.ObjectId * 2), out var written);
        _length += written;
        Raw("\"}"u8);
    }

    private void WriteBinary(ReadOnlySpan<byte> value)
    {
        var payload = value[BsonBinary.PayloadOffset(value)..];
        Raw("{\"$binary\":{\"base64\":\""u8);
        Base64.EncodeToUtf8(payload, Room(Base64.GetMaxEncodedToUtf8Length(payload.Length)), out _, out var written);
        _length += written;
        Raw("\",\"subType\":\""u8);
        Convert.TryToHexStringLower([BsonBinary.Subtype(value)], Room(2), out written);
        _length += written;
        Raw("\"}}"u8);
    }

    private void WriteRegularExpression(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOf((byte)0);
        Raw("{\"$regularExpression\":{\"pattern\":"u8);
        WriteText(value[..end]);
        Raw(",\"options\":"u8);

        // The specification wants options in the alphabet's order. Letters of ASCII, so that sorting bytes does it.
        var options = value[(end + 1)..^1];
        Span<byte> sorted = stackalloc byte[16];
        if (options.Length > sorted.Length || !System.Text.Ascii.IsValid(options))
        {
            WriteText(options);
        }
        else
        {
            options.CopyTo(sorted);
            sorted[..options.Length].Sort();
            WriteText(sorted[..options.Length]);
        }

        Raw("}}"u8);
    }

    private void WriteWrapped(ReadOnlySpan<byte> wrapper, ReadOnlySpan<byte> text)
    {
        Raw(wrapper);
        WriteText(text);
        Byte((byte)'}');
    }

    private void WriteText(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            throw BsonLength.Damaged($"A text of {utf8.Length} bytes is not UTF-8.", -1);
        }

        Byte((byte)'"');
        while (utf8.IndexOfAny(Escaped) is >= 0 and var plain)
        {
            Raw(utf8[..plain]);
            WriteEscaped(utf8[plain]);
            utf8 = utf8[(plain + 1)..];
        }

        Raw(utf8);
        Byte((byte)'"');
    }

    private void WriteEscaped(byte character)
    {
        var letter = character switch
        {
            (byte)'"' or (byte)'\\' => character,
            8 => (byte)'b',
            9 => (byte)'t',
            10 => (byte)'n',
            12 => (byte)'f',
            13 => (byte)'r',
            _ => (byte)0,
        };
        Byte((byte)'\\');
        if (letter != 0)
        {
            Byte(letter);
            return;
        }

        Raw("u00"u8);
        Convert.TryToHexStringLower([character], Room(2), out var written);
        _length += written;
    }

    private void Number(long number)
    {
        number.TryFormat(Room(20), out var written, default, CultureInfo.InvariantCulture);
        _length += written;
    }

    private void Ascii(string text) => _length += System.Text.Encoding.ASCII.GetBytes(text, Room(text.Length));

    private void Byte(byte value)
    {
        Room(1)[0] = value;
        _length++;
    }

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
    }

    private Span<byte> Room(int count)
    {
        if (_buffer.Length - _length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(checked(Math.Max(_length + count, _buffer.Length * 2)));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsSpan(_length);
    }
}
