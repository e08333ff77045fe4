using System.Text;
using System.Text.Json;

namespace CdcEmbedded.MongoDb.Bson;

/// <summary>MongoDB Extended JSON, version 2: text of BSON and BSON of text.</summary>
internal static class ExtendedJson
{
    /// <summary>A value as text, on one line and without blanks, the same for ever: keys are made of it.</summary>
    /// <exception cref="CdcProtocolException">The bytes are damaged, or nest deeper than 200 levels.</exception>
    public static string ToText(BsonType type, ReadOnlySpan<byte> value, ExtendedJsonMode mode)
    {
        using var writer = new ExtendedJsonWriter(mode);
        writer.WriteValue(type, value, 0);
        return Encoding.UTF8.GetString(writer.Written);
    }

    /// <summary>Writes a value where the writer stands.</summary>
    /// <exception cref="CdcProtocolException">The bytes are damaged, or nest deeper than 200 levels.</exception>
    public static void Write(Utf8JsonWriter target, BsonType type, ReadOnlySpan<byte> value, ExtendedJsonMode mode)
    {
        using var writer = new ExtendedJsonWriter(mode);
        writer.WriteValue(type, value, 0);
        target.WriteRawValue(writer.Written, skipInputValidation: true);
    }

    /// <summary>Reads a document in either form.</summary>
    /// <exception cref="FormatException">The text is no JSON object, or a value in it is written wrongly.</exception>
    public static RawBson ParseDocument(string json)
    {
        var value = ParseValue(json);
        return value.Type == BsonType.Document ? value.AsDocument() : throw new FormatException($"The JSON is a {value.Type}, not a document.");
    }

    /// <summary>Reads one value in either form.</summary>
    /// <exception cref="FormatException">The text is no JSON, or a value in it is written wrongly.</exception>
    public static BsonValue ParseValue(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var writer = new BsonWriter(json.Length + 16);
        try
        {
            var parser = new ExtendedJsonParser(StrictUtf8.GetBytes(json), writer);
            parser.ParseWhole("v"u8);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            // The JSON reader's, and what the writer refuses: names with U+0000, text with half a surrogate pair.
            throw new FormatException($"The text is no extended JSON: {e.Message}", e);
        }

        return writer.ToDocument()["v"u8];
    }

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
}
