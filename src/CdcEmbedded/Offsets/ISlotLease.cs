namespace CdcEmbedded.Offsets;

/// <summary>The lease that every text of a slot includes.</summary>
internal interface ISlotLease
{
    /// <summary>Returns the lease to write now.</summary>
    /// <param name="timestamp">When the write begins: the lease lasts from then on.</param>
    LeaseRecord Begin(out long timestamp);

    /// <summary>The text with it is stored.</summary>
    /// <param name="timestamp">When that write began.</param>
    void OnWritten(long timestamp);
}
