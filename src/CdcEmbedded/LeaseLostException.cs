namespace CdcEmbedded;

/// <summary>Another instance has taken over the lease of this engine: this one is no longer the active one, and must not change anything
/// more. Start another engine to wait as a standby.</summary>
/// <remarks>It happens if this instance could not renew its lease in time: its process or the store was stalled for longer than
/// <see cref="LeaseOptions.Duration"/>.</remarks>
public sealed class LeaseLostException : OffsetConflictException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The engine's name and the holder.</param>
    /// <param name="innerException">The store's own error, if there is one.</param>
    public LeaseLostException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
