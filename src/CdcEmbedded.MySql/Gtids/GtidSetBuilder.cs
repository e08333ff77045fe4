using Entry = CdcEmbedded.MySql.Gtids.GtidSet.Entry;
using Interval = CdcEmbedded.MySql.Gtids.GtidSet.Interval;

namespace CdcEmbedded.MySql.Gtids;

/// <summary>Collects GTIDs, most of them the next number of a source seen before, and makes a set of them. Single-threaded.</summary>
internal sealed class GtidSetBuilder
{
    /// <summary>As many insertions are made at their place; more of them are sorted once, at the end.</summary>
    private const int MaxInsertions = 32;

    private readonly Dictionary<(Guid Source, string Tag), List<Interval>> _sources = [];
    private Dictionary<(Guid Source, string Tag), List<Interval>>? _unsorted;
    private int _insertions;
    private List<Interval>? _last;
    private (Guid Source, string Tag) _lastKey;

    public GtidSetBuilder(GtidSet start) => Add(start);

    public GtidSetBuilder()
    {
    }

    public void Add(GtidSet set)
    {
        SortIn();
        foreach (var entry in set.Entries)
        {
            var list = ListOf(entry.Source, entry.Tag);
            if (list.Count == 0 || list[^1].End < entry.Intervals[0].Start - 1)
            {
                list.AddRange(entry.Intervals);
                continue;
            }

            var merged = GtidIntervals.Union(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list), entry.Intervals);
            list.Clear();
            list.AddRange(merged);
        }
    }

    public void Add(Guid source, string? tag, long start, long end)
    {
        var list = ListOf(source, tag ?? "");
        if (list.Count == 0 || list[^1].End + 1 < start)
        {
            list.Add(new Interval(start, end));
        }
        else if (list[^1].End + 1 == start)
        {
            list[^1] = list[^1] with { End = end };
        }
        else
        {
            Insert(list, source, tag ?? "", start, end);
        }
    }

    public GtidSet ToSet()
    {
        SortIn();
        var entries = new List<Entry>(_sources.Count);
        foreach (var (key, list) in _sources)
        {
            entries.Add(new Entry(key.Source, key.Tag, [.. list]));
        }

        entries.Sort(static (a, b) => Entry.Compare(a.Source, a.Tag, b.Source, b.Tag));
        return GtidSet.FromEntries(entries);
    }

    private void Insert(List<Interval> list, Guid source, string tag, long start, long end)
    {
        if (_insertions++ < MaxInsertions)
        {
            InsertInto(list, start, end);
            return;
        }

        _unsorted ??= [];
        if (!_unsorted.TryGetValue((source, tag), out var waiting))
        {
            _unsorted.Add((source, tag), waiting = []);
        }

        waiting.Add(new Interval(start, end));
        if (waiting.Count > 2 * list.Count + 1024)
        {
            SortIn();
        }
    }

    /// <summary>Merges the intervals that came out of their order: each source's are sorted once.</summary>
    private void SortIn()
    {
        foreach (var (key, waiting) in _unsorted ?? [])
        {
            waiting.Sort(static (a, b) => a.Start.CompareTo(b.Start));
            var list = _sources[key];
            var merged = GtidIntervals.Union(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list),
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(waiting));
            list.Clear();
            list.AddRange(merged);
        }

        _unsorted = null;
        _insertions = 0;
    }

    private static void InsertInto(List<Interval> list, long start, long end)
    {
        // The first interval that the new one touches or precedes.
        int low = 0, high = list.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = list[middle].End < start - 1 ? (middle + 1, high) : (low, middle);
        }

        var last = low;
        while (last < list.Count && list[last].Start <= end + 1)
        {
            start = Math.Min(start, list[last].Start);
            end = Math.Max(end, list[last].End);
            last++;
        }

        if (last > low)
        {
            list[low] = new Interval(start, end);
            list.RemoveRange(low + 1, last - low - 1);
        }
        else
        {
            list.Insert(low, new Interval(start, end));
        }
    }

    private List<Interval> ListOf(Guid source, string tag)
    {
        if (_last is not null && _lastKey.Source == source && _lastKey.Tag == tag)
        {
            return _last;
        }

        if (!_sources.TryGetValue((source, tag), out var list))
        {
            _sources.Add((source, tag), list = []);
        }

        (_last, _lastKey) = (list, (source, tag));
        return list;
    }
}
