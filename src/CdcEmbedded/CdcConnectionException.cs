namespace CdcEmbedded;

/// <summary>The connection to a server could not be opened, was cut, or fell silent. Usually transient: the engine reconnects.</summary>
public class CdcConnectionException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, with host and port.</param>
    /// <param name="innerException">The socket's or the TLS layer's own exception.</param>
    /// <param name="isTransient">False if another attempt cannot help, as with a certificate that does not verify.</param>
    public CdcConnectionException(string message, Exception? innerException = null, bool isTransient = true)
        : base(message, innerException) => IsTransient = isTransient;

    /// <inheritdoc/>
    public override bool IsTransient { get; }
}
