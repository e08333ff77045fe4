namespace CdcEmbedded.MongoDb.Documents;

/// <summary>The origin of a document that was copied out of its buffer.</summary>
/// <param name="origin">Where it comes from.</param>
internal sealed class DetachedOrigin(DocumentOrigin origin) : IDocumentOrigin
{
    private readonly DocumentOrigin _origin = origin with { Start = 0, IsEvent = false };

    /// <inheritdoc/>
    public DocumentOrigin Find(int offset) => _origin;
}
