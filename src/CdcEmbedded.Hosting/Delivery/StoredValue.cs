using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace CdcEmbedded.Hosting.Delivery;

/// <summary>One value as JSON with its exact type: an object of the kind and what the kind needs.</summary>
internal static class StoredValue
{
    private const string UndecodableKind = "Undecodable";

    /// <summary>The set of text whose bytes are no text in its column's set: they may be text in UTF-8, and must not be read
    /// as that.</summary>
    private static readonly Encoding _noText = Encoding.GetEncoding("us-ascii", EncoderFallback.ExceptionFallback,
        DecoderFallback.ExceptionFallback);

    /// <exception cref="NotSupportedException">Only the source can make such a value.</exception>
    public static void Write(Utf8JsonWriter writer, DataValue value)
    {
        writer.WriteStartObject();
        writer.WriteString("kind"u8, value.Kind.ToString());
        if (value.Scale > 0)
        {
            writer.WriteNumber("scale"u8, value.Scale);
        }

        WriteContent(writer, value);
        writer.WriteEndObject();
    }

    /// <summary>Writes why a value could not be decoded, in its place.</summary>
    public static void Write(Utf8JsonWriter writer, CdcProtocolException failure)
    {
        writer.WriteStartObject();
        writer.WriteString("kind"u8, UndecodableKind);
        writer.WriteString("error"u8, failure.Message);
        writer.WriteString("position"u8, failure.Position);
        if (failure is ValueDecodingException value)
        {
            writer.WriteString("database"u8, value.Database);
            writer.WriteString("table"u8, value.Table);
            writer.WriteString("column"u8, value.Column);
            writer.WriteString("type"u8, value.ServerType);
            writer.WriteBase64String("bytes"u8, value.RawBytes.Span);
            writer.WriteNumber("length"u8, value.RawLength);
        }

        writer.WriteEndObject();
    }

    /// <summary>Reads why a value could not be decoded; null if it could.</summary>
    public static ValueDecodingException? ReadFailure(JsonElement json) => Text(json, "kind") != UndecodableKind ? null
        : new ValueDecodingException(Text(json, "error"), json.GetProperty("position"u8).GetString())
        {
            Database = TextOrEmpty(json, "database"),
            Table = TextOrEmpty(json, "table"),
            Column = TextOrEmpty(json, "column"),
            ServerType = TextOrEmpty(json, "type"),
            RawBytes = json.TryGetProperty("bytes"u8, out var bytes) ? bytes.GetBytesFromBase64() : default,
            RawLength = json.TryGetProperty("length"u8, out var length) ? length.GetInt32() : 0,
        };

    public static DataValue Read(JsonElement json, IReadOnlyList<string>? labels)
    {
        var scale = (byte)(json.TryGetProperty("scale"u8, out var digits) ? digits.GetInt32() : 0);
        return Enum.Parse<ValueKind>(Text(json, "kind")) switch
        {
            ValueKind.Absent => DataValue.Absent,
            ValueKind.Null => DataValue.Null,
            ValueKind.Boolean => DataValue.FromBoolean(json.GetProperty("value"u8).GetBoolean()),
            ValueKind.Int64 => DataValue.FromInt64(json.GetProperty("value"u8).GetInt64()),
            ValueKind.UInt64 => DataValue.FromUInt64(json.GetProperty("value"u8).GetUInt64()),
            ValueKind.Single => DataValue.FromSingle(BitConverter.Int32BitsToSingle(json.GetProperty("value"u8).GetInt32())),
            ValueKind.Double => DataValue.FromDouble(BitConverter.Int64BitsToDouble(json.GetProperty("value"u8).GetInt64())),
            ValueKind.Decimal => DataValue.FromDecimal(
                new BigDecimal(BigInteger.Parse(Text(json, "value"), CultureInfo.InvariantCulture), scale)),
            ValueKind.Text => json.TryGetProperty("bytes"u8, out _) ? DataValue.FromText(Bytes(json), 0, Bytes(json).Length, _noText)
                : DataValue.FromText(Text(json, "value")),
            ValueKind.Binary => Binary(json),
            ValueKind.Date => ReadDate(json),
            ValueKind.DateTime => DataValue.FromDateTime(Calendar(json), scale),
            ValueKind.Time => DataValue.FromTime(json.GetProperty("value"u8).GetInt64(), scale),
            ValueKind.Timestamp => ReadTimestamp(json, scale),
            ValueKind.Enum => ReadEnum(json, labels),
            ValueKind.Set => ReadSet(json, labels),
            ValueKind.Json => DataValue.FromJson(Text(json, "value")),
            ValueKind.JsonPatch => DataValue.FromJsonPatch(Text(json, "value")),
            ValueKind.Geometry => DataValue.FromGeometry(Bytes(json), 0, Bytes(json).Length),
            ValueKind.Vector => DataValue.FromVector(Bytes(json), 0, Bytes(json).Length),
            ValueKind.ObjectId => DataValue.FromObjectId(Bytes(json), 0),
            ValueKind.Uuid => DataValue.FromUuid(Bytes(json), 0),
            ValueKind.Decimal128 => DataValue.FromDecimal128(Bytes(json), 0),
            var other => throw new NotSupportedException($"A value of kind {other} is not stored alone."),
        };
    }

    private static void WriteContent(Utf8JsonWriter writer, DataValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.Absent or ValueKind.Null:
                break;
            case ValueKind.Boolean:
                writer.WriteBoolean("value"u8, value.AsBoolean());
                break;
            case ValueKind.Int64:
                writer.WriteNumber("value"u8, value.AsInt64());
                break;
            case ValueKind.UInt64:
                writer.WriteNumber("value"u8, value.AsUInt64());
                break;
            case ValueKind.Single:
                writer.WriteNumber("value"u8, BitConverter.SingleToInt32Bits(value.AsSingle()));
                break;
            case ValueKind.Double:
                writer.WriteNumber("value"u8, BitConverter.DoubleToInt64Bits(value.AsDouble()));
                break;
            case ValueKind.Decimal:
                writer.WriteString("value"u8, WithScale(value.AsBigDecimal(), value.Scale).ToString(CultureInfo.InvariantCulture));
                break;
            case ValueKind.Text:
                WriteText(writer, value);
                break;
            case ValueKind.Json or ValueKind.JsonPatch:
                writer.WriteString("value"u8, value.AsString());
                break;
            case ValueKind.Time:
                writer.WriteNumber("value"u8, value.AsTimeSpan().Ticks / TimeSpan.TicksPerMicrosecond);
                break;
            case ValueKind.Date or ValueKind.DateTime:
                WriteCalendar(writer, value.AsCalendar());
                break;
            case ValueKind.Timestamp:
                WriteTimestamp(writer, value);
                break;
            case ValueKind.Enum or ValueKind.Set:
                WriteLabels(writer, value);
                break;
            case ValueKind.Binary or ValueKind.Geometry or ValueKind.Vector or ValueKind.ObjectId or ValueKind.Uuid
                or ValueKind.Decimal128:
                writer.WriteBase64String("bytes"u8, value.AsBytes().Span);
                if (value.BinarySubtype > 0)
                {
                    writer.WriteNumber("subtype"u8, value.BinarySubtype);
                }

                break;
            default:
                throw new NotSupportedException($"A value of kind {value.Kind} is not stored alone.");
        }
    }

    private static BigInteger WithScale(BigDecimal value, int scale) => value.Unscaled * BigInteger.Pow(10, scale - value.Scale);

    private static void WriteText(Utf8JsonWriter writer, DataValue value)
    {
        try
        {
            writer.WriteString("value"u8, value.AsString());
        }
        catch (CdcProtocolException)
        {
            // It is no text in its column's character set: its bytes are kept, and reading them as text fails again.
            writer.WriteBase64String("bytes"u8, value.AsBytes().Span);
        }
    }

    private static void WriteCalendar(Utf8JsonWriter writer, CalendarDateTime t)
    {
        writer.WriteStartArray("value"u8);
        foreach (var part in (int[])[t.Year, t.Month, t.Day, t.Hour, t.Minute, t.Second, t.Microsecond])
        {
            writer.WriteNumberValue(part);
        }

        writer.WriteEndArray();
    }

    private static CalendarDateTime Calendar(JsonElement json)
    {
        var parts = json.GetProperty("value"u8).EnumerateArray().Select(part => part.GetInt32()).ToArray();
        return new CalendarDateTime(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6]);
    }

    private static DataValue ReadDate(JsonElement json)
    {
        var date = Calendar(json);
        return DataValue.FromDate(date.Year, date.Month, date.Day);
    }

    private static void WriteTimestamp(Utf8JsonWriter writer, DataValue value)
    {
        long milliseconds;
        try
        {
            milliseconds = value.AsUnixMilliseconds();
        }
        catch (InvalidCastException)
        {
            writer.WriteNull("value"u8);
            return;
        }

        if (milliseconds < DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
            || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            writer.WriteNumber("milliseconds"u8, milliseconds);
            return;
        }

        writer.WriteNumber("value"u8, (value.AsDateTimeOffset() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
    }

    private static DataValue ReadTimestamp(JsonElement json, byte scale)
        => json.TryGetProperty("milliseconds"u8, out var far) ? DataValue.FromTimestampMilliseconds(far.GetInt64())
            : json.GetProperty("value"u8) is { ValueKind: JsonValueKind.Number } value ? DataValue.FromTimestamp(value.GetInt64(), scale)
            : DataValue.FromZeroTimestamp(scale);

    /// <summary>The number, and the labels of the value: those of the column, if the schema has them, are complete.</summary>
    private static void WriteLabels(Utf8JsonWriter writer, DataValue value)
    {
        writer.WriteNumber("value"u8, value.AsUInt64());
        string[] labels;
        try
        {
            labels = value.Kind == ValueKind.Set ? value.AsStrings() : [value.AsString()];
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidCastException or CdcException)
        {
            // The labels are unknown; the number is the value.
            return;
        }

        writer.WriteStartArray("labels"u8);
        foreach (var label in labels)
        {
            writer.WriteStringValue(label);
        }

        writer.WriteEndArray();
    }

    private static DataValue ReadEnum(JsonElement json, IReadOnlyList<string>? labels)
    {
        var index = json.GetProperty("value"u8).GetInt32();
        if (!json.TryGetProperty("labels"u8, out var own))
        {
            return DataValue.FromEnum(index, null);
        }

        var all = Labels(labels, index);
        if (index > 0)
        {
            all[index - 1] = own[0].GetString() ?? "";
        }

        return DataValue.FromEnum(index, all);
    }

    private static DataValue ReadSet(JsonElement json, IReadOnlyList<string>? labels)
    {
        var mask = json.GetProperty("value"u8).GetUInt64();
        if (!json.TryGetProperty("labels"u8, out var own))
        {
            return DataValue.FromSet(mask, null);
        }

        var all = Labels(labels, 64 - BitOperations.LeadingZeroCount(mask));
        var next = 0;
        for (var bit = 0; bit < all.Length && bit < 64; bit++)
        {
            if ((mask & (1UL << bit)) != 0)
            {
                all[bit] = own[next++].GetString() ?? "";
            }
        }

        return DataValue.FromSet(mask, all);
    }

    private static string[] Labels(IReadOnlyList<string>? known, int count)
    {
        var all = new string[Math.Max(count, known?.Count ?? 0)];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = known is not null && i < known.Count ? known[i] : "";
        }

        return all;
    }

    private static DataValue Binary(JsonElement json)
    {
        var bytes = Bytes(json);
        return json.TryGetProperty("subtype"u8, out var subtype)
            ? DataValue.FromBinarySubtype(bytes, 0, bytes.Length, subtype.GetByte())
            : DataValue.FromBinary(bytes, 0, bytes.Length);
    }

    private static byte[] Bytes(JsonElement json) => json.GetProperty("bytes"u8).GetBytesFromBase64();

    private static string TextOrEmpty(JsonElement json, string name)
        => json.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";
}
