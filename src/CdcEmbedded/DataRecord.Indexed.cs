using System.Diagnostics.CodeAnalysis;
using CdcEmbedded.Rows;

namespace CdcEmbedded;

/// <content>Fields by index as CLR types: the same as by name, and the fastest way to read, because a source goes from its bytes
/// straight to the type. Of a row the index is that of the column in its <see cref="Schema"/>.</content>
public readonly partial struct DataRecord
{
    /// <summary>Reads a truth value.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public bool GetBoolean(int index) => Get<bool, Exact.Boolean>(index);

    /// <summary>Reads a truth value that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public bool? GetBooleanOrNull(int index) => TryGet<bool, Exact.Boolean>(index, out var value) ? value : null;

    /// <summary>Reads an integer.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public int GetInt32(int index) => Get<int, Exact.Int32>(index);

    /// <summary>Reads an integer that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public int? GetInt32OrNull(int index) => TryGet<int, Exact.Int32>(index, out var value) ? value : null;

    /// <summary>Reads an integer.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public long GetInt64(int index) => Get<long, Exact.Int64>(index);

    /// <summary>Reads an integer that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public long? GetInt64OrNull(int index) => TryGet<long, Exact.Int64>(index, out var value) ? value : null;

    /// <summary>Reads an integer.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public ulong GetUInt64(int index) => Get<ulong, Exact.UInt64>(index);

    /// <summary>Reads an integer that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public ulong? GetUInt64OrNull(int index) => TryGet<ulong, Exact.UInt64>(index, out var value) ? value : null;

    /// <summary>Reads a 32-bit floating-point number.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public float GetSingle(int index) => Get<float, Exact.Single>(index);

    /// <summary>Reads a 32-bit floating-point number that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public float? GetSingleOrNull(int index) => TryGet<float, Exact.Single>(index, out var value) ? value : null;

    /// <summary>Reads a 64-bit floating-point number.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public double GetDouble(int index) => Get<double, Exact.Double>(index);

    /// <summary>Reads a 64-bit floating-point number that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public double? GetDoubleOrNull(int index) => TryGet<double, Exact.Double>(index, out var value) ? value : null;

    /// <summary>Reads a decimal.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public decimal GetDecimal(int index) => Get<decimal, Exact.Decimal>(index);

    /// <summary>Reads a decimal that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public decimal? GetDecimalOrNull(int index) => TryGet<decimal, Exact.Decimal>(index, out var value) ? value : null;

    /// <summary>Reads a decimal of any width.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public BigDecimal GetBigDecimal(int index) => Get<BigDecimal, Exact.BigDecimalValue>(index);

    /// <summary>Reads a decimal of any width that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public BigDecimal? GetBigDecimalOrNull(int index) => TryGet<BigDecimal, Exact.BigDecimalValue>(index, out var value) ? value : null;

    /// <summary>Reads text.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public string GetString(int index) => Get<string, Exact.Text>(index);

    /// <summary>Reads text that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public string? GetStringOrNull(int index) => TryGet<string, Exact.Text>(index, out var value) ? value : null;

    /// <summary>Reads bytes.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public byte[] GetBytes(int index) => Get<byte[], Exact.Bytes>(index);

    /// <summary>Reads bytes that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public byte[]? GetBytesOrNull(int index) => TryGet<byte[], Exact.Bytes>(index, out var value) ? value : null;

    /// <summary>Reads a date.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public DateOnly GetDate(int index) => Get<DateOnly, Exact.Date>(index);

    /// <summary>Reads a date that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public DateOnly? GetDateOrNull(int index) => TryGet<DateOnly, Exact.Date>(index, out var value) ? value : null;

    /// <summary>Reads a duration.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public TimeSpan GetTimeSpan(int index) => Get<TimeSpan, Exact.Duration>(index);

    /// <summary>Reads a duration that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public TimeSpan? GetTimeSpanOrNull(int index) => TryGet<TimeSpan, Exact.Duration>(index, out var value) ? value : null;

    /// <summary>Reads a date and time.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public DateTime GetDateTime(int index) => Get<DateTime, Exact.LocalTime>(index);

    /// <summary>Reads a date and time that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public DateTime? GetDateTimeOrNull(int index) => TryGet<DateTime, Exact.LocalTime>(index, out var value) ? value : null;

    /// <summary>Reads an instant.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public DateTimeOffset GetDateTimeOffset(int index) => Get<DateTimeOffset, Exact.Instant>(index);

    /// <summary>Reads an instant that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public DateTimeOffset? GetDateTimeOffsetOrNull(int index)
        => TryGet<DateTimeOffset, Exact.Instant>(index, out var value) ? value : null;

    /// <summary>Reads a UUID.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public Guid GetGuid(int index) => Get<Guid, Exact.Uuid>(index);

    /// <summary>Reads a UUID that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    public Guid? GetGuidOrNull(int index) => TryGet<Guid, Exact.Uuid>(index, out var value) ? value : null;

    /// <summary>Gets the UTF-8 bytes of text without a copy.</summary>
    /// <returns>False if it is not text in UTF-8 (or its subset ASCII), or is null or absent.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such field.</exception>
    /// <exception cref="InvalidOperationException">There is no record: test <see cref="HasValue"/>.</exception>
    public bool TryGetUtf8(int index, out ReadOnlySpan<byte> utf8)
        => Set.TryReadUtf8(_record, index, out utf8) || this[index].TryGetUtf8(out utf8);

    private T Get<T, TExact>(int index)
        where TExact : struct, IExact<T>
        => TExact.TryRead(Set, _record, index, out var result) ? result : FieldReading.Get<T, TExact>(this, index);

    private bool TryGet<T, TExact>(int index, [MaybeNullWhen(false)] out T value)
        where TExact : struct, IExact<T>
        => TExact.TryRead(Set, _record, index, out value) || FieldReading.TryGet<T, TExact>(this, index, out value);
}
