namespace CdcEmbedded;

/// <summary>Bytes that do not follow the protocol or the log's format: damage, an unknown event, a checksum that does not match.</summary>
public class CdcProtocolException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was expected and what was found.</param>
    /// <param name="eventType">The event or message at hand, such as <c>WRITE_ROWS_EVENT</c>; null where none is.</param>
    /// <param name="position">Where in the source's log, such as <c>binlog.000003:1234</c>; null where unknown.</param>
    /// <param name="payloadOffset">The offset in bytes inside the event or message; -1 where unknown.</param>
    /// <param name="isTransient">Whether reading again may help, as with a checksum damaged on the way.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public CdcProtocolException(string message, string? eventType = null, string? position = null, long payloadOffset = -1,
        bool isTransient = false, Exception? innerException = null)
        : base(message, innerException)
    {
        EventType = eventType;
        Position = position;
        PayloadOffset = payloadOffset;
        IsTransient = isTransient;
    }

    /// <summary>The event or message at hand, such as <c>WRITE_ROWS_EVENT</c>; null where none is.</summary>
    public string? EventType { get; }

    /// <summary>Where in the source's log, such as <c>binlog.000003:1234</c>; null where unknown.</summary>
    public string? Position { get; }

    /// <summary>The offset in bytes inside the event or message; -1 where unknown.</summary>
    public long PayloadOffset { get; }

    /// <inheritdoc/>
    public override bool IsTransient { get; }
}
