namespace CdcEmbedded;

/// <summary>The server refused the credentials, or asked for a way to log in that is not allowed or not supported here.</summary>
/// <remarks>Never transient: a wrong password that is tried again and again locks accounts.</remarks>
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
