namespace CdcEmbedded.MySql.Gtids;

/// <summary>The executed GTIDs as they grow: a first set and a list of the GTIDs added to it, so that the state after each transaction
/// costs one number instead of one set.</summary>
/// <remarks>One thread appends. An <see cref="ExecutedGtids"/> may be read by any thread that received it by a path with a memory barrier
/// (a channel): it reads only entries below its own count, which are never written again.</remarks>
internal sealed class GtidTimeline
{
    /// <summary>Entries of a segment: bounds what building a set replays and what a moment keeps alive, about 10 KiB.</summary>
    internal const int SegmentLength = 1024;

    private Segment _segment;

    /// <summary>Creates the timeline.</summary>
    /// <param name="start">The transactions executed before the first appended one.</param>
    public GtidTimeline(GtidSet start) => _segment = new Segment(this, first: 0, start);

    /// <summary>The state now.</summary>
    public ExecutedGtids Current => new(_segment, _segment.Count);

    /// <summary>Adds a GTID.</summary>
    /// <returns>The state with it.</returns>
    public ExecutedGtids Append(Gtid gtid)
    {
        if (_segment.Count == SegmentLength)
        {
            _segment = new Segment(this, _segment.First + SegmentLength, _segment.ToSet(SegmentLength));
        }

        _segment.Append(gtid);
        return Current;
    }

    /// <summary>One stretch of the timeline.</summary>
    /// <param name="timeline">The timeline.</param>
    /// <param name="first">How many entries are in the segments before it.</param>
    /// <param name="start">The state before its first entry.</param>
    internal sealed class Segment(GtidTimeline timeline, long first, GtidSet start)
    {
        private readonly long[] _numbers = new long[SegmentLength];
        private readonly ushort[] _sources = new ushort[SegmentLength];
        private (Guid Source, string? Tag)[] _names = new (Guid, string?)[2];
        private int _nameCount;

        /// <summary>The timeline that it belongs to.</summary>
        public GtidTimeline Timeline => timeline;

        /// <summary>How many entries are in the segments before it.</summary>
        public long First => first;

        /// <summary>How many entries it has.</summary>
        public int Count { get; private set; }

        /// <summary>Adds an entry.</summary>
        public void Append(Gtid gtid)
        {
            _sources[Count] = SourceOf(gtid);
            _numbers[Count] = gtid.Number;
            Count++;
        }

        /// <summary>The set with the first entries.</summary>
        public GtidSet ToSet(int count)
        {
            if (count == 0)
            {
                return start;
            }

            var names = _names;
            var builder = new GtidSetBuilder(start);
            for (var i = 0; i < count; i++)
            {
                var (source, tag) = names[_sources[i]];
                builder.Add(source, tag, _numbers[i], _numbers[i]);
            }

            return builder.ToSet();
        }

        private ushort SourceOf(Gtid gtid)
        {
            for (var i = _nameCount - 1; i >= 0; i--)
            {
                if (_names[i].Source == gtid.Source && _names[i].Tag == gtid.Tag)
                {
                    return (ushort)i;
                }
            }

            if (_nameCount == _names.Length)
            {
                // A new array: a reader of an older count keeps the one that it took.
                Array.Resize(ref _names, _nameCount * 2);
            }

            _names[_nameCount] = (gtid.Source, gtid.Tag);
            return (ushort)_nameCount++;
        }
    }
}
