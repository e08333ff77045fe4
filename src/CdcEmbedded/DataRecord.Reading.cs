using System.Diagnostics.CodeAnalysis;
using CdcEmbedded.Rows;
using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <content>Fields by name as CLR types, with errors that name the column. The methods that end in OrNull return null for null, and for a
/// field that a document does not have; a column that is absent from a row image is an error, because nothing is known about it.</content>
public readonly partial struct DataRecord
{
    /// <summary>Reads a truth value.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    public bool GetBoolean(string name) => Get<bool, Exact.Boolean>(name);

    /// <summary>Reads a truth value that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    public bool? GetBooleanOrNull(string name) => TryGet<bool, Exact.Boolean>(name, out var value) ? value : null;

    /// <summary>Reads an integer.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    public int GetInt32(string name) => Get<int, Exact.Int32>(name);

    /// <summary>Reads an integer that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    public int? GetInt32OrNull(string name) => TryGet<int, Exact.Int32>(name, out var value) ? value : null;

    /// <summary>Reads an integer.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    public long GetInt64(string name) => Get<long, Exact.Int64>(name);

    /// <summary>Reads an integer that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    public long? GetInt64OrNull(string name) => TryGet<long, Exact.Int64>(name, out var value) ? value : null;

    /// <summary>Reads an integer.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    public ulong GetUInt64(string name) => Get<ulong, Exact.UInt64>(name);

    /// <summary>Reads an integer that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    public ulong? GetUInt64OrNull(string name) => TryGet<ulong, Exact.UInt64>(name, out var value) ? value : null;

    /// <summary>Reads a 32-bit floating-point number.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    public float GetSingle(string name) => Get<float, Exact.Single>(name);

    /// <summary>Reads a 32-bit floating-point number that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    public float? GetSingleOrNull(string name) => TryGet<float, Exact.Single>(name, out var value) ? value : null;

    /// <summary>Reads a 64-bit floating-point number.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    public double GetDouble(string name) => Get<double, Exact.Double>(name);

    /// <summary>Reads a 64-bit floating-point number that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    public double? GetDoubleOrNull(string name) => TryGet<double, Exact.Double>(name, out var value) ? value : null;

    /// <summary>Reads a decimal.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    public decimal GetDecimal(string name) => Get<decimal, Exact.Decimal>(name);

    /// <summary>Reads a decimal that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    public decimal? GetDecimalOrNull(string name) => TryGet<decimal, Exact.Decimal>(name, out var value) ? value : null;

    /// <summary>Reads a decimal of any width.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    public BigDecimal GetBigDecimal(string name) => Get<BigDecimal, Exact.BigDecimalValue>(name);

    /// <summary>Reads a decimal of any width that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    public BigDecimal? GetBigDecimalOrNull(string name) => TryGet<BigDecimal, Exact.BigDecimalValue>(name, out var value) ? value : null;

    /// <summary>Reads text.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    public string GetString(string name) => Get<string, Exact.Text>(name);

    /// <summary>Reads text that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    public string? GetStringOrNull(string name) => TryGet<string, Exact.Text>(name, out var value) ? value : null;

    /// <summary>Reads bytes.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    public byte[] GetBytes(string name) => Get<byte[], Exact.Bytes>(name);

    /// <summary>Reads bytes that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    public byte[]? GetBytesOrNull(string name) => TryGet<byte[], Exact.Bytes>(name, out var value) ? value : null;

    /// <summary>Reads a date.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    public DateOnly GetDate(string name) => Get<DateOnly, Exact.Date>(name);

    /// <summary>Reads a date that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    public DateOnly? GetDateOrNull(string name) => TryGet<DateOnly, Exact.Date>(name, out var value) ? value : null;

    /// <summary>Reads a duration.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    public TimeSpan GetTimeSpan(string name) => Get<TimeSpan, Exact.Duration>(name);

    /// <summary>Reads a duration that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    public TimeSpan? GetTimeSpanOrNull(string name) => TryGet<TimeSpan, Exact.Duration>(name, out var value) ? value : null;

    /// <summary>Reads a date and time.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    public DateTime GetDateTime(string name) => Get<DateTime, Exact.LocalTime>(name);

    /// <summary>Reads a date and time that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    public DateTime? GetDateTimeOrNull(string name) => TryGet<DateTime, Exact.LocalTime>(name, out var value) ? value : null;

    /// <summary>Reads an instant.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    public DateTimeOffset GetDateTimeOffset(string name) => Get<DateTimeOffset, Exact.Instant>(name);

    /// <summary>Reads an instant that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    public DateTimeOffset? GetDateTimeOffsetOrNull(string name)
        => TryGet<DateTimeOffset, Exact.Instant>(name, out var value) ? value : null;

    /// <summary>Reads a UUID.</summary>
    /// <exception cref="DataConversionException">It is null or absent, or does not convert exactly.</exception>
    public Guid GetGuid(string name) => Get<Guid, Exact.Uuid>(name);

    /// <summary>Reads a UUID that may be null.</summary>
    /// <exception cref="DataConversionException">It is absent from the row image, or does not convert exactly.</exception>
    public Guid? GetGuidOrNull(string name) => TryGet<Guid, Exact.Uuid>(name, out var value) ? value : null;

    /// <summary>Gets the UTF-8 bytes of text without a copy.</summary>
    /// <returns>False if it is not text in UTF-8 (or its subset ASCII), is null or absent, or there is no such column.</returns>
    /// <exception cref="InvalidOperationException">There is no record: test <see cref="HasValue"/>.</exception>
    public bool TryGetUtf8(string name, out ReadOnlySpan<byte> utf8)
    {
        if (TryIndex(name, out var set, out var index) && set.TryReadUtf8(_record, index, out utf8))
        {
            return true;
        }

        utf8 = default;
        return Set.TryGetValue(_record, name, out var value) && value.TryGetUtf8(out utf8);
    }

    internal bool TryFind(string name, out DataValue value)
    {
        value = default;
        return _set is { } set && set.TryGetValue(_record, name, out value);
    }

    // The fields of documents are found by walking, which must happen once: their sets read them as values.
    private bool TryIndex(string name, [NotNullWhen(true)] out RecordSet? set, out int index)
    {
        set = _set;
        index = set?.Schema is null ? -1 : set.IndexOf(_record, name);
        return index >= 0;
    }

    private T Get<T, TExact>(string name)
        where TExact : struct, IExact<T>
        => TryIndex(name, out var set, out var index) && TExact.TryRead(set, _record, index, out var result) ? result
            : FieldReading.Get<T, TExact>(FieldReading.Find(this, name, TExact.TypeName), this, name);

    private bool TryGet<T, TExact>(string name, [MaybeNullWhen(false)] out T value)
        where TExact : struct, IExact<T>
        => (TryIndex(name, out var set, out var index) && TExact.TryRead(set, _record, index, out value))
            || FieldReading.TryGet<T, TExact>(FieldReading.Find(this, name, TExact.TypeName), this, name, out value);
}
