using System.Globalization;
using System.Text;
using CdcEmbedded.Formats;
using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <content>How a value is written as UTF-8 without an intermediate string, for serializers.</content>
public readonly partial struct DataValue
{
    /// <summary>Enough bytes for every date, time, date-time and timestamp, including impossible ones, and for a decimal
    /// of 96 bits.</summary>
    internal const int MaxFormattedBytes = 48;

    /// <summary>True if a date, date-time or timestamp is zero or lacks its month or day, so that no calendar has it.</summary>
    internal bool IsPartialDate => Kind == ValueKind.Timestamp
        ? (Flags & ZeroTimestamp) != 0
        : new CalendarDateTime(_bits).IsPartial;

    /// <summary>Writes a date: <c>YYYY-MM-DD</c>.</summary>
    /// <param name="destination">At least <see cref="MaxFormattedBytes"/>.</param>
    /// <returns>Number of bytes written.</returns>
    internal int FormatDate(Span<byte> destination) => CalendarDigits.WriteDate(destination, AsCalendar());

    /// <summary>Writes a date-time or timestamp with the column's number of fraction digits.</summary>
    /// <param name="destination">At least <see cref="MaxFormattedBytes"/>.</param>
    /// <param name="separator">The character between date and time.</param>
    /// <returns>Number of bytes written.</returns>
    internal int FormatDateTime(Span<byte> destination, byte separator)
        => CalendarDigits.WriteDateTime(destination, AsCalendar(), separator, StoredScale);

    /// <summary>Writes a duration: <c>[-]HH:MM:SS[.ffffff]</c> with the column's number of fraction digits.</summary>
    /// <param name="destination">At least <see cref="MaxFormattedBytes"/>.</param>
    /// <returns>Number of bytes written.</returns>
    internal int FormatTime(Span<byte> destination) => CalendarDigits.WriteDuration(destination, _bits, StoredScale);

    /// <summary>Writes a decimal as MySQL prints it.</summary>
    /// <param name="destination">At least <see cref="MaxFormattedBytes"/>.</param>
    /// <returns>Number of bytes written; -1 if the decimal is wider than <see cref="decimal"/>: use <see cref="ToString"/> then.</returns>
    internal int FormatDecimal(Span<byte> destination) => _data is not null ? -1
        : Kind == ValueKind.Decimal && Length == 0 && StoredScale <= 28 && (_bits != 0 || (Flags & Negative) == 0)
            ? DecimalDigits.Write(destination, (ulong)_bits, StoredScale, (Flags & Negative) != 0)
        : AsDecimal().TryFormat(destination, out var written, default, CultureInfo.InvariantCulture) ? written
        : -1;

    /// <summary>Gets the bytes and the encoding of a text value that is not UTF-8.</summary>
    internal bool TryGetEncoded(out ReadOnlySpan<byte> bytes, out Encoding encoding)
    {
        bytes = Slice;
        encoding = _codec as Encoding ?? StrictUtf8;
        return Kind == ValueKind.Text && _codec is Encoding && _data is byte[];
    }

    /// <summary>Gets the UTF-8 bytes of a JSON value that the source stores as text.</summary>
    internal bool TryGetJsonUtf8(out ReadOnlySpan<byte> utf8)
    {
        utf8 = Slice;
        return Kind == ValueKind.Json && _codec is null && _data is byte[];
    }

    /// <summary>True if the value is text, JSON text included, as bytes that are decoded when they are read.</summary>
    internal bool IsUndecodedText => _data is byte[] && (Kind == ValueKind.Text || (Kind == ValueKind.Json && _codec is null));

    /// <summary>True if a JSON value's text comes from a codec, which writes valid JSON on one line.</summary>
    internal bool IsJsonOfCodec => _codec is ValueCodec;

    /// <summary>Gets the labels of an ENUM or SET column, if they are known and contain the value.</summary>
    internal bool TryGetLabels(out string[] labels)
    {
        labels = _data as string[] ?? [];
        return _data is string[] && Kind switch
        {
            ValueKind.Enum => (ulong)_bits <= (ulong)labels.Length,
            ValueKind.Set => labels.Length >= 64 || (ulong)_bits >> labels.Length == 0,
            _ => false,
        };
    }
}
