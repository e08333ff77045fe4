namespace CdcEmbedded.TestServers;

/// <summary>
/// No server of the requested kind is available on this machine, or the available one cannot do what was asked. The message is a complete
/// reason to skip a test; see <see cref="ServerAvailability.Required"/> for when a test must fail instead.
/// </summary>
public sealed class ServerUnavailableException : Exception
{
    /// <summary>Creates the exception with the reason that a skipped test shows.</summary>
    public ServerUnavailableException(string reason)
        : base(reason)
    {
    }
}
