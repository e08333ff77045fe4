using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Reads the nested documents, or the arrays, of one buffer for the core.</summary>
/// <param name="type">Which of the two.</param>
/// <param name="source">The buffer; null for values in memory of their own.</param>
internal sealed class NestedCodec(ElementType type, DocumentBuffer? source) : DocumentCodec
{
    private static readonly NestedCodec DetachedDocument = new(ElementType.Document, null);
    private static readonly NestedCodec DetachedArray = new(ElementType.Array, null);

    public override DataRecord ToRecord(byte[] buffer, int offset, int length)
        => new(new BsonRecordSet(source is not null && ReferenceEquals(buffer, source.Bytes) ? source
            : new DocumentBuffer(buffer)), offset);

    public override DocumentCodec Detach() => type == ElementType.Document ? DetachedDocument : DetachedArray;

    public override string ToJsonText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return ExtendedJson.ToText(type, bytes, ExtendedJsonMode.Relaxed);
        }
        catch (CdcProtocolException e)
        {
            throw Refuse(bytes, e);
        }
    }

    public override void WriteJson(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
    {
        try
        {
            ExtendedJson.Write(writer, type, bytes, ExtendedJsonMode.Relaxed);
        }
        catch (CdcProtocolException e)
        {
            throw Refuse(bytes, e);
        }
    }

    private ValueDecodingException Refuse(ReadOnlySpan<byte> bytes, CdcProtocolException cause)
        => source is not null && source.Bytes.AsSpan().Overlaps(bytes, out var place) ? source.Refuse(place, cause)
            : DocumentFault.In(bytes.ToArray(), 0, null, cause);
}
