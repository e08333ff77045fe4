using System.Globalization;
using System.Text;
using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>A document or array that is being changed: its elements, of which those on a changed path are opened into nodes.</summary>
internal sealed class EditNode
{
    // Larger than any array that fits into a document: a damaged description must not fill the memory.
    private const int MaxPlace = 4 * 1024 * 1024;
    private const int IndexFrom = 32;
    private static readonly RawValue NullValue = new(ElementType.Null, [], 0, 0);

    private readonly List<Entry> _entries = [];
    private Dictionary<string, int>? _index;

    private EditNode(bool isArray) => IsArray = isArray;

    public bool IsArray { get; }

    private struct Entry
    {
        public string Name;
        public RawValue Value;
        public EditNode? Node;
        public bool IsRemoved;

        public readonly bool HasElements => Node is not null || Value.Type is ElementType.Document or ElementType.Array;
    }

    /// <summary>Opens a document or array.</summary>
    public static EditNode Open(RawBson document, bool isArray)
    {
        var node = new EditNode(isArray);
        foreach (var element in document)
        {
            node._entries.Add(new Entry { Name = isArray ? "" : element.Name, Value = element.Value });
        }

        return node;
    }

    /// <summary>Adds every way to read a dotted path in this document (<see cref="PathReadings"/>).</summary>
    /// <param name="path">The rest of the path.</param>
    /// <param name="readings">Takes the ways; the parts before are its own.</param>
    public void Read(ReadOnlySpan<char> path, PathReadings readings)
    {
        if (IsArray)
        {
            ReadPlace(path, readings);
            return;
        }

        var isKnown = false;
        for (var i = 0; i < _entries.Count; i++)
        {
            var entry = _entries[i];
            if (entry.IsRemoved || !path.StartsWith(entry.Name, StringComparison.Ordinal))
            {
                continue;
            }

            var rest = path[entry.Name.Length..];
            if (rest.IsEmpty)
            {
                readings.Add(new PathPart(entry.Name, -1), exists: true);
                isKnown = true;
            }
            else if (rest[0] == '.' && entry.HasElements)
            {
                readings.Enter(new PathPart(entry.Name, -1));
                NodeAt(i)?.Read(rest[1..], readings);
                readings.Leave();
                isKnown = true;
            }
        }

        if (!isKnown)
        {
            readings.AddNew(path);
        }
    }

    /// <summary>Sets a value, making the documents on the way that are not there.</summary>
    /// <returns>False if a value on the way has no fields.</returns>
    public bool Set(ReadOnlySpan<PathPart> path, RawValue value)
    {
        var index = IndexOf(path[0], create: true);
        if (path.Length == 1)
        {
            _entries[index] = _entries[index] with { Value = value, Node = null };
            return true;
        }

        if (_entries[index] is { Value.Exists: false, Node: null } made)
        {
            made.Node = new EditNode(isArray: false);
            _entries[index] = made;
        }

        return NodeAt(index)?.Set(path[1..], value) ?? false;
    }

    /// <summary>Removes a field; false if it is not there.</summary>
    public bool Remove(ReadOnlySpan<PathPart> path)
    {
        var index = IndexOf(path[0], create: false);
        if (index < 0)
        {
            return false;
        }

        if (path.Length > 1)
        {
            return NodeAt(index)?.Remove(path[1..]) ?? false;
        }

        if (IsArray)
        {
            _entries.RemoveAt(index);
            return true;
        }

        // Its number stays, so that removing many fields of a large document does not move the others each time.
        _index?.Remove(path[0].Name);
        _entries[index] = _entries[index] with { IsRemoved = true };
        return true;
    }

    /// <summary>Cuts an array; false if there is none, or it is shorter.</summary>
    public bool Truncate(ReadOnlySpan<PathPart> path, int size)
    {
        if (path.Length > 0)
        {
            var index = IndexOf(path[0], create: false);
            return index >= 0 && (NodeAt(index)?.Truncate(path[1..], size) ?? false);
        }

        if (!IsArray || size < 0 || size > _entries.Count)
        {
            return false;
        }

        _entries.RemoveRange(size, _entries.Count - size);
        return true;
    }

    /// <summary>Writes the elements into the open document.</summary>
    public void WriteTo(DocumentBuilder builder)
    {
        for (var i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].IsRemoved)
            {
                continue;
            }

            var name = Encoding.UTF8.GetBytes(IsArray ? i.ToString(CultureInfo.InvariantCulture) : _entries[i].Name);
            if (_entries[i].Node is not { } node)
            {
                builder.Add(name, _entries[i].Value);
                continue;
            }

            var start = builder.Start(name, node.IsArray ? ElementType.Array : ElementType.Document);
            node.WriteTo(builder);
            builder.End(start);
        }
    }

    private void ReadPlace(ReadOnlySpan<char> path, PathReadings readings)
    {
        var dot = path.IndexOf('.');
        var digits = dot < 0 ? path : path[..dot];
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var place))
        {
            return;
        }

        var part = new PathPart(digits.ToString(), place);
        if (dot < 0)
        {
            readings.Add(part, exists: place < _entries.Count);
        }
        else if (place < _entries.Count && NodeAt(place) is { } node)
        {
            readings.Enter(part);
            node.Read(path[(dot + 1)..], readings);
            readings.Leave();
        }
    }

    /// <summary>The document or array at an index, opened; null if another value is there.</summary>
    private EditNode? NodeAt(int index)
    {
        var entry = _entries[index];
        if (entry.Node is null && entry.HasElements)
        {
            entry.Node = Open(entry.Value.AsDocument(), entry.Value.Type == ElementType.Array);
            _entries[index] = entry;
        }

        return entry.Node;
    }

    private int IndexOf(PathPart part, bool create)
    {
        if (IsArray)
        {
            return PlaceOf(part, create);
        }

        if (part.IsPlace)
        {
            throw WrongPlace(part.Name);
        }

        var index = Find(part.Name);
        if (index < 0 && create)
        {
            index = _entries.Count;
            _entries.Add(new Entry { Name = part.Name });
            _index?.Add(part.Name, index);
        }

        return index;
    }

    private int Find(string name)
    {
        if (_index is null && _entries.Count >= IndexFrom)
        {
            _index = new Dictionary<string, int>(_entries.Count, StringComparer.Ordinal);
            for (var i = 0; i < _entries.Count; i++)
            {
                if (!_entries[i].IsRemoved)
                {
                    _index.TryAdd(_entries[i].Name, i);
                }
            }
        }

        return _index is null ? _entries.FindIndex(entry => !entry.IsRemoved && entry.Name == name) : _index.GetValueOrDefault(name, -1);
    }

    private int PlaceOf(PathPart part, bool create)
    {
        if (part.Index is not (>= 0 and < MaxPlace))
        {
            throw WrongPlace(part.Name);
        }

        while (create && _entries.Count <= part.Index)
        {
            _entries.Add(new Entry { Name = "", Value = NullValue });
        }

        return part.Index < _entries.Count ? part.Index : -1;
    }

    private static CdcProtocolException WrongPlace(string name)
        => new($"An update description names the place '{name}' where the document has none.", "updateDescription");
}
