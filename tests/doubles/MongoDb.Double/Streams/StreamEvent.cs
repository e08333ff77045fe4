using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>An event, or a fragment of one, ready to be sent.</summary>
/// <param name="Token">Its resume token.</param>
/// <param name="Bytes">The encoded event.</param>
internal sealed record StreamEvent(Doc Token, byte[] Bytes)
{
    public static StreamEvent Of(Doc change) => new(change.Document("_id") ?? [], DocWriter.ToBytes(change));
}
