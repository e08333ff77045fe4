namespace CdcEmbedded.TestServers.Hosting;

/// <summary>A server in a container, for machines that have a Docker engine and no Debian archive. The image initialises
/// its own data.</summary>
internal sealed class DockerProgram(string image, IReadOnlyList<string> user, IReadOnlyList<string> defaults) : ServerProgram
{
    /// <summary>Fails if no engine answers, and fetches the image, so that a later start of a server is quick.</summary>
    public static async Task<DockerProgram> FindAsync(string image, IReadOnlyList<string> defaults, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows() || CommandLine.Find("docker") is null)
        {
            throw new ServerSourceException("this machine has no Docker client");
        }

        CommandRun engine = await CommandRun.RunAsync(
            new CommandLine("docker", ["version", "--format", "{{.Server.Version}}"]), cancellationToken: cancellationToken);
        if (engine.ExitCode != 0)
        {
            throw new ServerSourceException($"no Docker engine answers: {CommandRun.LastLines(engine.Error, 2)}");
        }

        CommandRun known = await CommandRun.RunAsync(new CommandLine("docker", ["image", "inspect", image]),
            cancellationToken: cancellationToken);
        if (known.ExitCode != 0)
        {
            await CommandRun.RequireAsync(new CommandLine("docker", ["pull", "--quiet", image]), cancellationToken: cancellationToken);
        }

        return new DockerProgram(image, await UserAsync(cancellationToken), defaults);
    }

    public override void CreateData(InstanceFolder folder) => Directory.CreateDirectory(folder.Data);

    public override CommandLine Server(InstanceFolder folder, int port, IEnumerable<string> arguments) =>
        new("docker",
        [
            "run", "--rm", "--name", Container(folder),
            "--publish", $"127.0.0.1:{port}:3306",
            "--volume", $"{folder.Data}:/var/lib/mysql",
            "--env", $"MYSQL_ROOT_PASSWORD={AdminAccount.Password}",
            "--env", "MYSQL_ROOT_HOST=%",
            .. user, image, .. defaults, .. arguments,
        ]);

    public override CommandLine Client(InstanceFolder folder, int port) =>
        new("docker",
        [
            "exec", "--interactive", "--env", $"MYSQL_PWD={AdminAccount.Password}", Container(folder),
            "mysql", "--no-defaults", "--protocol=TCP", "--host=127.0.0.1", $"--user={AdminAccount.User}",
        ]);

    public override string Container(InstanceFolder folder) => Path.GetFileName(folder.FullPath);

    // The tests read the server's files and delete them at the end, so the server must run as the user who runs the tests.
    private static async Task<IReadOnlyList<string>> UserAsync(CancellationToken cancellationToken)
    {
        if (Environment.IsPrivilegedProcess)
        {
            return [];
        }

        CommandRun user = await CommandRun.RequireAsync(new CommandLine("id", ["-u"]), cancellationToken: cancellationToken);
        CommandRun group = await CommandRun.RequireAsync(new CommandLine("id", ["-g"]), cancellationToken: cancellationToken);
        return ["--user", $"{user.Output.Trim()}:{group.Output.Trim()}"];
    }
}
