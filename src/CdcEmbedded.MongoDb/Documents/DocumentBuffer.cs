namespace CdcEmbedded.MongoDb.Documents;

/// <summary>The bytes of one reply, or of one document, and what reads and describes the documents in them. Immutable.</summary>
/// <param name="bytes">The bytes, never written again.</param>
/// <param name="origin">Knows where they come from; null where nobody does.</param>
internal sealed class DocumentBuffer(byte[] bytes, IDocumentOrigin? origin = null)
{
    /// <summary>The bytes.</summary>
    public byte[] Bytes => bytes;

    /// <summary>Reads nested documents in it.</summary>
    public NestedCodec Documents => field ??= new NestedCodec(ElementType.Document, this);

    /// <summary>Reads arrays in it.</summary>
    public NestedCodec Arrays => field ??= new NestedCodec(ElementType.Array, this);

    /// <summary>Where the document around a place comes from; null where nobody knows.</summary>
    public DocumentOrigin? Find(int offset) => origin?.Find(offset);

    /// <summary>The failure of a document, or of an array: of the first field in it that cannot be decoded.</summary>
    public ValueDecodingException Refuse(int document, CdcProtocolException cause) => DocumentFault.In(bytes, document, origin, cause);

    /// <summary>The failure of a value of a document.</summary>
    public ValueDecodingException Refuse(int document, RawValue value, CdcProtocolException cause)
        => value.Type is ElementType.Document or ElementType.Array ? Refuse(value.Offset, cause)
            : DocumentFault.At(bytes, document, value, origin, cause);
}
