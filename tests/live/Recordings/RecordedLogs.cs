using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Recordings;

/// <summary>A real server of each kind that serves recorded binlogs: it is stopped, its files are replaced by a recording's, and
/// it starts again.</summary>
public sealed class RecordedLogs : IAsyncDisposable
{
    private readonly Dictionary<ServerKind, MySqlTestServer> _servers = [];

    /// <summary>Returns the server with the files of this recording, followed by the file that it opened when it started.</summary>
    public async Task<MySqlTestServer> ServeAsync(Recording recording)
    {
        ServerKind kind = Kind(recording.Name);
        if (!_servers.TryGetValue(kind, out MySqlTestServer? server))
        {
            server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind, new MySqlServerOptions { Owned = true }));
            _servers.Add(kind, server);
        }

        try
        {
            // What the previous recording left in mysql.gtid_executed would count as purged transactions of this one.
            await server.ExecuteAsync(kind == ServerKind.MySql97 ? "RESET BINARY LOGS AND GTIDS" : "RESET MASTER");
            await server.StopAsync();
            Replace(server, recording);
            await server.RestartAsync(Arguments(recording));
        }
        catch
        {
            _servers.Remove(kind);
            await server.DisposeAsync();
            throw;
        }

        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (MySqlTestServer server in _servers.Values)
        {
            await server.DisposeAsync();
        }
    }

    private static ServerKind Kind(string name) => name[..name.IndexOf('/', StringComparison.Ordinal)] switch
    {
        "mysql-9.7" => ServerKind.MySql97,
        "mysql-5.6" => ServerKind.MySql56,
        "mariadb-10.11" => ServerKind.MariaDb1011,
        "mariadb-11.8" => ServerKind.MariaDb118,
        var other => throw new ArgumentException($"No known server wrote '{other}'.", nameof(name)),
    };

    private static void Replace(MySqlTestServer server, Recording recording)
    {
        // MariaDB's binlog.state is removed too: without it the server reads its GTIDs from the last file.
        foreach (string file in Directory.GetFiles(server.DataDirectory, "binlog.*"))
        {
            File.Delete(file);
        }

        foreach (string file in recording.BinlogFiles)
        {
            // Rewritten, because the server purges files by their age.
            File.WriteAllBytes(server.BinlogPath(Path.GetFileName(file)), File.ReadAllBytes(file));
        }

        File.WriteAllLines(server.BinlogPath("binlog.index"), recording.BinlogFiles.Select(file => "./" + Path.GetFileName(file)));
    }

    private static List<string> Arguments(Recording recording)
    {
        var arguments = new List<string>();
        if (recording.Variable("binlog_row_metadata") is { } metadata)
        {
            arguments.Add($"--binlog-row-metadata={metadata}");
        }

        if (recording.Variable("gtid_mode") is { } mode)
        {
            // MySQL 5.6 writes GTIDs only to a log that also contains replicated changes.
            arguments.AddRange([$"--gtid-mode={mode}", $"--enforce-gtid-consistency={mode}", "--log-slave-updates"]);
        }

        return arguments;
    }
}
