namespace CdcEmbedded;

/// <summary>A stored offset is not one: damaged text, an unknown version, another kind of source.</summary>
/// <remarks>Never transient, and never answered by starting afresh: that would skip or repeat changes without a word.</remarks>
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
