using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>The origin of an event whose fields cannot all be found.</summary>
/// <param name="batch">Its batch.</param>
/// <param name="places">What was found.</param>
/// <param name="point">The point of the stream before it.</param>
internal sealed class DamagedEvent(EventBatch batch, EventPlaces places, StreamPoint point) : IDocumentOrigin
{
    /// <inheritdoc/>
    public DocumentOrigin Find(int offset)
    {
        var names = batch.NamesOf(places);
        var position = places.Token != 0 ? ResumeTokens.TextOf(batch.DocumentAt(places.Token))
            : $"the event after {(point.Token.HasValue ? ResumeTokens.TextOf(point.Token) : point.Describe())}";
        return new DocumentOrigin(names.Database, names.Collection, position, places.Event, IsEvent: false);
    }
}
