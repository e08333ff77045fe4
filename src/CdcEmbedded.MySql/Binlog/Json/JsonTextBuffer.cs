using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>Collects JSON text in UTF-8 in a rented buffer. Must be disposed.</summary>
internal ref struct JsonTextBuffer
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
        17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, (byte)'"', (byte)'\\',
    ]);

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    // As many characters as a string can have.
    private const int MaxLength = 0x3FFF_FFDF;

    private byte[] _buffer;
    private int _length;

    public JsonTextBuffer(int capacity)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, 64));
        _length = 0;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    public readonly string ToText()
    {
        try
        {
            return Strict.GetString(_buffer, 0, _length);
        }
        catch (DecoderFallbackException e)
        {
            throw new CdcProtocolException("A JSON document holds text that is not valid UTF-8.", innerException: e);
        }
    }

    public void Write(byte b) => Reserve(1)[0] = b;

    public void Write(scoped ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void Write(long number)
    {
        Utf8Formatter.TryFormat(number, Reserve(20), out var written);
        _length -= 20 - written;
    }

    public void Write(ulong number)
    {
        Utf8Formatter.TryFormat(number, Reserve(20), out var written);
        _length -= 20 - written;
    }

    /// <summary>Writes at least <paramref name="digits"/> digits, with leading zeros.</summary>
    public void WritePadded(long number, int digits)
    {
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, text, out var written, new StandardFormat('D', (byte)digits));
        Write(text[..written]);
    }

    /// <summary>Writes a double as the server does (my_gcvt in strings/dtoa.cc, then ".0" if there is neither point nor exponent): the
    /// fewest digits that read back the same, with an exponent if the point would be more than 15 digits away.</summary>
    public void Write(double number)
    {
        if (!double.IsFinite(number))
        {
            throw new CdcProtocolException("A JSON document holds a number that is not finite.");
        }

        Span<byte> text = stackalloc byte[32];
        number.TryFormat(text, out var written, "R", CultureInfo.InvariantCulture);
        WriteDigits(text[..written]);
    }

    /// <summary>Writes a string in quotes. Control characters for which JSON has a letter use it, others \u and four digits.</summary>
    public void WriteQuoted(scoped ReadOnlySpan<byte> text)
    {
        Write((byte)'"');
        while (text.IndexOfAny(Escaped) is >= 0 and var plain)
        {
            Write(text[..plain]);
            WriteEscape(text[plain]);
            text = text[(plain + 1)..];
        }

        Write(text);
        Write((byte)'"');
    }

    public Span<byte> Reserve(int count)
    {
        if (count > _buffer.Length - _length)
        {
            Grow(count);
        }

        var result = _buffer.AsSpan(_length, count);
        _length += count;
        return result;
    }

    private void WriteEscape(byte b)
    {
        var letter = b switch
        {
            (byte)'\b' => (byte)'b',
            (byte)'\t' => (byte)'t',
            (byte)'\n' => (byte)'n',
            (byte)'\f' => (byte)'f',
            (byte)'\r' => (byte)'r',
            (byte)'"' or (byte)'\\' => b,
            _ => (byte)0,
        };
        Write((byte)'\\');
        if (letter != 0)
        {
            Write(letter);
            return;
        }

        Write("u00"u8);
        Write((byte)('0' + (b >> 4)));
        Write("0123456789abcdef"u8[b & 15]);
    }

    private void WriteDigits(scoped ReadOnlySpan<byte> text)
    {
        if (text[0] == '-')
        {
            Write((byte)'-');
            text = text[1..];
        }

        // "R" yields digits with a point, or with one digit before the point and an exponent.
        Span<byte> digits = stackalloc byte[24];
        var count = 0;
        var point = -1;
        var exponent = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == 'E')
            {
                exponent = int.Parse(text[(i + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
                break;
            }

            if (text[i] == '.')
            {
                point = count;
            }
            else
            {
                digits[count++] = text[i];
            }
        }

        point = (point < 0 ? count : point) + exponent;
        var leading = 0;
        while (leading < count - 1 && digits[leading] == '0')
        {
            leading++;
        }

        point -= leading;
        WriteNumber(digits[leading..count].TrimEnd((byte)'0'), point);
    }

    // The value is 0.digits * 10^point.
    private void WriteNumber(scoped ReadOnlySpan<byte> digits, int point)
    {
        const int maxFixed = 15;
        if (digits.IsEmpty)
        {
            Write("0.0"u8);
        }
        else if (point is < -maxFixed + 1 or > maxFixed)
        {
            Write(digits[0]);
            if (digits.Length > 1)
            {
                Write((byte)'.');
                Write(digits[1..]);
            }

            Write((byte)'e');
            Write((long)(point - 1));
        }
        else if (point <= 0)
        {
            Write("0."u8);
            Reserve(-point).Fill((byte)'0');
            Write(digits);
        }
        else if (point >= digits.Length)
        {
            Write(digits);
            Reserve(point - digits.Length).Fill((byte)'0');
            Write(".0"u8);
        }
        else
        {
            Write(digits[..point]);
            Write((byte)'.');
            Write(digits[point..]);
        }
    }

    private void Grow(int count)
    {
        if ((long)_length + count > MaxLength)
        {
            throw new CdcProtocolException($"The text of a JSON document has more than {MaxLength} bytes, more than any text of .NET.");
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(_buffer.Length * 2L, (long)_length + count)));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
