namespace CdcEmbedded;

/// <summary>What tells the engine that an item has been processed.</summary>
public enum AcknowledgementMode
{
    /// <summary>Asking for the next item acknowledges the one before. A throw in the loop or a <c>break</c> leaves it unacknowledged, so that it
    /// comes again. Not for loops that buffer items and process them later.</summary>
    OnNext,

    /// <summary>Only <see cref="CdcEngine.CommitAsync(StreamItem, CancellationToken)"/> and its overloads acknowledge.</summary>
    Manual,
}
