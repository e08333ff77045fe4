using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using CdcEmbedded.TestServers.Hosting;
using CdcEmbedded.TestServers.Recipes;

namespace CdcEmbedded.TestServers;

/// <summary>
/// A running server for tests and benchmarks: found, fetched and started by <see cref="StartAsync"/>, and ended by disposal or by the end
/// of this process, however it ends. It listens on its own loopback port and works in its own temporary folder. Members are thread-safe,
/// except those that start and stop the server.
/// </summary>
public sealed class MySqlTestServer : IAsyncDisposable
{
    private const int PortAttempts = 3;
    private readonly ServerRecipe _recipe;
    private readonly ServerProgram? _program;
    private readonly InstanceFolder _folder;
    private readonly CommandLine _client;
    private readonly TimeSpan _startTimeout;
    private IReadOnlyList<string> _arguments;
    private GuardedProcess? _process;
    private int _databases;

    private MySqlTestServer(ServerRecipe recipe, InstanceFolder folder, NamedServer named, CommandLine client)
    {
        _recipe = recipe;
        _folder = folder;
        _client = client;
        _arguments = [];
        (Host, Port, AdminUser, AdminPassword) = named;
    }

    private MySqlTestServer(ServerRecipe recipe, InstanceFolder folder, ServerProgram program, MySqlServerOptions options)
    {
        _recipe = recipe;
        _folder = folder;
        _program = program;
        _arguments = options.Arguments;
        _startTimeout = options.StartTimeout;
        Host = "127.0.0.1";
        Port = LoopbackPort.Choose();
        AdminUser = AdminAccount.User;
        AdminPassword = AdminAccount.Password;
        _client = program.Client(folder, Port);
    }

    /// <summary>The address to connect to; <c>127.0.0.1</c> unless an environment variable names the server.</summary>
    public string Host { get; }

    /// <summary>The TCP port; it survives restarts.</summary>
    public int Port { get; }

    /// <summary>The account that may do everything, over TCP and over the socket.</summary>
    public string AdminUser { get; }

    /// <summary>The password of <see cref="AdminUser"/>.</summary>
    public string AdminPassword { get; }

    /// <summary>False if an environment variable names the server: it cannot be stopped, and its files are out of reach.</summary>
    public bool IsOwned => _program is not null;

    /// <summary>True while the process runs; always true for a server that is not owned.</summary>
    public bool IsRunning => !IsOwned || _process is { HasExited: false };

    /// <summary>The server's process id.</summary>
    /// <exception cref="InvalidOperationException">It was stopped or is not owned.</exception>
    public int ProcessId => (_process ?? throw new InvalidOperationException("There is no server process.")).ServerId;

    /// <summary>A connection string of the administrator without TLS.</summary>
    public string ConnectionString => ConnectionStringFor(AdminUser, AdminPassword);

    /// <summary>The server's data folder.</summary>
    /// <exception cref="ServerUnavailableException">The server is not owned.</exception>
    public string DataDirectory => Owned("its data folder").Data;

    /// <summary>The Unix domain socket.</summary>
    /// <exception cref="ServerUnavailableException">The server is not owned.</exception>
    public string SocketPath => Owned("its socket").Socket;

    /// <summary>The certificate authority that signed the server's certificate, PEM; MySQL 9.7 generates both.</summary>
    /// <exception cref="ServerUnavailableException">The server is not owned, or has no TLS.</exception>
    public string CaCertificatePath => File.Exists(Path.Combine(DataDirectory, "ca.pem"))
        ? Path.Combine(DataDirectory, "ca.pem")
        : throw new ServerUnavailableException($"This {_recipe.Name} server has no certificate.");

    /// <summary>Starts a server and returns when it answers. The first call on a machine may have to fetch it.</summary>
    /// <exception cref="ServerUnavailableException">There is no way to run such a server on this machine; the message says why.</exception>
    /// <exception cref="InvalidOperationException">The server ended or did not answer in time; the message has the end
    /// of its log.</exception>
    public static async Task<MySqlTestServer> StartAsync(
        ServerKind kind, MySqlServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new MySqlServerOptions();
        ServerRecipe recipe = ServerRecipe.For(kind);
        bool owned = options.Owned || options.Arguments.Count > 0 || options.CopyDataFrom is not null;
        if (!owned && NamedServer.From(recipe.Variable) is { } named)
        {
            return await ConnectAsync(recipe, named, cancellationToken);
        }

        ServerProgram program = await ServerFinder.FindAsync(kind, cancellationToken);
        for (int attempt = 1; ; attempt++)
        {
            var server = new MySqlTestServer(recipe, InstanceFolder.Create(), program, options);
            try
            {
                await server.CreateDataAsync(options.CopyDataFrom);
                await server.LaunchAsync(cancellationToken);
                return server;
            }
            catch (InvalidOperationException e) when (attempt < PortAttempts
                && e.Message.Contains("Address already in use", StringComparison.OrdinalIgnoreCase))
            {
                // Another process took the port between the choice and the start.
                await server.DisposeAsync();
            }
            catch
            {
                await server.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>A connection string without TLS for any account.</summary>
    public string ConnectionStringFor(string user, string password) => new DbConnectionStringBuilder
    {
        ["Server"] = Host,
        ["Port"] = Port,
        ["User ID"] = user,
        ["Password"] = password,
        ["SslMode"] = "Disabled",

        // Without TLS the first login of an account asks for the server's RSA key; here the network is the loopback.
        ["AllowPublicKeyRetrieval"] = true,
    }.ConnectionString;

    /// <summary>The path of a binlog file by its name, e.g. <c>binlog.000001</c>.</summary>
    /// <exception cref="ServerUnavailableException">The server is not owned.</exception>
    public string BinlogPath(string name) => Path.Combine(DataDirectory, name);

    /// <summary>Runs statements, separated by semicolons, in a new connection; stops at the first that fails.</summary>
    /// <exception cref="SqlStatementException">A statement failed.</exception>
    public Task ExecuteAsync(string sql, string? database = null, CancellationToken cancellationToken = default) =>
        QueryAsync(sql, database, cancellationToken);

    /// <summary>Runs statements as <see cref="ExecuteAsync"/> does and returns the rows of all their results in order.</summary>
    /// <returns>One array per row. NULL is null, and so is the text 'NULL', which the client prints in the same way: select HEX() if that
    /// matters, and also for binary columns, because the client's output is read as UTF-8.</returns>
    /// <exception cref="SqlStatementException">A statement failed.</exception>
    public async Task<IReadOnlyList<string?[]>> QueryAsync(
        string sql, string? database = null, CancellationToken cancellationToken = default)
    {
        // MySQL's client doubles its buffer of 16 MiB to look for the end of a last line that has none, which triples its costs.
        byte[] input = CommandRun.Utf8.GetBytes(sql + "\n");
        return ClientOutput.Rows(await RunClientAsync(stream => stream.WriteAsync(input, cancellationToken).AsTask(), database,
            cancellationToken));
    }

    /// <summary>All connections of the server, that of this question included.</summary>
    /// <exception cref="SqlStatementException">The statement failed.</exception>
    public Task<IReadOnlyList<ServerConnection>> ConnectionsAsync(CancellationToken cancellationToken = default) =>
        ServerConnection.ReadAsync(sql => QueryAsync(sql, null, cancellationToken));

    /// <summary>Runs a file of statements, of any size.</summary>
    /// <exception cref="SqlStatementException">A statement failed.</exception>
    public async Task ExecuteFileAsync(string path, string? database = null, CancellationToken cancellationToken = default)
    {
        await using FileStream file = File.OpenRead(path);
        await RunClientAsync(stream => file.CopyToAsync(stream, cancellationToken), database, cancellationToken);
    }

    /// <summary>Opens a connection that stays open, for transactions and for fast writing.</summary>
    /// <exception cref="SqlStatementException">The connection was refused.</exception>
    public Task<SqlSession> OpenSessionAsync(string? database = null, CancellationToken cancellationToken = default) =>
        SqlSession.OpenAsync(ClientCommand(database), cancellationToken);

    /// <summary>Creates a database with a name that is unique on this server, and returns the name.</summary>
    public async Task<string> CreateDatabaseAsync(string prefix = "t", CancellationToken cancellationToken = default)
    {
        string number = Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture);
        string name = IsOwned ? $"{prefix}_{number}" : $"{prefix}_{Guid.NewGuid().ToString("N")[..8]}_{number}";
        await ExecuteAsync($"CREATE DATABASE `{name}`", null, cancellationToken);
        return name;
    }

    /// <summary>Shuts the server down regularly and waits for its end.</summary>
    /// <exception cref="ServerUnavailableException">The server is not owned.</exception>
    public Task StopAsync(CancellationToken cancellationToken = default) => EndAsync("TERM", cancellationToken);

    /// <summary>Ends the server as a crash does and waits for its end.</summary>
    /// <exception cref="ServerUnavailableException">The server is not owned.</exception>
    public Task KillAsync(CancellationToken cancellationToken = default) => EndAsync("KILL", cancellationToken);

    /// <summary>Freezes the server: its connections stay open and fall silent. Continue with <see cref="ResumeAsync"/>.</summary>
    /// <exception cref="ServerUnavailableException">The server is not owned.</exception>
    public Task PauseAsync() => SignalAsync("STOP");

    /// <summary>Resumes a frozen server.</summary>
    /// <exception cref="ServerUnavailableException">The server is not owned.</exception>
    public Task ResumeAsync() => SignalAsync("CONT");

    /// <summary>Starts a stopped or killed server again, and stops it first if it is running: same port, same data.</summary>
    /// <param name="arguments">Replaces the arguments of the first start; null keeps them.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ServerUnavailableException">The server is not owned.</exception>
    public async Task RestartAsync(IReadOnlyList<string>? arguments = null, CancellationToken cancellationToken = default)
    {
        await StopAsync(cancellationToken);
        _arguments = arguments ?? _arguments;
        await LaunchAsync(cancellationToken);
    }

    /// <summary>The last lines of the server's log.</summary>
    /// <exception cref="ServerUnavailableException">The server is not owned.</exception>
    public string LogTail() => Owned("its log").LogTail();

    /// <summary>Kills the server and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
            _process = null;
        }

        _folder.Delete();
    }

    private static async Task<MySqlTestServer> ConnectAsync(ServerRecipe recipe, NamedServer named, CancellationToken cancellationToken)
    {
        InstanceFolder folder = InstanceFolder.Create();
        try
        {
            (CommandLine client, IReadOnlyList<string> arguments) = await ServerFinder.ClientAsync(cancellationToken);
            string port = named.Port.ToString(CultureInfo.InvariantCulture);
            folder.WriteClientOptions(named.User, named.Password, ["protocol=TCP", $"host={named.Host}", $"port={port}"]);
            var server = new MySqlTestServer(recipe, folder, named, client.With([$"--defaults-file={folder.ClientOptions}", .. arguments]));
            await server.ExecuteAsync("SELECT 1", null, cancellationToken);
            return server;
        }
        catch (SqlStatementException e)
        {
            folder.Delete();
            throw new InvalidOperationException($"The server that {recipe.Variable} names does not answer: {e.Message}", e);
        }
        catch
        {
            folder.Delete();
            throw;
        }
    }

    private Task CreateDataAsync(string? copyFrom) => Task.Run(() =>
    {
        if (copyFrom is null)
        {
            _program?.CreateData(_folder);
        }
        else
        {
            InstanceFolder.CopyData(copyFrom, _folder.Data, newIdentity: false);
        }
    });

    private async Task LaunchAsync(CancellationToken cancellationToken)
    {
        ServerProgram program = _program ?? throw NotOwned("starting it");
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        long started = Stopwatch.GetTimestamp();
        _process = await GuardedProcess.StartAsync(program.Server(_folder, Port, _arguments), _folder, program.Container(_folder));
        while (!await AnswersAsync(cancellationToken))
        {
            string? failure = _process.HasExited ? "ended while starting"
                : Stopwatch.GetElapsedTime(started) > _startTimeout ? $"did not answer within {_startTimeout.TotalSeconds:0} s"
                : null;
            if (failure is not null)
            {
                throw new InvalidOperationException($"The {_recipe.Name} server {failure}. The end of its log:\n{_folder.LogTail()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        // Checking the port first is cheap and avoids most starts of the client.
        if (!await LoopbackPort.AcceptsAsync(Port, cancellationToken))
        {
            return false;
        }

        CommandRun run = await CommandRun.RunAsync(ClientCommand(null).With("--execute=SELECT 1"), cancellationToken: cancellationToken);
        return run.ExitCode == 0;
    }

    private async Task EndAsync(string signal, CancellationToken cancellationToken)
    {
        await SignalAsync(signal);
        if (_process is not null)
        {
            await _process.ExitedAsync(cancellationToken);
        }
    }

    private Task SignalAsync(string name)
    {
        Owned("stopping it");
        return _process is { HasExited: false } running ? running.SignalAsync(name) : Task.CompletedTask;
    }

    private async Task<string> RunClientAsync(Func<Stream, Task> input, string? database, CancellationToken cancellationToken)
    {
        CommandRun run = await CommandRun.RunAsync(ClientCommand(database), input, cancellationToken: cancellationToken);
        return run.ExitCode == 0 ? run.Output : throw new SqlStatementException(run.Error.Trim());
    }

    private CommandLine ClientCommand(string? database) => _client.With(
    [
        "--batch",
        "--skip-column-names",
        "--binary-mode",
        "--max-allowed-packet=1G",
        "--default-character-set=utf8mb4",

        // An old server does not know the collation that a new client announces, and falls back to latin1.
        "--init-command=SET NAMES utf8mb4",
        .. database is null ? (string[])[] : [$"--database={database}"],
    ]);

    private InstanceFolder Owned(string what) => IsOwned ? _folder : throw NotOwned(what);

    private ServerUnavailableException NotOwned(string what) =>
        new($"The {_recipe.Name} server is named by {_recipe.Variable}, and {what} needs a server that the tests run themselves.");
}
