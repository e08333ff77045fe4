using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>One field of a <see cref="DataRecord"/>: a small immutable struct that holds numbers and dates unboxed, and text, bytes and
/// documents as slices of the received bytes until they are read.</summary>
/// <remarks>
/// <para>It may be kept and read from any thread. Keeping it keeps the received bytes that it points into in memory (64 KiB at most, or its
/// own event if that is larger): see <see cref="DataRecord.Detach"/>.</para>
/// <para><see cref="ValueKind.Null"/> is a null of the database; <see cref="ValueKind.Absent"/> means that the log does not contain the
/// field. The As methods throw <see cref="InvalidCastException"/> for both, and for a kind that they do not convert. Nothing is ever
/// rounded or truncated: they throw <see cref="OverflowException"/> instead.</para>
/// </remarks>
public readonly partial struct DataValue
{
    // Layout, 32 bytes: _data holds byte[] (slices), string, string[] (labels) or BigDecimal; _codec an Encoding or a ValueCodec;
    // _bits a number, packed date, microseconds, mask, or the slice's offset. _rest is four small fields in one number, because the
    // compiler keeps a struct of at most four fields in registers (measured: an enumeration of a row takes half the time):
    // Length the slice's length or a decimal's high 32 bits, Kind, StoredScale a decimal's or time's scale, a binary value's subtype or the
    // source's type, and Flags, which are the marks below, or binary padding.
    private readonly object? _data;
    private readonly object? _codec;
    private readonly long _bits;
    private readonly ulong _rest;

    private const ushort Negative = 1;
    private const ushort ZeroTimestamp = 2;
    private const ushort FarInstant = 4;

    private DataValue(ValueKind kind, long bits, object? data = null, int length = 0, object? codec = null, byte scale = 0,
        ushort flags = 0)
        : this(bits, data, codec, (uint)length | ((ulong)kind << 32) | ((ulong)scale << 40) | ((ulong)flags << 48))
    {
    }

    private DataValue(long bits, object? data, object? codec, ulong rest)
    {
        _data = data;
        _codec = codec;
        _bits = bits;
        _rest = rest;
    }

    /// <summary>The kind of value that it holds.</summary>
    public ValueKind Kind => (ValueKind)(byte)(_rest >> 32);

    /// <summary>True for a null of the database; false for an absent field.</summary>
    public bool IsNull => Kind == ValueKind.Null;

    /// <summary>True if the log does not contain the field, so that nothing is known about it.</summary>
    public bool IsAbsent => Kind == ValueKind.Absent;

    /// <summary>The number of digits after the point of a decimal, or of a second's fraction in a time, date-time
    /// or timestamp column.</summary>
    /// <value>0 to 30 for decimals, 0 to 6 for times; 0 for all other kinds.</value>
    public int Scale => Kind is ValueKind.Binary or ValueKind.SourceSpecific ? 0 : StoredScale;

    /// <summary>A field that the log does not contain.</summary>
    public static DataValue Absent => default;

    /// <summary>A null of the database.</summary>
    public static DataValue Null => new(ValueKind.Null, 0);

    /// <summary>A truth value.</summary>
    public static DataValue FromBoolean(bool value) => new(ValueKind.Boolean, value ? 1 : 0);

    /// <summary>A signed integer.</summary>
    public static DataValue FromInt64(long value) => new(ValueKind.Int64, value);

    /// <summary>An unsigned integer.</summary>
    public static DataValue FromUInt64(ulong value) => new(ValueKind.UInt64, (long)value);

    /// <summary>A 32-bit floating-point number.</summary>
    public static DataValue FromSingle(float value) => new(ValueKind.Single, BitConverter.SingleToInt32Bits(value));

    /// <summary>A 64-bit floating-point number.</summary>
    public static DataValue FromDouble(double value) => new(ValueKind.Double, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A decimal of at most 96 bits.</summary>
    /// <param name="low">The low 64 bits of the magnitude.</param>
    /// <param name="high">The next 32 bits of the magnitude.</param>
    /// <param name="isNegative">The sign.</param>
    /// <param name="scale">Digits after the point, 0 to 28.</param>
    public static DataValue FromDecimal(ulong low, uint high, bool isNegative, byte scale)
        => new(ValueKind.Decimal, (long)low, length: (int)high, scale: scale, flags: isNegative ? Negative : (ushort)0);

    /// <summary>A decimal, with its scale.</summary>
    public static DataValue FromDecimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        return FromDecimal((uint)bits[0] | ((ulong)(uint)bits[1] << 32), (uint)bits[2], bits[3] < 0, (byte)(bits[3] >> 16));
    }

    /// <summary>A decimal of any width.</summary>
    public static DataValue FromDecimal(BigDecimal value) => value.TryToDecimal(out var small)
        ? FromDecimal(small)
        : new DataValue(ValueKind.Decimal, 0, value, scale: (byte)Math.Min(value.Scale, 255));

    /// <summary>Text that is already a string.</summary>
    public static DataValue FromText(string value) => new(ValueKind.Text, 0, value ?? throw new ArgumentNullException(nameof(value)));

    /// <summary>Text as a slice of bytes, decoded when it is read.</summary>
    /// <param name="buffer">The bytes, never written again.</param>
    /// <param name="offset">Start of the text.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="encoding">Its character set; null for UTF-8.</param>
    public static DataValue FromText(byte[] buffer, int offset, int length, Encoding? encoding = null)
        => new(ValueKind.Text, offset, buffer, length, encoding);

    /// <summary>Bytes as a slice.</summary>
    /// <param name="buffer">The bytes, never written again.</param>
    /// <param name="offset">Start of the value.</param>
    /// <param name="length">Its length.</param>
    /// <param name="padding">Number of zero bytes that follow and that the source omitted, as for BINARY(n); 0 to 255.</param>
    public static DataValue FromBinary(byte[] buffer, int offset, int length, byte padding = 0)
        => new(ValueKind.Binary, offset, buffer, length, flags: padding);

    /// <summary>A calendar date.</summary>
    public static DataValue FromDate(int year, int month, int day)
        => new(ValueKind.Date, CalendarDateTime.Pack(year, month, day, 0, 0, 0, 0));

    /// <summary>A signed duration.</summary>
    /// <param name="microseconds">The whole duration in microseconds.</param>
    /// <param name="digits">Digits of a second's fraction in the column, 0 to 6.</param>
    public static DataValue FromTime(long microseconds, byte digits = 0) => new(ValueKind.Time, microseconds, scale: digits);

    /// <summary>A date and time without a zone.</summary>
    /// <param name="value">The fields.</param>
    /// <param name="digits">Digits of a second's fraction in the column, 0 to 6.</param>
    public static DataValue FromDateTime(CalendarDateTime value, byte digits = 0) => new(ValueKind.DateTime, value.Packed, scale: digits);

    /// <summary>An instant.</summary>
    /// <param name="unixMicroseconds">Microseconds since 1970-01-01 UTC.</param>
    /// <param name="digits">Digits of a second's fraction in the column, 0 to 6.</param>
    public static DataValue FromTimestamp(long unixMicroseconds, byte digits = 0)
        => new(ValueKind.Timestamp, unixMicroseconds, scale: digits);

    /// <summary>The zero timestamp <c>0000-00-00 00:00:00</c>, which is no instant.</summary>
    public static DataValue FromZeroTimestamp(byte digits = 0) => new(ValueKind.Timestamp, 0, scale: digits, flags: ZeroTimestamp);

    /// <summary>One label of an ENUM.</summary>
    /// <param name="index">1-based; 0 is MySQL's error value, the empty label.</param>
    /// <param name="labels">All labels in order; null if neither the log nor the schema gives them.</param>
    public static DataValue FromEnum(int index, string[]? labels) => new(ValueKind.Enum, index, labels);

    /// <summary>The labels of a SET.</summary>
    /// <param name="mask">Bit n is label n, from 0.</param>
    /// <param name="labels">All labels in order; null if neither the log nor the schema gives them.</param>
    public static DataValue FromSet(ulong mask, string[]? labels) => new(ValueKind.Set, (long)mask, labels);

    /// <summary>A JSON document that is already text.</summary>
    public static DataValue FromJson(string text) => new(ValueKind.Json, 0, text ?? throw new ArgumentNullException(nameof(text)));

    /// <summary>A JSON document as a slice of the source's own bytes.</summary>
    /// <param name="buffer">The bytes, never written again.</param>
    /// <param name="offset">Start of the document.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="codec">Makes text of it; null if the bytes are UTF-8 JSON text.</param>
    public static DataValue FromJson(byte[] buffer, int offset, int length, ValueCodec? codec)
        => new(ValueKind.Json, offset, buffer, length, codec);

    /// <summary>A change of a JSON document that is already text; see <see cref="ValueKind.JsonPatch"/>.</summary>
    public static DataValue FromJsonPatch(string text)
        => new(ValueKind.JsonPatch, 0, text ?? throw new ArgumentNullException(nameof(text)));

    /// <summary>A change of a JSON document as a slice of the source's own bytes; see <see cref="ValueKind.JsonPatch"/>.</summary>
    /// <param name="buffer">The bytes, never written again.</param>
    /// <param name="offset">Start of the change.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="codec">Makes text of it.</param>
    public static DataValue FromJsonPatch(byte[] buffer, int offset, int length, ValueCodec codec)
        => new(ValueKind.JsonPatch, offset, buffer, length, codec ?? throw new ArgumentNullException(nameof(codec)));

    /// <summary>A geometry: four bytes of SRID (little-endian), then WKB.</summary>
    public static DataValue FromGeometry(byte[] buffer, int offset, int length) => new(ValueKind.Geometry, offset, buffer, length);

    /// <summary>A vector of little-endian 32-bit floating-point numbers.</summary>
    public static DataValue FromVector(byte[] buffer, int offset, int length) => new(ValueKind.Vector, offset, buffer, length);

    /// <summary>Returns the same value in memory of its own, so that it keeps nothing else in memory.</summary>
    public DataValue Detach() => _data is byte[] buffer
        ? new DataValue(Kind, 0, buffer.AsSpan((int)_bits, Length).ToArray(), Length,
            _codec is DocumentCodec codec ? codec.Detach() : _codec, StoredScale, Flags)
        : this;

    private int Length => (int)_rest;

    private byte StoredScale => (byte)(_rest >> 40);

    private ushort Flags => (ushort)(_rest >> 48);

    private ReadOnlySpan<byte> Slice => _data is byte[] buffer ? buffer.AsSpan((int)_bits, Length) : default;

    private InvalidCastException NotA(string wanted) => new(Kind switch
    {
        ValueKind.Absent => $"The field is absent from this row image, so it cannot be read as {wanted}: test IsAbsent first.",
        ValueKind.Null => $"The field is null, so it cannot be read as {wanted}: test IsNull first.",
        _ => $"A value of kind {Kind} cannot be read as {wanted}.",
    });
}
