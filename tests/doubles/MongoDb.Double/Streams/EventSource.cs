using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Data;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>What a stream makes of a logged operation: nothing, an event, or the fragments of one.</summary>
internal sealed class EventSource(DataStore store, ChangeStreamRequest request, MongoDoubleOptions options)
{
    private readonly EventRenderer _renderer = new(store, request, options);

    /// <exception cref="CommandError">The event is too large, or the pipeline changed its token.</exception>
    public IReadOnlyList<StreamEvent> Of(OplogEntry entry)
    {
        Doc change = _renderer.Render(entry);
        string token = DocJson.Write(change["_id"]);
        if (Pipeline.Run(change, request.Following) is not { } kept)
        {
            return [];
        }

        return DocJson.Write(kept["_id"]) == token
            ? Sized(entry, kept)
            : throw new CommandError(
                280, "Encountered an event whose _id field, which contains the resume token, was modified by the pipeline.");
    }

    public Doc TokenOf(OplogEntry entry) => _renderer.TokenOf(entry).ToDoc();

    /// <summary>The event that ends a stream, before the application's stages.</summary>
    public StreamEvent Invalidate(OplogEntry entry) => StreamEvent.Of(_renderer.Invalidate(entry));

    /// <summary>True if the application's stages keep the event that ends a stream.</summary>
    public bool KeepsInvalidate(OplogEntry entry) => Pipeline.Run(_renderer.Invalidate(entry), request.Following) is not null;

    private IReadOnlyList<StreamEvent> Sized(OplogEntry entry, Doc change)
    {
        StreamEvent whole = StreamEvent.Of(change);
        if (whole.Bytes.Length <= options.MaxEventSize)
        {
            return [whole];
        }

        if (request.SplitsLarge)
        {
            return [.. EventSplitter.Split(change, _renderer.TokenOf(entry), options).Select(StreamEvent.Of)];
        }

        int size = whole.Bytes.Length;
        throw new CommandError(
            10334, $"BSONObj size: {size} (0x{size:X}) is invalid. Size must be between 0 and {options.MaxEventSize}");
    }
}
