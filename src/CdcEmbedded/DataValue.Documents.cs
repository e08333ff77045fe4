using System.Globalization;
using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <content>What document databases have in addition to rows: nested documents and arrays, identifiers, wide dates, types of their
/// own.</content>
public readonly partial struct DataValue
{
    // The first and last millisecond of the years 1 to 9999, counted from 1970.
    private const long FirstMillisecond = -62_135_596_800_000;
    private const long LastMillisecond = 253_402_300_799_999;

    /// <summary>A nested document.</summary>
    /// <param name="buffer">The bytes, never written again.</param>
    /// <param name="offset">Start of the document.</param>
    /// <param name="length">Its length.</param>
    /// <param name="codec">Reads it.</param>
    public static DataValue FromDocument(byte[] buffer, int offset, int length, DocumentCodec codec)
        => new(ValueKind.Document, offset, buffer, length, codec);

    /// <summary>An array.</summary>
    /// <param name="buffer">The bytes, never written again.</param>
    /// <param name="offset">Start of the array.</param>
    /// <param name="length">Its length.</param>
    /// <param name="codec">Reads it.</param>
    public static DataValue FromArray(byte[] buffer, int offset, int length, DocumentCodec codec)
        => new(ValueKind.Array, offset, buffer, length, codec);

    /// <summary>An identifier of twelve bytes.</summary>
    public static DataValue FromObjectId(byte[] buffer, int offset) => new(ValueKind.ObjectId, offset, buffer, 12);

    /// <summary>A UUID as a slice of sixteen bytes in the order of its text (RFC 9562).</summary>
    public static DataValue FromUuid(byte[] buffer, int offset) => new(ValueKind.Uuid, offset, buffer, 16);

    /// <summary>A UUID.</summary>
    public static DataValue FromUuid(Guid value) => FromUuid(value.ToByteArray(bigEndian: true), 0);

    /// <summary>A decimal floating-point number as a slice of sixteen little-endian bytes.</summary>
    public static DataValue FromDecimal128(byte[] buffer, int offset) => new(ValueKind.Decimal128, offset, buffer, Decimal128.Size);

    /// <summary>Bytes that the source marks with a subtype.</summary>
    /// <param name="buffer">The bytes, never written again.</param>
    /// <param name="offset">Start of the value.</param>
    /// <param name="length">Its length.</param>
    /// <param name="subtype">The subtype.</param>
    public static DataValue FromBinarySubtype(byte[] buffer, int offset, int length, byte subtype)
        => new(ValueKind.Binary, offset, buffer, length, scale: subtype);

    /// <summary>An instant in milliseconds, in the whole range of 64 bits: the years -292,275,055 to 292,278,994.</summary>
    /// <param name="unixMilliseconds">Milliseconds since 1970-01-01 UTC.</param>
    public static DataValue FromTimestampMilliseconds(long unixMilliseconds)
        => unixMilliseconds is >= FirstMillisecond and <= LastMillisecond
            ? FromTimestamp(unixMilliseconds * 1000, digits: 3)
            : new DataValue(ValueKind.Timestamp, unixMilliseconds, scale: 3, flags: FarInstant);

    /// <summary>A value of a type that only its source has.</summary>
    /// <param name="buffer">The bytes, never written again.</param>
    /// <param name="offset">Start of the value.</param>
    /// <param name="length">Its length.</param>
    /// <param name="sourceType">The source's number for the type.</param>
    /// <param name="codec">Makes JSON text of it.</param>
    public static DataValue FromSourceSpecific(byte[] buffer, int offset, int length, byte sourceType, ValueCodec codec)
        => new(ValueKind.SourceSpecific, offset, buffer, length, codec, scale: sourceType);

    /// <summary>The subtype of bytes; 0 if the source sets none.</summary>
    public byte BinarySubtype => Kind == ValueKind.Binary ? StoredScale : (byte)0;

    /// <summary>The source's number for the type of a <see cref="ValueKind.SourceSpecific"/> value: for MongoDB the BSON type byte; 0 for
    /// all other kinds.</summary>
    public byte SourceType => Kind == ValueKind.SourceSpecific ? StoredScale : (byte)0;

    /// <summary>Reads a nested document, undecoded; an array as a record whose fields are named 0, 1, 2 and so on.</summary>
    /// <exception cref="CdcProtocolException">Its bytes are damaged.</exception>
    public DataRecord AsRecord() => _codec is DocumentCodec codec && _data is byte[] buffer
        ? codec.ToRecord(buffer, (int)_bits, Length)
        : throw NotA("a document");

    /// <summary>Reads the elements of an array.</summary>
    /// <exception cref="CdcProtocolException">Its bytes are damaged.</exception>
    public ValueList AsValues() => Kind == ValueKind.Array ? new ValueList(AsRecord()) : throw NotA("an array");

    /// <summary>Reads a UUID.</summary>
    public Guid AsGuid() => Kind == ValueKind.Uuid ? new Guid(Slice, bigEndian: true) : throw NotA("a UUID");

    /// <summary>Reads an instant in milliseconds since 1970-01-01 UTC, in any year; microseconds are cut off.</summary>
    /// <exception cref="InvalidCastException">It is not a timestamp, or it is the zero timestamp.</exception>
    public long AsUnixMilliseconds() => Kind != ValueKind.Timestamp || (Flags & ZeroTimestamp) != 0
        ? throw NotA("an instant")
        : (Flags & FarInstant) != 0 ? _bits
        : _bits >= 0 ? _bits / 1000 : (_bits - 999) / 1000;

    /// <summary>Writes a value that has a codec as the JSON of its source: documents, arrays, types that only the source has.</summary>
    /// <returns>False, with nothing written, for all other values.</returns>
    internal bool TryWriteSourceJson(Utf8JsonWriter writer)
    {
        if (_codec is not ValueCodec codec)
        {
            return false;
        }

        codec.WriteJson(writer, Slice);
        return true;
    }

    /// <summary>True if it is an instant outside the years 1 to 9999.</summary>
    internal bool IsFarInstant => Kind == ValueKind.Timestamp && (Flags & FarInstant) != 0;

    /// <summary>What reads a nested document or array; null for other values.</summary>
    internal DocumentCodec? Codec => _codec as DocumentCodec;

    /// <summary>The same bytes, read by another codec.</summary>
    internal DataValue With(DocumentCodec codec) => new(Kind, _bits, _data, Length, codec, StoredScale, Flags);

    /// <summary>Gets a decimal of any kind, if <see cref="decimal"/> holds it without loss.</summary>
    internal bool TryGetDecimal(out decimal result)
    {
        switch (Kind)
        {
            case ValueKind.Decimal when _data is BigDecimal big:
                return big.TryToDecimal(out result);
            case ValueKind.Decimal:
                result = AsDecimal();
                return true;
            case ValueKind.Decimal128:
                return Decimal128.Read(Slice).TryToDecimal(out result);
            default:
                result = 0;
                return false;
        }
    }

    /// <summary>Gets a decimal floating-point number, if it is one and finite.</summary>
    internal bool TryGetBigDecimal128(out BigDecimal result)
    {
        result = default;
        return Kind == ValueKind.Decimal128 && Decimal128.Read(Slice).TryToBigDecimal(out result);
    }

    private BigDecimal Decimal128AsBigDecimal() => Decimal128.Read(Slice).TryToBigDecimal(out var result)
        ? result
        : throw new OverflowException($"{this} is not a number that a decimal can hold: read it as text.");

    private decimal Decimal128AsDecimal() => Decimal128.Read(Slice).TryToDecimal(out var result)
        ? result
        : throw new OverflowException($"{this} does not fit System.Decimal without loss: read it with AsBigDecimal() or as text.");

    private OverflowException TooFar() => new($"{FarInstantText()} is outside the years 1 to 9999: read it with AsUnixMilliseconds().");

    // ISO 8601 with an expanded year, which has a sign. The calendar is counted in eras of 400 years of 146,097 days each, and years
    // start in March, so that the leap day is last.
    private string FarInstantText()
    {
        const long MillisecondsPerDay = 86_400_000;
        var days = Math.DivRem(_bits, MillisecondsPerDay, out var time);
        if (time < 0)
        {
            days--;
            time += MillisecondsPerDay;
        }

        days += 719_468;
        var era = (days >= 0 ? days : days - 146_096) / 146_097;
        var dayOfEra = days - (era * 146_097);
        var yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var month = ((5 * dayOfYear) + 2) / 153;
        var day = dayOfYear - (((153 * month) + 2) / 5) + 1;
        month += month < 10 ? 3 : -9;
        var year = yearOfEra + (era * 400) + (month <= 2 ? 1 : 0);
        var sign = year < 0 ? '-' : '+';
        return string.Create(CultureInfo.InvariantCulture,
            $"{sign}{Math.Abs(year):D4}-{month:D2}-{day:D2} "
                + $"{time / 3_600_000:D2}:{time / 60_000 % 60:D2}:{time / 1000 % 60:D2}.{time % 1000:D3}");
    }
}
