using CdcEmbedded.Offsets;

namespace CdcEmbedded.Testing;

/// <summary>An offset store does not fulfil the contract of <see cref="Offsets.IOffsetStore"/>.</summary>
public sealed class OffsetStoreConformanceException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What the store did and what it should have done.</param>
    /// <param name="innerException">What the store threw, if it did.</param>
    public OffsetStoreConformanceException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
