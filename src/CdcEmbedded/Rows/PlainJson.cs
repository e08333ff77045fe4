using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CdcEmbedded.Rows;

/// <summary>A record as the JSON that serializers expect of objects: no marks, numbers as numbers.</summary>
internal static class PlainJson
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    public static T Read<T>(DataRecord record, JsonTypeInfo<T> typeInfo)
    {
        // Taken while it is in use: a converter of the contract may read another record.
        var buffer = s_buffer ?? new ArrayBufferWriter<byte>(1024);
        s_buffer = null;
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            Write(writer, record);
        }

        try
        {
            return JsonSerializer.Deserialize(buffer.WrittenSpan, typeInfo) ?? throw NotAn(record, "", typeof(T).Name, null);
        }
        catch (JsonException e)
        {
            throw NotAn(record, Column(e.Path), typeof(T).Name, e);
        }
        finally
        {
            buffer.ResetWrittenCount();
            s_buffer = buffer.Capacity <= 1024 * 1024 ? buffer : null;
        }
    }

    private static DataConversionException NotAn(DataRecord record, string column, string type, JsonException? cause)
    {
        var table = record.Schema?.FullName ?? "";
        var kind = column.Length > 0 && record.TryFind(column, out var value) ? value.Kind : (ValueKind?)null;
        var place = column.Length > 0
            ? $"Column '{column}'{(table.Length > 0 ? " of " + table : "")}, of kind {kind?.ToString() ?? "unknown"},"
            : table.Length > 0 ? $"A row of {table}" : "A document";

        // A property that is required and absent is named by the serializer only.
        var why = column.Length == 0 && cause is not null ? ": " + cause.Message : ". Change the property's type, or give it a converter";
        return new DataConversionException($"{place} does not fit the JSON contract of {type}{why}.", table, column, type, kind);
    }

    // $.name, $.name.inner, $['na.me']
    private static string Column(string? path)
    {
        if (path is not { Length: > 2 })
        {
            return "";
        }

        if (path.StartsWith("$['", StringComparison.Ordinal))
        {
            var end = path.IndexOf("']", StringComparison.Ordinal);
            return end > 0 ? path[3..end] : "";
        }

        var rest = path[2..];
        var stop = rest.AsSpan().IndexOfAny('.', '[');
        return stop < 0 ? rest : rest[..stop];
    }

    private static void Write(Utf8JsonWriter writer, DataRecord record)
    {
        writer.WriteStartObject();
        foreach (var field in record)
        {
            if (!field.Value.IsAbsent)
            {
                writer.WritePropertyName(field.Name);
                Write(writer, field.Value);
            }
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, DataValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.Decimal or ValueKind.Decimal128:
                WriteDecimal(writer, value);
                break;
            case ValueKind.Time:
                writer.WriteStringValue(value.AsTimeSpan().ToString("c"));
                break;
            case ValueKind.Set when value.TryGetLabels(out _):
                WriteTexts(writer, value.AsStrings());
                break;
            case ValueKind.Document:
                Write(writer, value.AsRecord());
                break;
            case ValueKind.Array:
                WriteValues(writer, value.AsValues());
                break;
            case ValueKind.Geometry:
                writer.WriteBase64StringValue(value.AsBytes().Span);
                break;
            default:
                Formats.ValueJson.Write(writer, value);
                break;
        }
    }

    private static void WriteDecimal(Utf8JsonWriter writer, DataValue value)
    {
        var text = value.ToString();
        if (text is "NaN" or "Infinity" or "-Infinity")
        {
            writer.WriteStringValue(text);
        }
        else
        {
            writer.WriteRawValue(Encoding.ASCII.GetBytes(text), skipInputValidation: true);
        }
    }

    private static void WriteTexts(Utf8JsonWriter writer, string[] texts)
    {
        writer.WriteStartArray();
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    private static void WriteValues(Utf8JsonWriter writer, ValueList values)
    {
        writer.WriteStartArray();
        foreach (var value in values)
        {
            Write(writer, value);
        }

        writer.WriteEndArray();
    }
}
