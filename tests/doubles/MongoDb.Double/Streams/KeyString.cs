using System.Buffers.Binary;
using System.Text;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>
/// Writes values so that their bytes order as the values do (key_string.cpp, version 1): a byte for the type, then the content. Numbers
/// that are no whole ones and the deprecated types are written in a shorter way than a server's.
/// </summary>
internal sealed class KeyString
{
    public const byte End = 4;
    public const byte Null = 20;
    public const byte Zero = 41;
    public const byte PositiveOneByte = 43;
    public const byte Binary = 90;
    public const byte False = 110;
    public const byte True = 111;
    public const byte Timestamp = 130;
    private const byte NegativeOneByte = 39;
    private const byte Number = 30;
    private const byte LargeNumber = 51;
    private const byte Text = 60;
    private const byte Object = 70;
    private const byte Array = 80;
    private const byte ObjectId = 100;
    private const byte Boolean = 110;
    private const byte Date = 120;
    private const byte Other = 160;
    private readonly ByteBuffer _bytes = new(128);

    public TypeBits TypeBits { get; } = new();

    public ReadOnlySpan<byte> Written => _bytes.Written.Span;

    public KeyString Append(object? value)
    {
        switch (value)
        {
            case null:
                _bytes.Byte(Null);
                break;
            case bool flag:
                _bytes.Byte(flag ? True : False);
                break;
            case int number:
                AppendWhole(number, value);
                break;
            case long number:
                AppendWhole(number, value);
                break;
            case double number when Math.Abs(number) < 1L << 53 && Math.Truncate(number) == number:
                AppendWhole((long)number, value);
                break;
            case double or DocDecimal:
                AppendOtherNumber(value);
                break;
            case string text:
                TypeBits.String();
                _bytes.Byte(Text);
                AppendText(text);
                break;
            case DocSymbol symbol:
                TypeBits.Symbol();
                _bytes.Byte(Text);
                AppendText(symbol.Name);
                break;
            default:
                AppendComposed(value);
                break;
        }

        return this;
    }

    public void AppendEnd() => _bytes.Byte(End);

    private void AppendComposed(object value)
    {
        switch (value)
        {
            case Doc document:
                _bytes.Byte(Object);
                AppendFields(document);
                break;
            case List<object?> array:
                _bytes.Byte(Array);
                array.ForEach(item => Append(item));
                _bytes.Byte(0);
                break;
            case DocBinary binary:
                AppendBinary(binary);
                break;
            case DocId id:
                _bytes.Byte(ObjectId);
                _bytes.Bytes(id.ToBytes());
                break;
            case DocDate date:
                _bytes.Byte(Date);
                AppendBigEndian((ulong)date.Milliseconds ^ (1UL << 63));
                break;
            case DocTimestamp time:
                _bytes.Byte(Timestamp);
                AppendBigEndian(time.Value);
                break;
            default:
                _bytes.Byte(Other);
                AppendText(DocJson.Write(value));
                break;
        }
    }

    // Each field as its type in general, its name, and its value.
    private void AppendFields(Doc document)
    {
        foreach ((string name, object? value) in document)
        {
            _bytes.Byte(GeneralType(value));
            AppendText(name);
            Append(value);
        }

        _bytes.Byte(0);
    }

    private static byte GeneralType(object? value) => value switch
    {
        null => Null,
        int or long or double or DocDecimal => Number,
        string or DocSymbol => Text,
        Doc => Object,
        List<object?> => Array,
        DocBinary => Binary,
        DocId => ObjectId,
        bool => Boolean,
        DocDate => Date,
        DocTimestamp => Timestamp,
        _ => Other,
    };

    // Twice the magnitude in as few bytes as it needs; the type says how many. Negative numbers are inverted.
    private void AppendWhole(long number, object value)
    {
        TypeBits.Number(value);
        if (number == 0)
        {
            _bytes.Byte(Zero);
            return;
        }

        ulong magnitude = number < 0 ? (ulong)-number : (ulong)number;
        if (magnitude >> 63 != 0)
        {
            AppendOtherNumber(value, marked: true);
            return;
        }

        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, magnitude << 1);
        bytes = bytes[bytes.IndexOfAnyExcept((byte)0)..];
        _bytes.Byte((byte)(number > 0 ? PositiveOneByte + bytes.Length - 1 : NegativeOneByte - bytes.Length + 1));
        if (number < 0)
        {
            foreach (ref byte value8 in bytes)
            {
                value8 = (byte)~value8;
            }
        }

        _bytes.Bytes(bytes);
    }

    private void AppendOtherNumber(object value, bool marked = false)
    {
        if (!marked)
        {
            TypeBits.Number(value);
        }

        _bytes.Byte(LargeNumber);
        if (value is DocDecimal number)
        {
            AppendBigEndian(number.High);
            AppendBigEndian(number.Low);
            return;
        }

        double floating = Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture);
        ulong bits = BitConverter.DoubleToUInt64Bits(floating);
        AppendBigEndian(floating < 0 ? ~bits : bits | (1UL << 63));
    }

    private void AppendBinary(DocBinary binary)
    {
        _bytes.Byte(Binary);
        if (binary.Bytes.Length < 0xFF)
        {
            _bytes.Byte((byte)binary.Bytes.Length);
        }
        else
        {
            _bytes.Byte(0xFF);
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, binary.Bytes.Length);
            _bytes.Bytes(length);
        }

        _bytes.Byte(binary.Subtype);
        _bytes.Bytes(binary.Bytes);
    }

    // A zero in the text is 00 FF, the end 00.
    private void AppendText(string text)
    {
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            _bytes.Byte(value);
            if (value == 0)
            {
                _bytes.Byte(0xFF);
            }
        }

        _bytes.Byte(0);
    }

    private void AppendBigEndian(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        _bytes.Bytes(bytes);
    }
}
