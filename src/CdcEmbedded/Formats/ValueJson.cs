using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace CdcEmbedded.Formats;

/// <summary>Writes one value as JSON, without an intermediate string if the value's own bytes suffice.</summary>
internal static class ValueJson
{
    // MySQL nests JSON at most 100 deep; other sources may nest deeper, but not without limit.
    private static readonly JsonReaderOptions DeepReader = new() { MaxDepth = 1000 };

    /// <summary>Writes the same as the other overload. Kinds that most columns have need no writer.</summary>
    public static void Write(JsonText text, in DataValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.Null or ValueKind.Absent:
                text.Raw("null"u8);
                return;
            case ValueKind.Boolean:
                text.Raw(value.AsBoolean() ? "true"u8 : "false"u8);
                return;
            case ValueKind.Int64:
                text.Number(value.AsInt64());
                return;
            case ValueKind.UInt64:
                text.Number(value.AsUInt64());
                return;
            case ValueKind.Text when value.TryGetUtf8(out var utf8) && text.TryPlain(utf8):
                return;
            case ValueKind.Json when value.IsJsonOfCodec:
                text.Raw(value.AsString());
                return;
            case ValueKind.Decimal when text.TryDecimal(value):
                return;
            case ValueKind.Date or ValueKind.Time or ValueKind.DateTime or ValueKind.Timestamp when !value.IsFarInstant:
                text.Temporal(value);
                return;
        }

        Write(text.Open(), value);
        text.Close();
    }

    public static void Write(Utf8JsonWriter writer, DataValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.Null or ValueKind.Absent:
                writer.WriteNullValue();
                break;
            case ValueKind.Boolean:
                writer.WriteBooleanValue(value.AsBoolean());
                break;
            case ValueKind.Int64:
                writer.WriteNumberValue(value.AsInt64());
                break;
            case ValueKind.UInt64:
                writer.WriteNumberValue(value.AsUInt64());
                break;
            case ValueKind.Single:
                WriteSingle(writer, value.AsSingle());
                break;
            case ValueKind.Double:
                WriteDouble(writer, value.AsDouble());
                break;
            case ValueKind.Decimal:
                WriteDecimal(writer, value);
                break;
            case ValueKind.Date or ValueKind.Time or ValueKind.DateTime or ValueKind.Timestamp:
                WriteTemporal(writer, value);
                break;
            case ValueKind.Text:
                WriteText(writer, value);
                break;
            case ValueKind.Enum:
                WriteEnum(writer, value);
                break;
            case ValueKind.Set:
                WriteSet(writer, value);
                break;
            case ValueKind.Json:
                WriteJson(writer, value);
                break;
            case ValueKind.Geometry:
                WriteGeometry(writer, value.AsBytes().Span);
                break;
            case ValueKind.Vector:
                WriteVector(writer, value.AsBytes().Span);
                break;
            default:
                WriteDocumentKinds(writer, value);
                break;
        }
    }

    // What only document databases have, patches, and bytes.
    private static void WriteDocumentKinds(Utf8JsonWriter writer, DataValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.JsonPatch:
                WriteJsonPatch(writer, value);
                break;
            case ValueKind.Document or ValueKind.Array or ValueKind.SourceSpecific when value.TryWriteSourceJson(writer):
                break;
            case ValueKind.ObjectId or ValueKind.Uuid or ValueKind.Decimal128:
                writer.WriteStringValue(value.ToString());
                break;
            default:
                writer.WriteBase64StringValue(value.AsBytes().Span);
                break;
        }
    }

    // JSON cannot express numbers that are not finite. MySQL stores none in FLOAT and DOUBLE columns; other sources do.
    private static void WriteSingle(Utf8JsonWriter writer, float number)
    {
        if (float.IsFinite(number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            WriteDouble(writer, number);
        }
    }

    private static void WriteDouble(Utf8JsonWriter writer, double number)
    {
        if (double.IsFinite(number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(double.IsNaN(number) ? "NaN"u8 : number > 0 ? "Infinity"u8 : "-Infinity"u8);
        }
    }

    private static void WriteDecimal(Utf8JsonWriter writer, DataValue value)
    {
        Span<byte> text = stackalloc byte[DataValue.MaxFormattedBytes];
        if (value.FormatDecimal(text) is >= 0 and var length)
        {
            writer.WriteStringValue(text[..length]);
        }
        else
        {
            writer.WriteStringValue(value.ToString());
        }
    }

    private static void WriteTemporal(Utf8JsonWriter writer, DataValue value)
    {
        if (value.IsFarInstant)
        {
            writer.WriteStringValue(value.ToString());
            return;
        }

        Span<byte> text = stackalloc byte[DataValue.MaxFormattedBytes + 1];
        writer.WriteStringValue(text[..FormatTemporal(text, value)]);
    }

    /// <summary>Writes a date, time or both as text.</summary>
    /// <param name="text">One byte more than <see cref="DataValue.MaxFormattedBytes"/>.</param>
    /// <param name="value">The value.</param>
    /// <returns>Number of bytes written.</returns>
    public static int FormatTemporal(Span<byte> text, in DataValue value)
    {
        var length = value.Kind switch
        {
            ValueKind.Date => value.FormatDate(text),
            ValueKind.Time => value.FormatTime(text),
            _ => value.FormatDateTime(text, value.IsPartialDate ? (byte)' ' : (byte)'T'),
        };
        if (value.Kind == ValueKind.Timestamp && !value.IsPartialDate)
        {
            text[length++] = (byte)'Z';
        }

        return length;
    }

    private static void WriteText(Utf8JsonWriter writer, DataValue value)
    {
        // The JSON writer would replace invalid bytes silently; AsString rejects them with a message.
        if (value.TryGetUtf8(out var utf8) && Utf8.IsValid(utf8))
        {
            writer.WriteStringValue(utf8);
        }
        else if (value.TryGetEncoded(out var bytes, out var encoding))
        {
            WriteEncoded(writer, value, bytes, encoding);
        }
        else
        {
            writer.WriteStringValue(value.AsString());
        }
    }

    private static void WriteEncoded(Utf8JsonWriter writer, DataValue value, ReadOnlySpan<byte> bytes, Encoding encoding)
    {
        var characters = ArrayPool<char>.Shared.Rent(encoding.GetMaxCharCount(bytes.Length));
        try
        {
            writer.WriteStringValue(characters.AsSpan(0, encoding.GetChars(bytes, characters)));
        }
        catch (DecoderFallbackException)
        {
            writer.WriteStringValue(value.AsString());
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }

    private static void WriteEnum(Utf8JsonWriter writer, DataValue value)
    {
        if (value.TryGetLabels(out _))
        {
            writer.WriteStringValue(value.AsString());
        }
        else
        {
            writer.WriteNumberValue(value.AsInt64());
        }
    }

    private static void WriteSet(Utf8JsonWriter writer, DataValue value)
    {
        var mask = value.AsUInt64();
        if (!value.TryGetLabels(out var labels))
        {
            writer.WriteNumberValue(mask);
            return;
        }

        if (mask == 0)
        {
            writer.WriteStringValue(""u8);
            return;
        }

        // All segments of one value must have the same encoding: the labels are strings, so the commas are too.
        for (var rest = mask; rest != 0; rest &= rest - 1)
        {
            var isLast = (rest & (rest - 1)) == 0;
            writer.WriteStringValueSegment(labels[BitOperations.TrailingZeroCount(rest)], isLast);
            if (!isLast)
            {
                writer.WriteStringValueSegment(",", isFinalSegment: false);
            }
        }
    }

    /// <summary>True if a JSON document is null, or an object that could be taken for a marked null, a change of a document, or
    /// bytes.</summary>
    public static bool NeedsMark(DataValue value)
    {
        if (!value.TryGetJsonUtf8(out var utf8))
        {
            utf8 = Encoding.UTF8.GetBytes(value.AsString());
        }

        try
        {
            var reader = new Utf8JsonReader(utf8, DeepReader);
            return reader.Read() && (reader.TokenType == JsonTokenType.Null
                || (reader.TokenType == JsonTokenType.StartObject && reader.Read()
                && reader.TokenType == JsonTokenType.PropertyName
                && (reader.ValueTextEquals("$json"u8) || reader.ValueTextEquals("$patch"u8) || reader.ValueTextEquals("$bytes"u8))));
        }
        catch (JsonException)
        {
            // Writing it reports what is wrong with it.
            return false;
        }
    }

    // Marked, so that a change of a document is not mistaken for the document.
    private static void WriteJsonPatch(Utf8JsonWriter writer, DataValue value)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("$patch"u8);
        WriteJson(writer, value);
        writer.WriteEndObject();
    }

    private static void WriteJson(Utf8JsonWriter writer, DataValue value)
    {
        if (value.IsJsonOfCodec)
        {
            writer.WriteRawValue(value.AsString(), skipInputValidation: true);
        }
        else if (value.TryGetJsonUtf8(out var utf8))
        {
            WriteJsonText(writer, utf8);
        }
        else
        {
            WriteJsonText(writer, Encoding.UTF8.GetBytes(value.AsString()));
        }
    }

    /// <summary>Writes JSON text from another writer: validated, and on one line.</summary>
    private static void WriteJsonText(Utf8JsonWriter writer, ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text, DeepReader);
            while (reader.Read())
            {
            }
        }
        catch (JsonException e)
        {
            throw new CdcProtocolException($"A JSON value of {text.Length} bytes is not JSON: {e.Message}", innerException: e);
        }

        if (!text.ContainsAny((byte)'\n', (byte)'\r'))
        {
            writer.WriteRawValue(text, skipInputValidation: true);
            return;
        }

        // Line ends can only be between tokens of valid JSON, where a blank means the same.
        var line = text.ToArray();
        line.AsSpan().Replace((byte)'\n', (byte)' ');
        line.AsSpan().Replace((byte)'\r', (byte)' ');
        writer.WriteRawValue(line, skipInputValidation: true);
    }

    // Four bytes of SRID (little-endian), then WKB. Servers store a value that is too short for the SRID for a missing geometry that they
    // were configured to ignore.
    private static void WriteGeometry(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.WriteStartObject();
        if (bytes.Length >= 4)
        {
            writer.WriteNumber(EnvelopeNames.Srid, BinaryPrimitives.ReadUInt32LittleEndian(bytes));
            bytes = bytes[4..];
        }
        else
        {
            writer.WriteNull(EnvelopeNames.Srid);
        }

        writer.WriteBase64String(EnvelopeNames.Wkb, bytes);
        writer.WriteEndObject();
    }

    private static void WriteVector(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.WriteStartArray();
        for (; bytes.Length >= 4; bytes = bytes[4..])
        {
            WriteSingle(writer, BinaryPrimitives.ReadSingleLittleEndian(bytes));
        }

        writer.WriteEndArray();
    }
}
