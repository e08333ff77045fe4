using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CdcEmbedded.Offsets;

/// <summary>The text of an offset file:
/// <c>{"format": "cdcembedded-offsets", "v": 1, "offsets": {key: {"version": n, "text": "…"}}}</c>.</summary>
internal static class OffsetFileFormat
{
    private const string FormatName = "cdcembedded-offsets";

    // The relaxed escaping keeps the offsets' own quotes fairly readable (\"); none of it goes into HTML.
    private static readonly JsonWriterOptions Writing = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlySpan<byte> Write(SortedDictionary<string, StoredOffset> offsets)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("format", FormatName);
            writer.WriteNumber("v", 1);
            writer.WriteStartObject("offsets");
            foreach (var (key, stored) in offsets)
            {
                writer.WriteStartObject(key);
                writer.WriteNumber("version", stored.Version);
                writer.WriteString("text", stored.Text);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan;
    }

    /// <exception cref="OffsetFormatException">The text is not a whole offset file of version 1.</exception>
    public static SortedDictionary<string, StoredOffset> Read(ReadOnlyMemory<byte> bytes, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (root.GetProperty("format").GetString() != FormatName)
            {
                throw Refuse(path, "it is not an offset file", null);
            }

            var version = root.GetProperty("v").GetInt32();
            if (version != 1)
            {
                throw Refuse(path, $"its format version is {version}, and this version of CdcEmbedded knows only 1", null);
            }

            var result = new SortedDictionary<string, StoredOffset>(StringComparer.Ordinal);
            foreach (var entry in root.GetProperty("offsets").EnumerateObject())
            {
                var text = entry.Value.GetProperty("text").GetString() ?? throw Refuse(path, "an offset has no text", null);
                var stored = new StoredOffset(text, entry.Value.GetProperty("version").GetInt64());
                if (stored.Version < 1 || !result.TryAdd(entry.Name, stored))
                {
                    throw Refuse(path, $"the entry '{entry.Name}' occurs twice or has a version below 1", null);
                }
            }

            return result;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Refuse(path, bytes.Length == 0 ? "it is empty, or no ordinary file" : "it is damaged", e);
        }
    }

    private static OffsetFormatException Refuse(string path, string why, Exception? e) => new(
        $"The offset file {path} cannot be used: {why}. Restore a copy of it, or remove it to start over where the options say; "
            + "it has not been changed.", e);
}
