using CdcEmbedded.Offsets;

namespace CdcEmbedded.Engine;

/// <summary>Watches a row for changes with the standby's own clock.</summary>
internal sealed class LeaseWatch(TimeProvider time)
{
    private StoredOffset? _row;
    private long _since;
    private bool _isSeen;

    /// <summary>True if nobody holds the lease: it was released, never taken, or not renewed for its duration.</summary>
    /// <param name="row">What is stored now.</param>
    /// <param name="lease">Its lease.</param>
    public bool IsFree(StoredOffset? row, LeaseRecord? lease)
    {
        if (!_isSeen || row != _row)
        {
            _isSeen = true;
            _row = row;
            _since = time.GetTimestamp();
        }

        return lease?.Owner is null || time.GetElapsedTime(_since) >= lease.Duration;
    }
}
