using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>How much of the stream is acknowledged. Everything delivered or skipped has a sequence number; acknowledgement
/// is one watermark.</summary>
/// <remarks>Not thread-safe: called under the cursor's lock. Positions are created only when they are stored.</remarks>
internal sealed class AcknowledgedProgress
{
    // Runs of skipped entries between unacknowledged ones, without the last run. If there are more, those before the last are forgotten,
    // so that the memory of a consumer that never acknowledges stays bounded. Such a run lies between two delivered items: nothing is lost
    // once the second one is acknowledged. The last run has nothing delivered after it, and is always kept.
    private const int MaxSkipped = 16384;
    private readonly Queue<SkippedRun> _skipped = new();
    private SkippedRun? _lastSkipped;
    private readonly Queue<(long Sequence, AcknowledgementProbe Probe)> _probes = new();
    private ChangeSet? _set;
    private int _change;
    private StreamPlace? _place;
    private StreamPlace? _end;
    private long _endSequence;
    private long _endChanges;
    private long _changes;
    private long _savedChanges;
    private long _neededSequence;

    /// <summary>Skipped entries without a delivered one between them.</summary>
    /// <param name="First">The sequence number of the first.</param>
    /// <param name="After">The sequence number after the last.</param>
    /// <param name="Place">The position after the last.</param>
    /// <param name="NeededAfter">The sequence number after the last one whose position needs to be stored; 0 if there is none.</param>
    /// <param name="End">The last transaction's end in it; null if there is none.</param>
    /// <param name="EndAfter">The sequence number after that end.</param>
    private readonly record struct SkippedRun(long First, long After, StreamPlace Place, long NeededAfter, StreamPlace? End, long EndAfter)
    {
        public SkippedRun With(StreamPlace place)
        {
            var isEnd = place.IsTransactionEnd;
            return new SkippedRun(First, After + 1, place, place.Position.NeedsStoring ? After + 1 : NeededAfter,
                isEnd ? place : End, isEnd ? After + 1 : EndAfter);
        }
    }

    /// <summary>Everything below it is acknowledged.</summary>
    public long Sequence { get; private set; }

    /// <summary>The watermark that the last <see cref="Take"/> covered.</summary>
    public long TakenSequence { get; private set; }

    /// <summary>The position up to which everything is acknowledged; null while nothing is.</summary>
    public SourcePosition? Position => CurrentPlace?.Position;

    public bool IsDirty => _neededSequence > TakenSequence;

    /// <summary>Number of changes acknowledged since the last <see cref="Take"/>.</summary>
    public long UnsavedChanges => _changes - _savedChanges;

    /// <summary>Acknowledges changes.</summary>
    /// <param name="set">The set.</param>
    /// <param name="change">The last acknowledged change of the set.</param>
    /// <param name="newChanges">Number of newly acknowledged changes.</param>
    public void Acknowledge(ChangeSet set, int change, long newChanges)
    {
        _changes += newChanges;
        if (set.Sequence + change + 1 is var sequence && sequence > Sequence)
        {
            Sequence = _neededSequence = sequence;
            _set = set;
            _change = change;
            _place = null;
            AbsorbSkipped();
        }
    }

    /// <summary>Acknowledges everything below a sequence number.</summary>
    public void Acknowledge(long sequence, StreamPlace place, long newChanges)
    {
        _changes += newChanges;
        if (sequence > Sequence)
        {
            Move(sequence, place);
            AbsorbSkipped();
        }
    }

    /// <summary>Records an entry that is not yielded: it counts as acknowledged once everything before it is.</summary>
    public void Skip(long sequence, StreamPlace place)
    {
        if (sequence <= Sequence)
        {
            if (sequence == Sequence)
            {
                Move(sequence + 1, place);
            }

            return;
        }

        if (_lastSkipped is not { } last || last.After != sequence)
        {
            if (_lastSkipped is { } earlier && _skipped.Count < MaxSkipped)
            {
                _skipped.Enqueue(earlier);
            }

            last = new SkippedRun(sequence, sequence, place, 0, null, 0);
        }

        _lastSkipped = last.With(place);
    }

    /// <summary>Sets a probe once everything below a sequence number is acknowledged.</summary>
    public void Await(long sequence, AcknowledgementProbe probe)
    {
        _probes.Enqueue((sequence, probe));
        SetProbes();
    }

    /// <summary>Returns true if the newest acknowledged change ends a transaction. Asked only when a write is due, because it
    /// creates a position.</summary>
    public bool HasUnsavedEnd()
    {
        if (_set is not null && CurrentPlace is { IsTransactionEnd: true } place)
        {
            MarkEnd(place);
        }

        return _end is not null && _endSequence > TakenSequence;
    }

    /// <summary>Returns the position to store now.</summary>
    /// <param name="atEnd">True for the last transaction's end instead of the newest position.</param>
    /// <param name="sequence">The watermark that it covers.</param>
    public StreamPlace Take(bool atEnd, out long sequence)
    {
        var place = atEnd && _end is not null ? _end : CurrentPlace;
        sequence = atEnd && _end is not null ? _endSequence : Sequence;
        _savedChanges = atEnd && _end is not null ? _endChanges : _changes;
        TakenSequence = sequence;
        return place ?? throw new InvalidOperationException("Nothing has been acknowledged.");
    }

    /// <summary>Records that a write of what was taken failed: it is due again.</summary>
    public void Untake(long sequence) => TakenSequence = sequence;

    private StreamPlace? CurrentPlace => _place ??= _set?.PlaceAfter(_change);

    private void Move(long sequence, StreamPlace place)
    {
        // A heartbeat of a quiet source: writing the same again would cost more than everything else does there.
        var isTaken = !IsDirty && CurrentPlace is { } last && IsSame(last, place);
        Sequence = sequence;
        _neededSequence = place.Position.NeedsStoring ? sequence : _neededSequence;
        _set = null;
        _place = place;
        if (isTaken)
        {
            TakenSequence = sequence;
        }

        if (place.IsTransactionEnd)
        {
            MarkEnd(place);
        }
    }

    private static bool IsSame(StreamPlace place, StreamPlace other)
        => string.Equals(place.ToOffset(null).ToString(), other.ToOffset(null).ToString(), StringComparison.Ordinal);

    private void MarkEnd(StreamPlace place)
    {
        _end = place;
        _endSequence = Sequence;
        _endChanges = _changes;
    }

    private void AbsorbSkipped()
    {
        while (_skipped.TryPeek(out var run) && run.First <= Sequence)
        {
            _skipped.Dequeue();
            Absorb(run);
        }

        if (_lastSkipped is { } last && last.First <= Sequence)
        {
            _lastSkipped = null;
            Absorb(last);
        }

        SetProbes();
    }

    private void Absorb(in SkippedRun run)
    {
        if (run.End is { } end && run.EndAfter > Sequence)
        {
            Move(run.EndAfter, end);
        }

        if (run.After > Sequence)
        {
            Move(run.After, run.Place);
        }

        _neededSequence = Math.Max(_neededSequence, run.NeededAfter);
    }

    private void SetProbes()
    {
        while (_probes.TryPeek(out var probe) && probe.Sequence <= Sequence)
        {
            _probes.Dequeue().Probe.Set();
        }
    }
}
