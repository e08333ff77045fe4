namespace CdcEmbedded.TestServers.Hosting;

/// <summary>A way to run servers of one kind on this machine.</summary>
internal abstract class ServerProgram
{
    /// <summary>Puts an empty server's data into the instance's folder.</summary>
    public abstract void CreateData(InstanceFolder folder);

    /// <summary>The command that runs the server in the foreground.</summary>
    public abstract CommandLine Server(InstanceFolder folder, int port, IEnumerable<string> arguments);

    /// <summary>The command line client, set up to log on to the instance as its administrator.</summary>
    public abstract CommandLine Client(InstanceFolder folder, int port);

    /// <summary>The name of the container that holds the server, or empty.</summary>
    public abstract string Container(InstanceFolder folder);
}
