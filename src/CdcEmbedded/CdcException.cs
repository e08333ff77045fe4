namespace CdcEmbedded;

/// <summary>The base of every exception that CdcEmbedded throws for a fault outside the program: network, server, log, data.</summary>
/// <remarks>Misuse of the API throws the exceptions of the base class library instead
/// (<see cref="ArgumentException"/>, <see cref="InvalidOperationException"/>, <see cref="ObjectDisposedException"/>),
/// cancellation an <see cref="OperationCanceledException"/>.</remarks>
public class CdcException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, with which value, and what to do about it. Never a password, never row contents.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CdcException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>True if the same attempt may succeed later without intervention: the engine then reconnects.</summary>
    /// <value>False unless a derived type says otherwise.</value>
    public virtual bool IsTransient => false;
}
