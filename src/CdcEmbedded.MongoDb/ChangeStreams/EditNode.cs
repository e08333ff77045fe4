using System.Globalization;
using System.Text;
using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>A document or array that is being changed: its elements, of which those on a changed path are opened into nodes.</summary>
internal sealed class EditNode
{
    private readonly List<Entry> _entries = [];

    private EditNode(bool isArray) => IsArray = isArray;

    public bool IsArray { get; }

    private struct Entry
    {
        public string Name;
        public RawValue Value;
        public EditNode? Node;
    }

    /// <summary>Opens a document or array.</summary>
    public static EditNode Open(RawBson document, bool isArray)
    {
        var node = new EditNode(isArray);
        foreach (var element in document)
        {
            node._entries.Add(new Entry { Name = element.Name, Value = element.Value });
        }

        return node;
    }

    /// <summary>Sets a value, making the documents on the way that are not there.</summary>
    public void Set(ReadOnlySpan<PathPart> path, RawValue value)
    {
        var index = IndexOf(path[0], create: true);
        var entry = _entries[index];
        if (path.Length == 1)
        {
            entry.Value = value;
            entry.Node = null;
        }
        else
        {
            entry.Node ??= entry.Value.Type is ElementType.Document or ElementType.Array
                ? Open(entry.Value.AsDocument(), entry.Value.Type == ElementType.Array)
                : new EditNode(isArray: false);
            entry.Node.Set(path[1..], value);
        }

        _entries[index] = entry;
    }

    /// <summary>Removes a field; false where it is not there.</summary>
    public bool Remove(ReadOnlySpan<PathPart> path)
    {
        if (path.Length > 1)
        {
            return Child(path[0])?.Remove(path[1..]) ?? false;
        }

        var index = IndexOf(path[0], create: false);
        if (index >= 0)
        {
            _entries.RemoveAt(index);
        }

        return index >= 0;
    }

    /// <summary>Cuts an array; false where there is none, or it is shorter.</summary>
    public bool Truncate(ReadOnlySpan<PathPart> path, int size)
    {
        if (path.Length > 0)
        {
            return Child(path[0])?.Truncate(path[1..], size) ?? false;
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

    private EditNode? Child(PathPart part)
    {
        var index = IndexOf(part, create: false);
        if (index < 0)
        {
            return null;
        }

        var entry = _entries[index];
        if (entry.Node is null && entry.Value.Type is ElementType.Document or ElementType.Array)
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

        for (var i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Name == part.Name)
            {
                return i;
            }
        }

        if (create)
        {
            _entries.Add(new Entry { Name = part.Name });
        }

        return create ? _entries.Count - 1 : -1;
    }

    private int PlaceOf(PathPart part, bool create)
    {
        // Far beyond any array that fits into a document: a damaged description must not fill the memory.
        const int MaxPlace = 4 * 1024 * 1024;
        if (part.Index is not (>= 0 and < MaxPlace))
        {
            throw new CdcProtocolException($"An update description names the place '{part.Name}' of an array.", "updateDescription");
        }

        while (create && _entries.Count <= part.Index)
        {
            _entries.Add(new Entry { Name = "", Value = NullValue });
        }

        return part.Index < _entries.Count ? part.Index : -1;
    }

    private static readonly RawValue NullValue = new(ElementType.Null, [], 0, 0);
}
