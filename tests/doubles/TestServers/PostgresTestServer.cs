using CdcEmbedded.TestServers.Fetching;
using CdcEmbedded.TestServers.Hosting;

namespace CdcEmbedded.TestServers;

/// <summary>A running PostgreSQL server, for the tests of offset stores: the machine's own, else one from Debian packages, else
/// the one that <c>CDC_POSTGRES</c> names with a connection string of Npgsql. It works in a temporary folder, on a loopback port
/// of its own.</summary>
public sealed class PostgresTestServer : IAsyncDisposable
{
    private const string Variable = "CDC_POSTGRES";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private readonly InstanceFolder? _folder;
    private GuardedProcess? _process;

    private PostgresTestServer(string connectionString, InstanceFolder? folder)
    {
        ConnectionString = connectionString;
        _folder = folder;
    }

    /// <summary>A connection string of an administrator.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts a server and returns when it accepts connections.</summary>
    /// <exception cref="ServerUnavailableException">There is no way to run one on this machine.</exception>
    public static async Task<PostgresTestServer> StartAsync(CancellationToken cancellationToken = default)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return new PostgresTestServer(named, null);
        }

        try
        {
            return await StartOwnAsync(await FindAsync(cancellationToken), cancellationToken);
        }
        catch (Exception e) when (e is ServerSourceException or IOException or UnauthorizedAccessException)
        {
            throw new ServerUnavailableException($"No PostgreSQL server: {Variable} names none; {e.Message}.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            await process.DisposeAsync();
        }

        _folder?.Delete();
    }

    private static async Task<PostgresTestServer> StartOwnAsync(Func<string, CommandLine> program, CancellationToken cancellationToken)
    {
        var folder = InstanceFolder.Create();
        int port = LoopbackPort.Choose();
        var server = new PostgresTestServer($"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres", folder);
        try
        {
            // The server refuses to run as root.
            if (Environment.IsPrivilegedProcess)
            {
                await CommandRun.RequireAsync(new CommandLine("chown", ["nobody", folder.FullPath]), cancellationToken: cancellationToken);
            }

            await CommandRun.RequireAsync(
                AsUser(program("initdb").With("-D", folder.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")),
                workingDirectory: folder.FullPath, cancellationToken: cancellationToken);
            server._process = await GuardedProcess.StartAsync(
                AsUser(program("postgres").With("-D", folder.Data, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1", "-c",
                    $"unix_socket_directories={folder.FullPath}", "-c", "fsync=off", "-c", "shared_buffers=16MB")), folder, "");
            await server.AnswersAsync(port, folder, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task AnswersAsync(int port, InstanceFolder folder, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(StartTimeout);
        while (!File.Exists(folder.Log) || !File.ReadAllText(folder.Log).Contains("ready to accept connections", StringComparison.Ordinal)
            || !await LoopbackPort.AcceptsAsync(port, bound.Token))
        {
            if (_process is { HasExited: true } || bound.IsCancellationRequested)
            {
                throw new InvalidOperationException($"The PostgreSQL server did not start: {folder.LogTail()}");
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    private static CommandLine AsUser(CommandLine program) => Environment.IsPrivilegedProcess
        ? new CommandLine("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", program.Program, .. program.Arguments])
        : program;

    private static async Task<Func<string, CommandLine>> FindAsync(CancellationToken cancellationToken)
    {
        const string Installed = "/usr/lib/postgresql";
        if (Directory.Exists(Installed))
        {
            foreach (string version in Directory.GetDirectories(Installed).OrderDescending(StringComparer.Ordinal))
            {
                if (File.Exists(Path.Combine(version, "bin", "initdb")))
                {
                    return name => new CommandLine(Path.Combine(version, "bin", name), []);
                }
            }
        }

        string cached = await ServerCache.Default().GetOrCreateAsync(
            "postgresql-17", (folder, token) => DebianPackages.FetchAsync("trixie", ["postgresql-17"], folder, token), cancellationToken);
        var tree = new DebianTree(cached);
        return name => tree.Program($"usr/lib/postgresql/17/bin/{name}");
    }
}
