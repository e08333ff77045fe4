namespace CdcEmbedded.Sources;

/// <summary>Reads the documents and arrays that a source carries inside a value, when somebody asks. Thread-safe
/// and immutable.</summary>
public abstract class DocumentCodec : ValueCodec
{
    /// <summary>The document, or the array with its elements' places for names, still undecoded.</summary>
    /// <param name="buffer">The bytes, never written again.</param>
    /// <param name="offset">Where the value begins.</param>
    /// <param name="length">Its length.</param>
    /// <exception cref="CdcProtocolException">The bytes are damaged.</exception>
    public abstract DataRecord ToRecord(byte[] buffer, int offset, int length);

    /// <summary>Returns the codec for a value that is copied out of its buffer; those that know a buffer override it, so that a copy does
    /// not keep the buffer in memory.</summary>
    public virtual DocumentCodec Detach() => this;
}
