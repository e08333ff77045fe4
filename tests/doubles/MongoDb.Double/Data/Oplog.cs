using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Data;

/// <summary>The entries in order. An entry keeps its number when older ones are cut off.</summary>
internal sealed class Oplog
{
    private readonly List<OplogEntry> _entries = [];
    private long _first;

    /// <summary>The number of the next entry.</summary>
    public long End => _first + _entries.Count;

    /// <summary>The number of the oldest entry still there.</summary>
    public long Start => _first;

    /// <summary>The time of the last entry cut off: nothing can start there or before.</summary>
    public DocTimestamp LostThrough { get; private set; }

    public IReadOnlyList<OplogEntry> Entries => _entries;

    public OplogEntry this[long number] => _entries[(int)(number - _first)];

    public void Append(OplogEntry entry) => _entries.Add(entry);

    /// <summary>The number of the first entry at that time or later.</summary>
    public long FirstFrom(DocTimestamp time)
    {
        int low = 0;
        int high = _entries.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _entries[middle].Time < time ? (middle + 1, high) : (low, middle);
        }

        return _first + low;
    }

    /// <summary>The number of the entry with that time and place in its transaction, or null.</summary>
    public long? Find(DocTimestamp time, int index)
    {
        for (long number = FirstFrom(time); number < End && this[number].Time == time; number++)
        {
            if (this[number].Index == index)
            {
                return number;
            }
        }

        return null;
    }

    /// <summary>Cuts off entries from the old end, down to <paramref name="keep"/>.</summary>
    public void Truncate(int keep, DocTimestamp now)
    {
        int cut = _entries.Count - keep;
        if (cut <= 0)
        {
            return;
        }

        LostThrough = keep == 0 ? now : _entries[cut - 1].Time;
        _entries.RemoveRange(0, cut);
        _first += cut;
    }
}
