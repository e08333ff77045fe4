using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace CdcEmbedded.MySql.Gtids;

/// <summary>A set of MySQL GTIDs, such as <c>gtid_executed</c>: per UUID and tag the intervals of numbers.
/// Immutable and thread-safe.</summary>
/// <remarks>Sets with holes are legal, as on a replica that applies transactions in parallel, and are kept as they are.</remarks>
public sealed class GtidSet : IEquatable<GtidSet>
{
    // Sorted by UUID bytes, then tag (none first, then by bytes); each with at least one interval, sorted, neither
    // touching nor overlapping.
    private readonly Entry[] _entries;

    private GtidSet(Entry[] entries) => _entries = entries;

    /// <summary>The set without any GTID.</summary>
    public static GtidSet Empty { get; } = new([]);

    /// <summary>True if no GTID is in it.</summary>
    public bool IsEmpty => _entries.Length == 0;

    /// <summary>The number of GTIDs in it.</summary>
    public UInt128 Count
    {
        get
        {
            UInt128 count = 0;
            foreach (var entry in _entries)
            {
                foreach (var interval in entry.Intervals)
                {
                    count += (ulong)(interval.End - interval.Start) + 1;
                }
            }

            return count;
        }
    }

    /// <summary>True if a GTID in it has a tag, which servers before 8.3 do not know.</summary>
    public bool HasTags => Array.Exists(_entries, e => e.Tag.Length > 0);

    /// <summary>Reads the text form: <c>uuid:1-5:7:tag:1-3,uuid:…</c>, with spaces and line breaks anywhere between the parts; UUIDs in
    /// any case, with or without hyphens. Empty text is the empty set.</summary>
    /// <exception cref="FormatException">It is not such text.</exception>
    public static GtidSet Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var set)
            ? set
            : throw new FormatException($"'{text}' is not a GTID set, written uuid:1-5:7,uuid:tag:1-3.");
    }

    /// <summary>Reads the text form.</summary>
    public static bool TryParse(string? text, out GtidSet set) => GtidSetText.TryParse(text, out set);

    /// <summary>True if a GTID is in it.</summary>
    public bool Contains(Gtid gtid)
        => Find(gtid.Source, gtid.Tag ?? "") is >= 0 and var i && FindInterval(_entries[i].Intervals, gtid.Number) >= 0;

    /// <summary>This set with one GTID more.</summary>
    public GtidSet Add(Gtid gtid)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(gtid.Number, 1, nameof(gtid));
        if (Contains(gtid))
        {
            return this;
        }

        var builder = new GtidSetBuilder(this);
        builder.Add(gtid.Source, gtid.Tag, gtid.Number, gtid.Number);
        return builder.ToSet();
    }

    /// <summary>All that is in either.</summary>
    public GtidSet Union(GtidSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.IsEmpty || ReferenceEquals(this, other))
        {
            return this;
        }

        if (IsEmpty)
        {
            return other;
        }

        var builder = new GtidSetBuilder(this);
        builder.Add(other);
        return builder.ToSet();
    }

    /// <summary>All that is in this set and not in the other.</summary>
    public GtidSet Subtract(GtidSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var result = new List<Entry>(_entries.Length);
        foreach (var entry in _entries)
        {
            var i = other.Find(entry.Source, entry.Tag);
            var rest = i < 0 ? entry.Intervals : GtidIntervals.Subtract(entry.Intervals, other._entries[i].Intervals);
            if (rest.Length > 0)
            {
                result.Add(entry with { Intervals = rest });
            }
        }

        return FromEntries(result);
    }

    /// <summary>All that is of sources of which the other set has nothing.</summary>
    internal GtidSet OfSourcesNotIn(GtidSet other)
    {
        var sources = new HashSet<Guid>(other._entries.Select(static entry => entry.Source));
        return FromEntries([.. _entries.Where(entry => !sources.Contains(entry.Source))]);
    }

    /// <summary>All that is in both.</summary>
    public GtidSet Intersect(GtidSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var result = new List<Entry>();
        foreach (var entry in _entries)
        {
            if (other.Find(entry.Source, entry.Tag) is >= 0 and var i
                && GtidIntervals.Intersect(entry.Intervals, other._entries[i].Intervals) is { Length: > 0 } common)
            {
                result.Add(entry with { Intervals = common });
            }
        }

        return FromEntries(result);
    }

    /// <summary>True if the other set has everything that this one has.</summary>
    public bool IsSubsetOf(GtidSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var entry in _entries)
        {
            if (other.Find(entry.Source, entry.Tag) is not (>= 0 and var i)
                || !GtidIntervals.IsSubset(entry.Intervals, other._entries[i].Intervals))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The text as MySQL prints it, without line breaks: UUIDs in order and lower case, tags after the
    /// numbers without one.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var i = 0; i < _entries.Length; i++)
        {
            var entry = _entries[i];
            if (i == 0 || _entries[i - 1].Source != entry.Source)
            {
                text.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{entry.Source:D}");
            }

            if (entry.Tag.Length > 0)
            {
                text.Append(':').Append(entry.Tag);
            }

            foreach (var (start, end) in entry.Intervals)
            {
                text.Append(CultureInfo.InvariantCulture, $":{start}");
                if (end > start)
                {
                    text.Append(CultureInfo.InvariantCulture, $"-{end}");
                }
            }
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public bool Equals(GtidSet? other)
    {
        if (other is null || other._entries.Length != _entries.Length)
        {
            return false;
        }

        for (var i = 0; i < _entries.Length; i++)
        {
            var (a, b) = (_entries[i], other._entries[i]);
            if (a.Source != b.Source || a.Tag != b.Tag || !a.Intervals.AsSpan().SequenceEqual(b.Intervals))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GtidSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var entry in _entries)
        {
            hash.Add(entry.Source);
            hash.Add(entry.Tag);
            hash.Add(entry.Intervals.Length);
            hash.Add(entry.Intervals[^1]);
        }

        return hash.ToHashCode();
    }

    internal ReadOnlySpan<Entry> Entries => _entries;

    internal static GtidSet FromEntries(List<Entry> sorted) => sorted.Count == 0 ? Empty : new GtidSet([.. sorted]);

    internal bool TryGetSingle(out Gtid gtid)
    {
        var single = _entries is [{ Intervals: [var only] }] && only.Start == only.End;
        gtid = single ? new Gtid(_entries[0].Source, _entries[0].Tag, _entries[0].Intervals[0].Start) : default;
        return single;
    }

    /// <summary>The bytes for COM_BINLOG_DUMP_GTID; see <see cref="GtidSetBinary"/>.</summary>
    internal byte[] ToBytes() => GtidSetBinary.Write(this);

    private static int FindInterval(Interval[] intervals, long number)
    {
        int low = 0, high = intervals.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (number < intervals[middle].Start)
            {
                high = middle - 1;
            }
            else if (number > intervals[middle].End)
            {
                low = middle + 1;
            }
            else
            {
                return middle;
            }
        }

        return -1;
    }

    private int Find(Guid source, string tag)
    {
        int low = 0, high = _entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = Entry.Compare(_entries[middle].Source, _entries[middle].Tag, source, tag);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    /// <summary>Numbers from a first to a last, both in.</summary>
    internal readonly record struct Interval(long Start, long End);

    /// <summary>The intervals of one UUID and tag; the tag is empty for none.</summary>
    internal readonly record struct Entry(Guid Source, string Tag, Interval[] Intervals)
    {
        // A Guid compares field by field as unsigned numbers, which is the order of its big-endian bytes.
        public static int Compare(Guid source, string tag, Guid otherSource, string otherTag)
            => source.CompareTo(otherSource) is not 0 and var order ? order : string.CompareOrdinal(tag, otherTag);
    }
}
