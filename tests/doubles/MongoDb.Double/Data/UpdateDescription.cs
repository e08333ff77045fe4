using System.Globalization;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>
/// What an update event reports of the change. A path is kept as its components, strings for fields and ints for places in arrays, because
/// the dotted form loses which is which.
/// </summary>
internal sealed class UpdateDescription
{
    private readonly List<(object[] Path, object? Value)> _updated = [];
    private readonly List<object[]> _removed = [];
    private readonly List<(object[] Path, int Size)> _truncated = [];

    public bool IsEmpty => _updated.Count + _removed.Count + _truncated.Count == 0;

    public void Set(object[] path, object? value)
    {
        _updated.RemoveAll(change => change.Path.SequenceEqual(path));
        _updated.Add((path, Doc.CloneValue(value)));
    }

    public void Remove(object[] path) => _removed.Add(path);

    public void Truncate(object[] path, int size) => _truncated.Add((path, size));

    /// <summary>The event's field; the paths in full only where expanded events were asked for.</summary>
    public Doc ToDoc(bool expanded)
    {
        var updated = new Doc();
        foreach ((object[] path, object? value) in _updated)
        {
            updated.Add(Dotted(path), value);
        }

        var document = new Doc
        {
            { "updatedFields", updated },
            { "removedFields", _removed.Select(Dotted) },
            { "truncatedArrays", _truncated.Select(change => new Doc { { "field", Dotted(change.Path) }, { "newSize", change.Size } }) },
        };
        if (expanded)
        {
            document.Add("disambiguatedPaths", Disambiguated());
        }

        return document;
    }

    private Doc Disambiguated()
    {
        var paths = new Doc();
        IEnumerable<object[]> all = [.. _updated.Select(change => change.Path), .. _removed, .. _truncated.Select(change => change.Path)];
        foreach (object[] path in all.Where(path => path.Any(IsAmbiguous)))
        {
            paths[Dotted(path)] = path;
        }

        return paths;
    }

    private static bool IsAmbiguous(object component) =>
        component is string name && (name.Contains('.', StringComparison.Ordinal) || name.All(char.IsAsciiDigit));

    private static string Dotted(object[] path) =>
        string.Join('.', path.Select(component => Convert.ToString(component, CultureInfo.InvariantCulture)));
}
