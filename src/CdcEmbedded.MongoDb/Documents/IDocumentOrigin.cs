namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Knows which documents the bytes of a buffer belong to, for the messages of exceptions.</summary>
internal interface IDocumentOrigin
{
    /// <summary>The document around a place in the buffer; null where none is known.</summary>
    /// <param name="offset">The place.</param>
    DocumentOrigin? Find(int offset);
}
