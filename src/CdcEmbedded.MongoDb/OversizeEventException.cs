namespace CdcEmbedded.MongoDb;

/// <summary>A change event is too large for the server to send: without a change of options the stream would stop here
/// again and again.</summary>
public sealed class OversizeEventException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The position of the stream, and what to do.</param>
    /// <param name="innerException">The server's own error.</param>
    public OversizeEventException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
