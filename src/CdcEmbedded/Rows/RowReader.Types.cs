using System.Text.Json;

namespace CdcEmbedded.Rows;

/// <content>One pair of methods for each type.</content>
public readonly partial struct RowReader
{
    /// <summary>Reads a truth value.</summary>
    public bool Boolean(int slot) => Get<bool, Exact.Boolean>(slot);

    /// <summary>Reads a truth value that may be null.</summary>
    public bool? BooleanOrNull(int slot) => TryGet<bool, Exact.Boolean>(slot, out var value) ? value : null;

    /// <summary>Reads an integer.</summary>
    public sbyte SByte(int slot) => Get<sbyte, Exact.SByte>(slot);

    /// <summary>Reads an integer that may be null.</summary>
    public sbyte? SByteOrNull(int slot) => TryGet<sbyte, Exact.SByte>(slot, out var value) ? value : null;

    /// <summary>Reads an integer.</summary>
    public byte Byte(int slot) => Get<byte, Exact.Byte>(slot);

    /// <summary>Reads an integer that may be null.</summary>
    public byte? ByteOrNull(int slot) => TryGet<byte, Exact.Byte>(slot, out var value) ? value : null;

    /// <summary>Reads an integer.</summary>
    public short Int16(int slot) => Get<short, Exact.Int16>(slot);

    /// <summary>Reads an integer that may be null.</summary>
    public short? Int16OrNull(int slot) => TryGet<short, Exact.Int16>(slot, out var value) ? value : null;

    /// <summary>Reads an integer.</summary>
    public ushort UInt16(int slot) => Get<ushort, Exact.UInt16>(slot);

    /// <summary>Reads an integer that may be null.</summary>
    public ushort? UInt16OrNull(int slot) => TryGet<ushort, Exact.UInt16>(slot, out var value) ? value : null;

    /// <summary>Reads an integer.</summary>
    public int Int32(int slot) => Get<int, Exact.Int32>(slot);

    /// <summary>Reads an integer that may be null.</summary>
    public int? Int32OrNull(int slot) => TryGet<int, Exact.Int32>(slot, out var value) ? value : null;

    /// <summary>Reads an integer.</summary>
    public uint UInt32(int slot) => Get<uint, Exact.UInt32>(slot);

    /// <summary>Reads an integer that may be null.</summary>
    public uint? UInt32OrNull(int slot) => TryGet<uint, Exact.UInt32>(slot, out var value) ? value : null;

    /// <summary>Reads an integer.</summary>
    public long Int64(int slot) => Get<long, Exact.Int64>(slot);

    /// <summary>Reads an integer that may be null.</summary>
    public long? Int64OrNull(int slot) => TryGet<long, Exact.Int64>(slot, out var value) ? value : null;

    /// <summary>Reads an integer.</summary>
    public ulong UInt64(int slot) => Get<ulong, Exact.UInt64>(slot);

    /// <summary>Reads an integer that may be null.</summary>
    public ulong? UInt64OrNull(int slot) => TryGet<ulong, Exact.UInt64>(slot, out var value) ? value : null;

    /// <summary>Reads a 32-bit floating-point number.</summary>
    public float Single(int slot) => Get<float, Exact.Single>(slot);

    /// <summary>Reads a 32-bit floating-point number that may be null.</summary>
    public float? SingleOrNull(int slot) => TryGet<float, Exact.Single>(slot, out var value) ? value : null;

    /// <summary>Reads a 64-bit floating-point number.</summary>
    public double Double(int slot) => Get<double, Exact.Double>(slot);

    /// <summary>Reads a 64-bit floating-point number that may be null.</summary>
    public double? DoubleOrNull(int slot) => TryGet<double, Exact.Double>(slot, out var value) ? value : null;

    /// <summary>Reads a decimal.</summary>
    public decimal Decimal(int slot) => Get<decimal, Exact.Decimal>(slot);

    /// <summary>Reads a decimal that may be null.</summary>
    public decimal? DecimalOrNull(int slot) => TryGet<decimal, Exact.Decimal>(slot, out var value) ? value : null;

    /// <summary>Reads a decimal of any width.</summary>
    public BigDecimal BigDecimal(int slot) => Get<BigDecimal, Exact.BigDecimalValue>(slot);

    /// <summary>Reads a decimal of any width that may be null.</summary>
    public BigDecimal? BigDecimalOrNull(int slot) => TryGet<BigDecimal, Exact.BigDecimalValue>(slot, out var value) ? value : null;

    /// <summary>Reads text.</summary>
    public string String(int slot) => Get<string, Exact.Text>(slot);

    /// <summary>Reads text that may be null.</summary>
    public string? StringOrNull(int slot) => TryGet<string, Exact.Text>(slot, out var value) ? value : null;

    /// <summary>Reads bytes.</summary>
    public byte[] Bytes(int slot) => Get<byte[], Exact.Bytes>(slot);

    /// <summary>Reads bytes that may be null.</summary>
    public byte[]? BytesOrNull(int slot) => TryGet<byte[], Exact.Bytes>(slot, out var value) ? value : null;

    /// <summary>Reads a date.</summary>
    public DateOnly Date(int slot) => Get<DateOnly, Exact.Date>(slot);

    /// <summary>Reads a date that may be null.</summary>
    public DateOnly? DateOrNull(int slot) => TryGet<DateOnly, Exact.Date>(slot, out var value) ? value : null;

    /// <summary>Reads a time of day.</summary>
    public TimeOnly TimeOfDay(int slot) => Get<TimeOnly, Exact.TimeOfDay>(slot);

    /// <summary>Reads a time of day that may be null.</summary>
    public TimeOnly? TimeOfDayOrNull(int slot) => TryGet<TimeOnly, Exact.TimeOfDay>(slot, out var value) ? value : null;

    /// <summary>Reads a duration.</summary>
    public TimeSpan TimeSpan(int slot) => Get<TimeSpan, Exact.Duration>(slot);

    /// <summary>Reads a duration that may be null.</summary>
    public TimeSpan? TimeSpanOrNull(int slot) => TryGet<TimeSpan, Exact.Duration>(slot, out var value) ? value : null;

    /// <summary>Reads a date and time.</summary>
    public DateTime DateTime(int slot) => Get<DateTime, Exact.LocalTime>(slot);

    /// <summary>Reads a date and time that may be null.</summary>
    public DateTime? DateTimeOrNull(int slot) => TryGet<DateTime, Exact.LocalTime>(slot, out var value) ? value : null;

    /// <summary>Reads an instant.</summary>
    public DateTimeOffset DateTimeOffset(int slot) => Get<DateTimeOffset, Exact.Instant>(slot);

    /// <summary>Reads an instant that may be null.</summary>
    public DateTimeOffset? DateTimeOffsetOrNull(int slot) => TryGet<DateTimeOffset, Exact.Instant>(slot, out var value) ? value : null;

    /// <summary>Reads a date, possibly zero or partial.</summary>
    public CalendarDateTime Calendar(int slot) => Get<CalendarDateTime, Exact.Calendar>(slot);

    /// <summary>Reads a date, possibly zero or partial that may be null.</summary>
    public CalendarDateTime? CalendarOrNull(int slot) => TryGet<CalendarDateTime, Exact.Calendar>(slot, out var value) ? value : null;

    /// <summary>Reads a UUID.</summary>
    public Guid Guid(int slot) => Get<Guid, Exact.Uuid>(slot);

    /// <summary>Reads a UUID that may be null.</summary>
    public Guid? GuidOrNull(int slot) => TryGet<Guid, Exact.Uuid>(slot, out var value) ? value : null;

    /// <summary>Reads a JSON document.</summary>
    public JsonElement Json(int slot) => Get<JsonElement, Exact.Json>(slot);

    /// <summary>Reads a JSON document that may be null.</summary>
    public JsonElement? JsonOrNull(int slot) => TryGet<JsonElement, Exact.Json>(slot, out var value) ? value : null;

    /// <summary>Reads labels of a SET, or an array of texts.</summary>
    public string[] Strings(int slot) => Get<string[], Exact.Labels>(slot);

    /// <summary>Reads labels of a SET, or an array of texts that may be null.</summary>
    public string[]? StringsOrNull(int slot) => TryGet<string[], Exact.Labels>(slot, out var value) ? value : null;

    /// <summary>Reads a vector.</summary>
    public float[] Vector(int slot) => Get<float[], Exact.Vector>(slot);

    /// <summary>Reads a vector that may be null.</summary>
    public float[]? VectorOrNull(int slot) => TryGet<float[], Exact.Vector>(slot, out var value) ? value : null;
}
