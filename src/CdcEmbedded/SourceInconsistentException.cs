namespace CdcEmbedded;

/// <summary>The source's log says, or shows, that changes are missing or cannot be separated: to continue would lose
/// or invent data.</summary>
public class SourceInconsistentException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What the log holds, at which position, and what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public SourceInconsistentException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
