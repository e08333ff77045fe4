namespace CdcEmbedded;

/// <summary>Bytes that do not follow the protocol or the log's format: damage, an unknown event, a checksum that does not match.</summary>
public class CdcProtocolException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was expected and what was found.</param>
    /// <param name="eventType">The current event or message, such as <c>WRITE_ROWS_EVENT</c>; null if there is none.</param>
    /// <param name="position">The position in the source's log, such as <c>binlog.000003:1234</c>; null if unknown.</param>
    /// <param name="payloadOffset">The offset in bytes inside the event or message; -1 if unknown.</param>
    /// <param name="isTransient">True if reading again may help, as with bytes that were damaged in transit.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CdcProtocolException(string message, string? eventType = null, string? position = null, long payloadOffset = -1,
        bool isTransient = false, Exception? innerException = null)
        : base(message, innerException)
    {
        EventType = eventType;
        Position = position;
        PayloadOffset = payloadOffset;
        IsTransient = isTransient;
    }

    /// <summary>The current event or message, such as <c>WRITE_ROWS_EVENT</c>; null if there is none.</summary>
    public string? EventType { get; }

    /// <summary>The position in the source's log, such as <c>binlog.000003:1234</c>; null if unknown.</summary>
    public string? Position { get; }

    /// <summary>The offset in bytes inside the event or message; -1 if unknown.</summary>
    public long PayloadOffset { get; }

    /// <inheritdoc/>
    public override bool IsTransient { get; }
}
