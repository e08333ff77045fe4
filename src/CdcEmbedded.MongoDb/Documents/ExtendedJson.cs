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
    /// <exception cref="FormatException">The text is no JSON object, a value in it is wrong, or it nests deeper than 200
    /// levels.</exception>
    public static RawBson Parse(string json)
    {
        CheckDepth(json);
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

    // The driver's parser recurses: a text that nests without end would end the process.
    private static void CheckDepth(string json)
    {
        var depth = 0;
        var quote = '\0';
        for (var i = 0; i < json.Length; i++)
        {
            var c = json[i];
            if (quote != '\0')
            {
                i += c == '\\' ? 1 : 0;
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '"' or '\'')
            {
                quote = c;
            }
            else if (c is '{' or '[')
            {
                if (++depth <= BsonLength.MaxDepth)
                {
                    continue;
                }

                throw new FormatException($"The text is no extended JSON: it nests deeper than {BsonLength.MaxDepth} levels.");
            }
            else if (c is '}' or ']')
            {
                depth--;
            }
        }
    }
}
