namespace CdcEmbedded;

/// <summary>The source's log itself says, or shows, that changes are missing or cannot be told apart: going on would lose or invent data.</summary>
public class SourceInconsistentException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What the log holds, at which position, and what to do.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public SourceInconsistentException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
