using System.Text.Json;

namespace CdcEmbedded.Formats;

/// <summary>Writes the <c>source</c> object of the envelope.</summary>
internal static class SourceJson
{
    public static void Write(Utf8JsonWriter writer, SourceInfo source)
    {
        writer.WriteStartObject();
        writer.WriteString(EnvelopeNames.Connector, source.Connector);
        writer.WriteString(EnvelopeNames.Name, source.Name);
        writer.WriteNumber(EnvelopeNames.Time, source.Timestamp.ToUnixTimeMilliseconds());
        writer.WriteString(EnvelopeNames.Snapshot, EnvelopeWords.Word(source.Snapshot));
        writer.WriteString(EnvelopeNames.Database, source.Database);
        writer.WriteString(EnvelopeNames.Table, source.Table);
        source.WriteProperties(writer);
        writer.WriteEndObject();
    }
}
