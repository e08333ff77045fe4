namespace CdcEmbedded.TestServers;

/// <summary>
/// No server of the wanted kind can be had on this machine, or the one there cannot do what was asked. The message is a complete reason
/// for skipping a test; see <see cref="ServerAvailability.Required"/> for when a test must fail instead.
/// </summary>
public sealed class ServerUnavailableException : Exception
{
    /// <summary>Creates the exception with the reason that a skipped test shows.</summary>
    public ServerUnavailableException(string reason)
        : base(reason)
    {
    }
}
