namespace CdcEmbedded;

/// <summary>What acknowledges an item, which means that it has been processed.</summary>
public enum AcknowledgementMode
{
    /// <summary>Asking for the next item acknowledges the previous one. An exception in the loop or a <c>break</c> leaves it
    /// unacknowledged, so that it is delivered again. Not for loops that buffer items and process them later.</summary>
    OnNext,

    /// <summary>Only <see cref="CdcEngine.CommitAsync(StreamItem, CancellationToken)"/> and its overloads acknowledge.</summary>
    Manual,
}
