namespace CdcEmbedded.TestServers.Hosting;

/// <summary>One way of getting a server does not work here; the next one may.</summary>
internal sealed class ServerSourceException : Exception
{
    public ServerSourceException(string message)
        : base(message)
    {
    }
}
