using System.Globalization;
using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>One part of a field's path.</summary>
/// <param name="Name">The field's name, or the place as digits.</param>
/// <param name="Index">The place, where the part may be one; else -1.</param>
/// <param name="IsPlace">True if the server says that it is a place in an array.</param>
internal readonly record struct PathPart(string Name, int Index, bool IsPlace = false)
{
    /// <summary>The parts as the server gives them.</summary>
    /// <exception cref="CdcProtocolException">They are no array of texts and places.</exception>
    public static PathPart[] Parse(RawValue parts)
    {
        if (parts.Type != ElementType.Array)
        {
            throw new CdcProtocolException("An update description has a path that is no array.", "updateDescription");
        }

        var result = new List<PathPart>();
        foreach (var part in parts.AsDocument())
        {
            result.Add(part.Value.Type == ElementType.String ? new PathPart(part.Value.AsString(), -1) : At(part.Value));
        }

        CheckDepth(result.Count);
        return result.Count > 0
            ? [.. result]
            : throw new CdcProtocolException("An update description has a path without parts.", "updateDescription");
    }

    /// <summary>The parts of a path, split at the dots.</summary>
    public static PathPart[] Split(string path)
    {
        var names = path.Split('.');
        CheckDepth(names.Length);
        return Array.ConvertAll(names, static name => new PathPart(
            name, int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1));
    }

    /// <summary>Refuses what no document can hold.</summary>
    /// <exception cref="CdcProtocolException">The path is deeper than documents nest.</exception>
    public static void CheckDepth(int parts)
    {
        if (parts > BsonLength.MaxDepth)
        {
            throw new CdcProtocolException(
                $"An update description has a path of more than {BsonLength.MaxDepth} parts, deeper than documents nest.",
                "updateDescription");
        }
    }

    private static PathPart At(RawValue place) => place.TryGetInt64(out var index) && index is >= 0 and <= int.MaxValue
        ? new PathPart(index.ToString(CultureInfo.InvariantCulture), (int)index, IsPlace: true)
        : throw new CdcProtocolException(
            "An update description has a path with a part that is neither text nor a place.", "updateDescription");
}
