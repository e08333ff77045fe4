using System.Text;
using System.Text.Json;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>MongoDB Extended JSON, version 2.</summary>
internal static class ExtendedJson
{
    /// <summary>A value as text, on one line and without blanks. Keys are made of it, so it stays the same in every version.</summary>
    /// <exception cref="CdcProtocolException">The bytes are damaged, or nest deeper than 200 levels.</exception>
    public static string ToText(ElementType type, ReadOnlySpan<byte> value, ExtendedJsonMode mode)
    {
        using var writer = new ExtendedJsonWriter(mode);
        writer.WriteValue(type, value, 0);
        return Encoding.UTF8.GetString(writer.Written);
    }

    /// <summary>Writes a value where the writer is.</summary>
    /// <exception cref="CdcProtocolException">The bytes are damaged, or nest deeper than 200 levels.</exception>
    public static void Write(Utf8JsonWriter target, ElementType type, ReadOnlySpan<byte> value, ExtendedJsonMode mode)
    {
        using var writer = new ExtendedJsonWriter(mode);
        writer.WriteValue(type, value, 0);
        target.WriteRawValue(writer.Written, skipInputValidation: true);
    }

    /// <summary>Reads a document in either form, by the driver's parser.</summary>
    /// <exception cref="FormatException">The text is no JSON object, or a value in it is wrong.</exception>
    public static RawBson Parse(string json)
    {
        try
        {
            using var reader = new JsonReader(json);
            var context = BsonDeserializationContext.CreateRoot(reader, static builder => builder.AllowDuplicateElementNames = true);
            var document = BsonDocumentSerializer.Instance.Deserialize(context);
            return reader.IsAtEndOfFile() ? new RawBson(document.ToBson())
                : throw new FormatException("The text continues after the JSON object's end.");
        }
        catch (Exception e)
            when (e is BsonException or ArgumentException or InvalidOperationException or EndOfStreamException or OverflowException)
        {
            throw new FormatException($"The text is no extended JSON: {e.Message}", e);
        }
    }
}
