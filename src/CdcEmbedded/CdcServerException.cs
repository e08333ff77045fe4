namespace CdcEmbedded;

/// <summary>A server answered with an error of its own.</summary>
public class CdcServerException : CdcException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="code">The server's error number.</param>
    /// <param name="sqlState">The five-character SQLSTATE, or null if the protocol has none.</param>
    /// <param name="message">The server's message, with the request.</param>
    /// <param name="isTransient">True if the same request may succeed later.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CdcServerException(int code, string? sqlState, string message, bool isTransient = false, Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
        SqlState = sqlState;
        IsTransient = isTransient;
    }

    /// <summary>The server's error number, such as 1236 of MySQL.</summary>
    public int Code { get; }

    /// <summary>The five-character SQLSTATE; null if the protocol has none.</summary>
    public string? SqlState { get; }

    /// <inheritdoc/>
    public override bool IsTransient { get; }
}
