using System.Text;
using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Transforms;

/// <summary>Reads nested documents and arrays through the rules.</summary>
internal sealed class MappedCodec(DocumentCodec inner, FieldNode node, bool isArray) : DocumentCodec
{
    public override DataRecord ToRecord(byte[] buffer, int offset, int length)
        => inner.ToRecord(buffer, offset, length) is { Records: { } set } record
            ? new DataRecord(new MappedDocuments(set, node, isArray), record.Number) : default;

    public override DocumentCodec Detach() => new MappedCodec(inner.Detach(), node, isArray);

    public override string ToJsonText(ReadOnlySpan<byte> bytes)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions
        {
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            SkipValidation = true,
        }))
        {
            WriteJson(writer, bytes);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    public override void WriteJson(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
    {
        var record = inner.ToRecord(bytes.ToArray(), 0, bytes.Length);
        if (record.Records is { } set)
        {
            new MappedDocuments(set, node, isArray).Write(record.Number, writer, isKey: false);
        }
    }
}
