namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>The ways to read a dotted path in one document. A server that disambiguates paths (6.1 and later, with expanded events) leaves
/// only one; others write the field <c>b</c> of <c>a</c> and a field named <c>a.b</c> alike.</summary>
/// <param name="newNamesHaveDots">True if what is not there yet is one field with dots in its name: descriptions of 5.0 and later give a
/// new document as a whole (document_diff_serialization.h). False if it is fields of new documents, as before.</param>
internal sealed class PathReadings(bool newNamesHaveDots)
{
    private readonly List<PathPart> _parts = [];
    private PathPart[]? _existing;
    private PathPart[]? _new;
    private int _existingCount;
    private int _newCount;

    /// <summary>Returns true if there are several ways, so that nothing says which is meant.</summary>
    /// <param name="mustExist">True if only what is there counts.</param>
    public bool IsAmbiguous(bool mustExist) => _existingCount + (mustExist ? 0 : _newCount) > 1;

    /// <summary>Returns the only way.</summary>
    /// <param name="mustExist">True if only what is there counts.</param>
    public PathPart[]? Only(bool mustExist) => _existing ?? (mustExist ? null : _new);

    /// <summary>Goes into a document or array on the way.</summary>
    public void Enter(PathPart part)
    {
        _parts.Add(part);
        PathPart.CheckDepth(_parts.Count);
    }

    /// <summary>Comes back from it.</summary>
    public void Leave() => _parts.RemoveAt(_parts.Count - 1);

    /// <summary>Adds a way that ends here.</summary>
    public void Add(PathPart last, bool exists)
    {
        if (exists)
        {
            _existing = [.. _parts, last];
            _existingCount++;
        }
        else
        {
            _new = [.. _parts, last];
            _newCount++;
        }
    }

    /// <summary>Adds a way to fields that are not there yet.</summary>
    public void AddNew(ReadOnlySpan<char> rest)
    {
        _newCount++;
        _new = newNamesHaveDots ? [.. _parts, new PathPart(rest.ToString(), -1)] : [.. _parts, .. PathPart.Split(rest.ToString())];
    }
}
