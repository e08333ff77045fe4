using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <content>How a value is read as a CLR type.</content>
public readonly partial struct DataValue
{
    /// <summary>Reads a truth value. Integers are true unless they are 0, because MySQL's BOOL is TINYINT(1).</summary>
    public bool AsBoolean() => Kind is ValueKind.Boolean or ValueKind.Int64 or ValueKind.UInt64 ? _bits != 0 : throw NotA("a Boolean");

    /// <summary>Reads a signed 64-bit integer; also the index of an ENUM.</summary>
    /// <exception cref="OverflowException">An unsigned value is too large.</exception>
    public long AsInt64() => Kind == ValueKind.Int64 ? _bits : ConvertToInt64();

    /// <summary>Reads a signed 32-bit integer.</summary>
    /// <exception cref="OverflowException">The value is out of range.</exception>
    public int AsInt32() => checked((int)AsInt64());

    /// <summary>Reads an unsigned 64-bit integer; also the mask of a SET.</summary>
    /// <exception cref="OverflowException">The value is negative.</exception>
    public ulong AsUInt64() => Kind switch
    {
        ValueKind.UInt64 or ValueKind.Set => (ulong)_bits,
        ValueKind.Int64 or ValueKind.Enum or ValueKind.Boolean => checked((ulong)_bits),
        _ => throw NotA("a UInt64"),
    };

    /// <summary>Reads a 32-bit floating-point number, exactly as stored.</summary>
    public float AsSingle() => Kind == ValueKind.Single ? BitConverter.Int32BitsToSingle((int)_bits) : throw NotA("a Single");

    /// <summary>Reads a 64-bit floating-point number; 32-bit ones are widened.</summary>
    public double AsDouble() => Kind switch
    {
        ValueKind.Double => BitConverter.Int64BitsToDouble(_bits),
        ValueKind.Single => BitConverter.Int32BitsToSingle((int)_bits),
        _ => throw NotA("a Double"),
    };

    /// <summary>Reads a <see cref="decimal"/> with its scale; integers are converted.</summary>
    /// <exception cref="OverflowException">It has more digits than <see cref="decimal"/> holds: use <see cref="AsBigDecimal"/>; or it is a
    /// <see cref="ValueKind.Decimal128"/> that is infinite, NaN or too small or large: use <see cref="AsBigDecimal"/>.</exception>
    public decimal AsDecimal() => Kind switch
    {
        ValueKind.Decimal => _data is BigDecimal big
            ? (decimal)big
            : new decimal((int)_bits, (int)(_bits >> 32), Length, (Flags & Negative) != 0, StoredScale),
        ValueKind.Int64 => _bits,
        ValueKind.UInt64 => (ulong)_bits,
        ValueKind.Decimal128 => Decimal128AsDecimal(),
        _ => throw NotA("a Decimal"),
    };

    /// <summary>Reads a decimal of any width; integers are converted.</summary>
    /// <exception cref="OverflowException">It is a <see cref="ValueKind.Decimal128"/> that is infinite or NaN.</exception>
    public BigDecimal AsBigDecimal() => _data is BigDecimal big ? big
        : Kind == ValueKind.Decimal128 ? Decimal128AsBigDecimal()
        : AsDecimal();

    /// <summary>Reads a date; also a date-time at midnight.</summary>
    /// <exception cref="InvalidCastException">It is zero, partial or impossible: <see cref="AsCalendar"/> reads those.</exception>
    public DateOnly AsDate() => DateOnly.FromDateTime(AsDateTime());

    /// <summary>Reads a date and time of kind Unspecified, or of kind Utc for a timestamp.</summary>
    /// <exception cref="InvalidCastException">It is zero, partial or impossible: <see cref="AsCalendar"/> reads those.</exception>
    public DateTime AsDateTime() => Kind switch
    {
        ValueKind.Date or ValueKind.DateTime => new CalendarDateTime(_bits).TryToDateTime(out var result)
            ? result
            : throw new InvalidCastException($"'{this}' is not a date that a DateTime can hold: read it with AsCalendar()."),
        ValueKind.Timestamp => AsDateTimeOffset().UtcDateTime,
        _ => throw NotA("a DateTime"),
    };

    /// <summary>Reads an instant in UTC.</summary>
    /// <exception cref="InvalidCastException">It is the zero timestamp: <see cref="AsCalendar"/> reads it.</exception>
    /// <exception cref="OverflowException">It is outside the years 1 to 9999: <see cref="AsUnixMilliseconds"/> reads it.</exception>
    public DateTimeOffset AsDateTimeOffset() => Kind != ValueKind.Timestamp
        ? throw NotA("a DateTimeOffset")
        : (Flags & FarInstant) != 0 ? throw TooFar()
        : (Flags & ZeroTimestamp) == 0
            ? DateTimeOffset.UnixEpoch.AddTicks(_bits * TimeSpan.TicksPerMicrosecond)
            : throw new InvalidCastException("The zero timestamp 0000-00-00 00:00:00 is not an instant: read it with AsCalendar().");

    /// <summary>Reads the fields of a date, date-time or timestamp (in UTC) as the database wrote them, including zero
    /// and partial ones.</summary>
    public CalendarDateTime AsCalendar()
    {
        if (Kind is ValueKind.Date or ValueKind.DateTime)
        {
            return new CalendarDateTime(_bits);
        }

        if (Kind != ValueKind.Timestamp)
        {
            throw NotA("a CalendarDateTime");
        }

        if ((Flags & ZeroTimestamp) != 0)
        {
            return default;
        }

        var t = AsDateTimeOffset().UtcDateTime;
        return new CalendarDateTime(t.Year, t.Month, t.Day, t.Hour, t.Minute, t.Second, (int)(t.Ticks % TimeSpan.TicksPerSecond / 10));
    }

    /// <summary>Reads a signed duration.</summary>
    public TimeSpan AsTimeSpan() => Kind == ValueKind.Time ? new TimeSpan(_bits * TimeSpan.TicksPerMicrosecond) : throw NotA("a TimeSpan");

    /// <summary>Reads the text of a text, ENUM, SET, JSON or JSON patch value, the JSON form of documents and arrays, or the text of
    /// identifiers. Each call makes a new string.</summary>
    /// <exception cref="InvalidCastException">It is of another kind (<see cref="ToString"/> prints every kind), or the ENUM or SET labels
    /// of its column are unknown.</exception>
    /// <exception cref="CdcProtocolException">Its bytes are not valid in the column's character set, or a JSON
    /// document is damaged.</exception>
    public string AsString() => Kind switch
    {
        ValueKind.Text => ReadText(),
        ValueKind.Enum => EnumLabel(),
        ValueKind.Set => SetLabels(),
        ValueKind.Json or ValueKind.JsonPatch
            => _data as string ?? (_codec is ValueCodec codec ? codec.ToJsonText(Slice) : Encoding.UTF8.GetString(Slice)),
        ValueKind.Document or ValueKind.Array or ValueKind.SourceSpecific when _codec is ValueCodec own => own.ToJsonText(Slice),
        ValueKind.ObjectId => Convert.ToHexStringLower(Slice),
        ValueKind.Uuid => AsGuid().ToString(),
        _ => throw NotA("a String"),
    };

    /// <summary>Reads the labels of a SET, in the order of the definition.</summary>
    public string[] AsStrings()
    {
        if (Kind != ValueKind.Set)
        {
            throw NotA("a list of labels");
        }

        var labels = _data as string[] ?? throw UnknownLabels();
        var result = new string[BitOperations.PopCount((ulong)_bits)];
        var n = 0;
        for (var rest = (ulong)_bits; rest != 0; rest &= rest - 1)
        {
            var index = BitOperations.TrailingZeroCount(rest);
            result[n++] = index < labels.Length ? labels[index] : throw UnknownLabels();
        }

        return result;
    }

    /// <summary>Reads the bytes of a binary, text (in its column's character set), geometry or vector value, without a copy unless padding
    /// must be added. Of JSON it is the source's own encoding, which only the source's codec understands: if MySQL logs a document as the
    /// old one and the differences, it is both.</summary>
    public ReadOnlyMemory<byte> AsBytes()
    {
        if (_data is string text && Kind is ValueKind.Text or ValueKind.Json or ValueKind.JsonPatch)
        {
            return Encoding.UTF8.GetBytes((string)_data);
        }

        if (_data is not byte[] buffer)
        {
            throw NotA("bytes");
        }

        if (Kind != ValueKind.Binary || Flags == 0)
        {
            return buffer.AsMemory((int)_bits, Length);
        }

        var padded = new byte[Length + Flags];
        Slice.CopyTo(padded);
        return padded;
    }

    /// <summary>Gets the UTF-8 bytes of a text value without a copy.</summary>
    /// <returns>False if it is not text in UTF-8 (or its subset ASCII): use <see cref="AsString"/> then.</returns>
    public bool TryGetUtf8(out ReadOnlySpan<byte> utf8)
    {
        utf8 = Slice;
        return Kind == ValueKind.Text && _codec is null && _data is byte[];
    }

    /// <summary>Reads the numbers of a vector.</summary>
    public float[] AsVector()
    {
        if (Kind != ValueKind.Vector)
        {
            throw NotA("a vector");
        }

        var bytes = Slice;
        var result = new float[bytes.Length / 4];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * 4)..]);
        }

        return result;
    }

    /// <summary>Reads the spatial reference system of a geometry.</summary>
    public uint AsGeometrySrid() => Kind == ValueKind.Geometry && Length >= 4
        ? BinaryPrimitives.ReadUInt32LittleEndian(Slice)
        : throw NotA("a geometry");

    /// <summary>Reads the well-known binary of a geometry, without its SRID.</summary>
    public ReadOnlyMemory<byte> AsGeometryWkb() => Kind == ValueKind.Geometry && Length >= 4 ? AsBytes()[4..] : throw NotA("a geometry");

    private long ConvertToInt64() => Kind switch
    {
        ValueKind.Enum or ValueKind.Boolean => _bits,
        ValueKind.UInt64 or ValueKind.Set => checked((long)(ulong)_bits),
        _ => throw NotA("an Int64"),
    };

    // Most text is ASCII, which is widened without a decoder; a try block would cost every call.
    private string ReadText() => _data is string text ? text
        : _codec is null && Slice is var slice && Ascii.IsValid(slice) ? Encoding.Latin1.GetString(slice)
        : DecodeText();

    private string DecodeText()
    {
        try
        {
            return _codec is Encoding encoding ? encoding.GetString(Slice) : StrictUtf8.GetString(Slice);
        }
        catch (DecoderFallbackException e)
        {
            var name = (_codec as Encoding)?.WebName ?? "utf-8";
            throw new CdcProtocolException($"A text value of {Length} bytes is not valid {name}: read its bytes with AsBytes().",
                innerException: e);
        }
    }

    private string EnumLabel()
    {
        var labels = _data as string[] ?? throw UnknownLabels();
        return _bits == 0 ? "" : (ulong)(_bits - 1) < (ulong)labels.Length ? labels[_bits - 1] : throw UnknownLabels();
    }

    private string SetLabels() => string.Join(',', AsStrings());

    private InvalidCastException UnknownLabels() => new(_data is null
        ? $"The labels of this {Kind} column are unknown: set binlog_row_metadata=FULL on the server, or read the number with AsInt64()."
        : $"{Kind} value {(ulong)_bits} has no label in a column of {((string[])_data).Length} labels.");

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
}
