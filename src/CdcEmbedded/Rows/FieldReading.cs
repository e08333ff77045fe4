using System.Diagnostics.CodeAnalysis;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Rows;

/// <summary>Reads a field as a CLR type and says which column fails.</summary>
internal static class FieldReading
{
    /// <summary>Gets a field by its name.</summary>
    /// <exception cref="DataConversionException">The table has no such column.</exception>
    /// <exception cref="InvalidOperationException">There is no record.</exception>
    public static DataValue Find(DataRecord record, string name, string typeName)
    {
        if (!record.HasValue)
        {
            throw new InvalidOperationException($"There is no record to read '{name}' from: test HasValue first.");
        }

        return record.TryFind(name, out var value) || record.Schema is null ? value : throw NoColumn(record, name, typeName);
    }

    /// <summary>Converts a value that must be there.</summary>
    public static T Get<T, TExact>(in DataValue value, DataRecord record, string name)
        where TExact : struct, IExact<T>
    {
        if (value.Kind <= ValueKind.Null || !TryConvert<T, TExact>(value, record, name, out var result))
        {
            Fail(value, record, name, TExact.TypeName);
            return default!;
        }

        return result;
    }

    // A value knows neither its column nor its row.
    private static bool TryConvert<T, TExact>(in DataValue value, DataRecord record, string name, out T result)
        where TExact : struct, IExact<T>
    {
        try
        {
            return TExact.TryConvert(value, out result);
        }
        catch (CdcProtocolException e)
        {
            throw DecodingFailure.Of(record, name, e);
        }
    }

    /// <summary>Converts a value that may be null: true if it is not. A field that a document does not have is null too; of a row image
    /// without a column nothing is known.</summary>
    public static bool TryGet<T, TExact>(in DataValue value, DataRecord record, string name, [MaybeNullWhen(false)] out T result)
        where TExact : struct, IExact<T>
    {
        if (IsNull(value, record))
        {
            result = default;
            return false;
        }

        result = Get<T, TExact>(value, record, name);
        return true;
    }

    /// <summary>Converts a value that must be there, by its index.</summary>
    public static T Get<T, TExact>(DataRecord record, int index)
        where TExact : struct, IExact<T>
    {
        var value = record[index];
        return value.Kind > ValueKind.Null && TryConvert<T, TExact>(value, record, index, out var result) ? result
            : Get<T, TExact>(value, record, record.GetName(index));
    }

    /// <summary>Converts a value that may be null, by its index.</summary>
    public static bool TryGet<T, TExact>(DataRecord record, int index, [MaybeNullWhen(false)] out T result)
        where TExact : struct, IExact<T>
    {
        var value = record[index];
        if (IsNull(value, record))
        {
            result = default;
            return false;
        }

        result = value.Kind > ValueKind.Null && TryConvert<T, TExact>(value, record, index, out var converted) ? converted
            : Get<T, TExact>(value, record, record.GetName(index));
        return true;
    }

    private static bool TryConvert<T, TExact>(in DataValue value, DataRecord record, int index, out T result)
        where TExact : struct, IExact<T>
    {
        try
        {
            return TExact.TryConvert(value, out result);
        }
        catch (CdcProtocolException e)
        {
            throw DecodingFailure.Of(record, record.GetName(index), e);
        }
    }

    public static bool IsNull(in DataValue value, DataRecord record) => value.IsNull || (value.IsAbsent && record.Schema is null);

    public static DataConversionException NoColumn(DataRecord record, string name, string typeName)
    {
        var schema = record.Schema;
        return new DataConversionException(
            $"{schema?.FullName} has no column '{name}' to read as {typeName}; it has {schema?.ColumnNames}. Name the column with "
                + $"[Column], or declare the property MaybeAbsent<{typeName}>.",
            schema?.FullName ?? "", name, typeName, null);
    }

    [DoesNotReturn]
    public static void Fail(in DataValue value, DataRecord record, string name, string typeName)
    {
        var table = record.Schema?.FullName ?? "";
        var column = table.Length > 0 ? $"Column '{name}' of {table}" : $"Field '{name}'";
        throw new DataConversionException($"{column} {Reason(value, typeName)}", table, name, typeName, value.Kind)
        {
            Position = record.Records?.GetPosition(record.Number),
        };
    }

    private static string Reason(in DataValue value, string typeName) => value.Kind switch
    {
        ValueKind.Absent => $"is absent: the log does not contain it. Log whole rows (MySQL: binlog_row_image=FULL), or declare it "
            + $"MaybeAbsent<{typeName}>.",
        ValueKind.Null => $"is null, and {typeName} has no null: declare it {typeName}?.",
        ValueKind.JsonPatch => "holds a change of a JSON document without the document: log whole documents (MySQL: binlog_row_image="
            + "FULL), or declare it DataValue.",
        ValueKind.Enum or ValueKind.Set when !value.TryGetLabels(out _) && typeName is not ("long" or "ulong" or "int") =>
            $"holds a number of an {value.Kind} whose labels are unknown: set binlog_row_metadata=FULL on the server, or declare it ulong.",
        _ => $"holds a value of kind {value.Kind} that is no {typeName} without loss: declare it {Fitting(value, typeName)}.",
    };

    /// <summary>The type that takes every value of a kind.</summary>
    private static string Fitting(in DataValue value, string typeName) => value.Kind switch
    {
        ValueKind.Boolean => "bool",
        ValueKind.Int64 => "long",
        ValueKind.UInt64 => "ulong",
        ValueKind.Single => "float",
        ValueKind.Double => "double",
        ValueKind.Decimal when typeName == "decimal" => "BigDecimal",
        ValueKind.Decimal => "decimal, or BigDecimal if it has more than 28 digits",
        ValueKind.Text => "string",
        ValueKind.Binary when typeName == "Guid" => "byte[], and make the Guid with the byte order in which it was written",
        ValueKind.Binary or ValueKind.Geometry => "byte[]",
        ValueKind.Date or ValueKind.DateTime when typeName is "DateOnly" or "DateTime" => "CalendarDateTime, which holds zero, partial and "
            + "impossible dates too",
        ValueKind.Date => "DateOnly",
        ValueKind.DateTime => "DateTime",
        ValueKind.Time => "TimeSpan",
        ValueKind.Timestamp when typeName is "DateTimeOffset" or "DateTime" => "DataValue, and read it with AsCalendar() (the zero "
            + "timestamp) or AsUnixMilliseconds() (a year after 9999)",
        ValueKind.Timestamp => "DateTimeOffset",
        ValueKind.Enum => "string, or an enum with a member for each label",
        ValueKind.Set => "string[]",
        ValueKind.Json => "JsonElement or string",
        ValueKind.Vector => "float[]",
        ValueKind.Document => "a [CdcRow] type, DataRecord or JsonElement",
        ValueKind.Array => "JsonElement or DataValue",
        ValueKind.ObjectId => "string",
        ValueKind.Uuid => "Guid",
        _ => "DataValue",
    };
}
