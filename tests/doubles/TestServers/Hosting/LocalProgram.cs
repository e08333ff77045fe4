namespace CdcEmbedded.TestServers.Hosting;

/// <summary>A server that runs as a plain process from the cache.</summary>
/// <param name="server">The server, with the arguments that point it into the cache.</param>
/// <param name="client">The client.</param>
/// <param name="clientArguments">Arguments of the client that must follow its option file.</param>
/// <param name="emptyData">The data folder of a freshly initialised server, to be copied.</param>
/// <param name="defaults">The arguments that make it a test server.</param>
internal sealed class LocalProgram(
    CommandLine server, CommandLine client, IReadOnlyList<string> clientArguments, string emptyData, IReadOnlyList<string> defaults)
    : ServerProgram
{
    public override void CreateData(InstanceFolder folder) => InstanceFolder.CopyData(emptyData, folder.Data, newIdentity: true);

    public override CommandLine Server(InstanceFolder folder, int port, IEnumerable<string> arguments) =>
        server.With(
        [
            $"--datadir={folder.Data}",
            $"--socket={folder.Socket}",
            $"--pid-file={Path.Combine(folder.FullPath, "server.pid")}",
            $"--tmpdir={folder.FullPath}",
            "--bind-address=127.0.0.1",
            $"--port={port}",
            .. defaults,
            .. arguments,
        ]);

    public override CommandLine Client(InstanceFolder folder, int port)
    {
        folder.WriteClientOptions(AdminAccount.User, AdminAccount.Password, ["protocol=SOCKET", $"socket={folder.Socket}"]);
        return client.With([$"--defaults-file={folder.ClientOptions}", .. clientArguments]);
    }

    public override string Container(InstanceFolder folder) => "";
}
