namespace CdcEmbedded;

/// <summary>Another instance has advanced the stored offset under the same engine name since this one loaded it.</summary>
/// <remarks>Never transient: two engines under one name would repeat and overtake each other. Give each its own name,
/// or stop one.</remarks>
public class OffsetConflictException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The engine name, the version expected and the version found.</param>
    /// <param name="innerException">The store's own error, if there is one.</param>
    public OffsetConflictException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>True if exactly this offset, or a later one of this instance, is already stored: the transaction of an earlier attempt was
    /// committed although its answer was lost, or another instance has applied the same changes.</summary>
    /// <remarks>Roll the current transaction back and go to the next batch. If it is false, the stream ends.</remarks>
    /// <value>The default is false.</value>
    public bool IsAlreadyStored { get; init; }
}
