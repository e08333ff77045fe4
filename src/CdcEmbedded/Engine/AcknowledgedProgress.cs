using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>How much of the stream is acknowledged. Everything delivered or skipped has a sequence number; acknowledgement
/// is one watermark.</summary>
/// <remarks>Not thread-safe: called under the cursor's lock. Positions are created only when they are stored.</remarks>
internal sealed class AcknowledgedProgress
{
    // Skipped entries after unacknowledged ones. If the oldest is forgotten, a stored offset is merely before a transaction's end instead
    // of after it, so the memory of a consumer that commits late stays bounded.
    private const int MaxSkipped = 1024;
    private readonly Queue<SkippedRun> _skipped = new();
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

    private readonly record struct SkippedRun(long First, long After, StreamPlace Place);

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

        if (_skipped.Count == MaxSkipped)
        {
            _skipped.Dequeue();
        }

        _skipped.Enqueue(new SkippedRun(sequence, sequence + 1, place));
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
            if (run.After > Sequence)
            {
                Move(run.After, run.Place);
            }
        }

        SetProbes();
    }

    private void SetProbes()
    {
        while (_probes.TryPeek(out var probe) && probe.Sequence <= Sequence)
        {
            _probes.Dequeue().Probe.Set();
        }
    }
}
