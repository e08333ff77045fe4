namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>A value of a document that differences are applied to: as it lies in the bytes, or opened because a difference reaches into
/// it.</summary>
internal sealed class JsonNode(JsonLocation location)
{
    private JsonParts? _parts;

    /// <summary>What is in it, ready to be changed; null where it is no container.</summary>
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
