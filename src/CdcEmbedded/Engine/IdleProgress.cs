using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>The position that has moved, without changes, past everything that was yielded. Where the application stores the offsets after
/// changes itself, nothing else would store this one.</summary>
/// <remarks>Not thread-safe: called under the cursor's lock.</remarks>
internal sealed class IdleProgress
{
    private SourcePosition? _reported;

    /// <summary>The end of what was yielded: the sequence number after it.</summary>
    public long YieldedEnd { get; private set; }

    /// <summary>The position; null if nothing was skipped since something was yielded.</summary>
    public StreamPlace? Place { get; private set; }

    /// <summary>The sequence number after what was skipped.</summary>
    public long Sequence { get; private set; }

    /// <summary>Records that something was yielded.</summary>
    /// <param name="end">The sequence number after it.</param>
    public void OnYielded(long end)
    {
        YieldedEnd = end;
        Place = null;
    }

    /// <summary>Records that something was skipped.</summary>
    /// <param name="end">The sequence number after it.</param>
    /// <param name="place">The position after it.</param>
    public void OnSkipped(long end, StreamPlace place)
    {
        if (Place is not null || place.Position.NeedsStoring)
        {
            Place = place;
            Sequence = end;
        }
    }

    /// <summary>Records that the position up to a sequence number is stored.</summary>
    public void OnStored(long sequence)
    {
        if (sequence == Sequence)
        {
            Place = null;
        }
    }

    /// <summary>Returns the position if it is another one than the last that was returned, and records it as yielded.</summary>
    public StreamPlace? TakeMoved()
    {
        if (Place is not { } place)
        {
            return null;
        }

        OnYielded(Sequence);
        if (_reported is { } reported && place.Position.TryCompareTo(reported, out var order) && order == 0)
        {
            return null;
        }

        _reported = place.Position;
        return place;
    }
}
