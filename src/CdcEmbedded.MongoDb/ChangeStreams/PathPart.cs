using System.Globalization;
using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>One part of a field's path.</summary>
/// <param name="Name">The field's name, or the place as digits.</param>
/// <param name="Index">The place, where the part may be one; else -1.</param>
internal readonly record struct PathPart(string Name, int Index)
{
    /// <summary>The parts of a path: as the server gives them, or split at the points.</summary>
    public static PathPart[] Parse(string path, RawBson disambiguated)
    {
        if (disambiguated[path] is { Type: ElementType.Array } parts)
        {
            var result = new List<PathPart>();
            foreach (var part in parts.AsDocument())
            {
                result.Add(part.Value.Type == ElementType.String ? new PathPart(part.Value.AsString(), -1) : At(part.Value));
            }

            return result.Count > 0 ? [.. result]
                : throw new CdcProtocolException("An update description has a path without parts.", "updateDescription");
        }

        return Array.ConvertAll(path.Split('.'), static name => new PathPart(
            name, int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1));
    }

    private static PathPart At(RawValue place) => place.TryGetInt64(out var index) && index is >= 0 and <= int.MaxValue
        ? new PathPart(index.ToString(CultureInfo.InvariantCulture), (int)index)
        : throw new CdcProtocolException("An update description has a path with a part that is neither text nor a place.",
            "updateDescription");
}
