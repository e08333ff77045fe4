namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>A value of a document to which differences are applied: either still in the bytes, or opened because a difference
/// reaches into it.</summary>
internal sealed class JsonNode(JsonLocation location)
{
    private JsonParts? _parts;

    /// <summary>Its content, ready to be changed; null if it is not a container.</summary>
    public JsonParts? Open(scoped ref JsonPrinter printer, int depth)
    {
        if (_parts is null && location.IsContainer)
        {
            _parts = new JsonParts(printer.Open(location, depth));
        }

        return _parts;
    }

    public void Print(scoped ref JsonPrinter printer, int depth)
    {
        if (_parts is { } parts)
        {
            parts.Print(ref printer, depth);
        }
        else
        {
            printer.Write(location, depth);
        }
    }
}
