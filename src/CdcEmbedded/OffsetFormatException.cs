namespace CdcEmbedded;

/// <summary>A stored text is not a usable offset: it is damaged, of an unknown version, or of another kind of source.</summary>
/// <remarks>Never transient, and the engine never starts over because of it, which would skip or repeat changes silently.</remarks>
public class OffsetFormatException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which offset, what is wrong with it, and what to do.</param>
    /// <param name="innerException">The parser's own error.</param>
    public OffsetFormatException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
