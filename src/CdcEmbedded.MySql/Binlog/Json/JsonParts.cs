namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>An object or array that is being changed: its values in order, with untouched values as runs that stay in the bytes. Its memory
/// grows with the number of differences, not with the container's size.</summary>
internal sealed class JsonParts
{
    private readonly JsonContainer _container;
    private readonly List<JsonPart> _parts = [];
    private int _count;

    public JsonParts(in JsonContainer container)
    {
        _container = container;
        _count = container.Count;
        AddRun(0, 0, _count);
    }

    /// <summary>Makes the value that a path leg names a part of its own.</summary>
    /// <returns>The index of the part; negative if there is no such value.</returns>
    public int Find(ReadOnlySpan<byte> bytes, in JsonPathLeg leg)
    {
        if (leg.Name is not null != _container.IsObject)
        {
            return -1;
        }

        var index = leg.IndexIn(_count);
        var (part, offset) = leg.Name is { } name ? FindKey(bytes, name, out var isThere) : FindPlace(index, out isThere);
        return isThere ? Isolate(bytes, part, offset) : -1;
    }

    public JsonNode NodeAt(int part) => _parts[part].Node ?? throw new InvalidOperationException("The part is a run.");

    public void Replace(int part, JsonNode node) => _parts[part] = _parts[part] with { Node = node };

    public void RemoveAt(int part)
    {
        _parts.RemoveAt(part);
        _count--;
    }

    /// <summary>Adds a member where its key belongs, or a value before an array's cell; after the last cell if there is
    /// no such cell.</summary>
    /// <returns>False if it does not fit: the member exists already, or a member is added to an array or a cell to an object.</returns>
    public bool TryInsert(ReadOnlySpan<byte> bytes, in JsonPathLeg leg, JsonNode node)
    {
        if (leg.Name is not null != _container.IsObject)
        {
            return false;
        }

        var index = Math.Clamp(leg.IndexIn(_count), 0, _count);
        var (part, offset) = leg.Name is { } name ? FindKey(bytes, name, out var isThere) : FindPlace(index, out isThere);
        if (isThere && _container.IsObject)
        {
            return false;
        }

        if (offset > 0)
        {
            var run = _parts[part];
            _parts[part] = run with { Count = offset };
            AddRun(++part, run.First + offset, run.Count - offset);
        }

        _parts.Insert(part, new JsonPart(0, 1, node, leg.Name));
        _count++;
        return true;
    }

    public void Print(scoped ref JsonPrinter printer, int depth)
    {
        printer.CheckDepth(depth);
        printer.WriteRaw(_container.IsObject ? "{"u8 : "["u8);
        for (var i = 0; i < _parts.Count; i++)
        {
            if (i > 0)
            {
                printer.WriteRaw(", "u8);
            }

            var part = _parts[i];
            if (part.Node is not { } node)
            {
                printer.WriteRun(_container, part.First, part.Count, depth + 1);
                continue;
            }

            if (_container.IsObject)
            {
                printer.WriteKey(_container, part.First, part.Key);
            }

            node.Print(ref printer, depth + 1);
        }

        printer.WriteRaw(_container.IsObject ? "}"u8 : "]"u8);
    }

    private void AddRun(int part, int first, int count)
    {
        if (count > 0)
        {
            _parts.Insert(part, new JsonPart(first, count));
        }
    }

    // Splits a run so that one of its values becomes a part of its own.
    private int Isolate(ReadOnlySpan<byte> bytes, int part, int offset)
    {
        var run = _parts[part];
        if (run.Node is not null)
        {
            return part;
        }

        var at = run.First + offset;
        _parts[part] = new JsonPart(at, 1, new JsonNode(_container.Value(bytes, at)));
        AddRun(part + 1, at + 1, run.Count - offset - 1);
        AddRun(part, run.First, offset);
        return offset > 0 ? part + 1 : part;
    }

    private (int Part, int Offset) FindPlace(int index, out bool isThere)
    {
        isThere = (uint)index < (uint)_count;
        if (!isThere)
        {
            return (_parts.Count, 0);
        }

        var part = 0;
        while (index >= _parts[part].Count)
        {
            index -= _parts[part++].Count;
        }

        return (part, index);
    }

    // Keys are ordered by length, then by their bytes. For a key that does not exist this is the index at which it would be inserted.
    private (int Part, int Offset) FindKey(ReadOnlySpan<byte> bytes, byte[] name, out bool isThere)
    {
        isThere = false;
        for (var part = 0; part < _parts.Count; part++)
        {
            var run = _parts[part];
            var toLast = Compare(name, run.Key ?? _container.Key(bytes, run.First + run.Count - 1));
            if (toLast > 0)
            {
                continue;
            }

            isThere = toLast == 0;
            return (part, isThere ? run.Count - 1 : run.Node is null ? FindInRun(bytes, name, run, out isThere) : 0);
        }

        return (_parts.Count, 0);
    }

    private int FindInRun(ReadOnlySpan<byte> bytes, byte[] name, in JsonPart run, out bool isThere)
    {
        var low = 0;
        var high = run.Count - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            var order = Compare(name, _container.Key(bytes, run.First + middle));
            if (order == 0)
            {
                isThere = true;
                return middle;
            }

            (low, high) = order < 0 ? (low, middle) : (middle + 1, high);
        }

        isThere = false;
        return low;
    }

    private static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
        => left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);
}
