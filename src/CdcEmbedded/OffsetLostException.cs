namespace CdcEmbedded;

/// <summary>The stored position can no longer be read from the source: its log was purged, reset, or belongs to another server.</summary>
/// <remarks>Never transient. The changes between the stored position and the oldest one that still exists are gone from the log: the
/// message says what is missing and what to do. <see cref="CdcEngineOptions.OnOffsetLost"/> can let an engine resume elsewhere.</remarks>
public class OffsetLostException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was stored, what the source still has, and what to do.</param>
    /// <param name="innerException">The server's own error, if there is one.</param>
    public OffsetLostException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
