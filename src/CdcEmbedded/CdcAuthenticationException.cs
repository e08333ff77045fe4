namespace CdcEmbedded;

/// <summary>The server refused the credentials, or asked for a login method that is not allowed or not supported.</summary>
/// <remarks>Never transient, because repeated attempts with a wrong password lock accounts.</remarks>
public class CdcAuthenticationException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was refused, for which user, and what to change. Never the password.</param>
    /// <param name="innerException">The server's own error.</param>
    public CdcAuthenticationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
