using System.Diagnostics;
using System.Net.Sockets;
using CdcEmbedded.TestServers;
using CdcEmbedded.TestServers.Hosting;

namespace CdcEmbedded.ServerTests;

/// <summary>Tests the test servers themselves, so that their failure is not mistaken for one of the library.</summary>
public sealed class RigTests(MySql97Fixture mySql97, MySql56Fixture mySql56)
{
    [Fact]
    public async Task Shared_MySql_9_7_server_answers_with_its_version_and_the_promised_settings()
    {
        MySqlTestServer server = await mySql97.ServerAsync();

        string?[] row = Assert.Single(await server.QueryAsync(
            "SELECT VERSION(), @@log_bin, @@binlog_format, @@gtid_mode, @@binlog_row_metadata, @@time_zone"));

        Assert.StartsWith("9.", row[0], StringComparison.Ordinal);
        Assert.Equal(["1", "ROW", "ON", "FULL", "+00:00"], row.Skip(1));
    }

    [Fact]
    public async Task Shared_MySql_5_6_server_answers_with_its_version_and_the_promised_settings()
    {
        MySqlTestServer server = await mySql56.ServerAsync();

        string?[] row = Assert.Single(await server.QueryAsync("SELECT VERSION(), @@log_bin, @@binlog_format, @@character_set_client"));

        Assert.StartsWith("5.6.", row[0], StringComparison.Ordinal);
        Assert.Equal(["1", "ROW", "utf8mb4"], row.Skip(1));
    }

    [Theory]
    [InlineData(ServerKind.MariaDb1011, "10.11.")]
    [InlineData(ServerKind.MariaDb118, "11.8.")]
    public async Task MariaDb_server_answers_with_its_version_also_after_a_restart(ServerKind kind, string version)
    {
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind));
        await using SqlSession session = await server.OpenSessionAsync();
        string?[] row = Assert.Single(await session.QueryAsync("SELECT VERSION(), @@log_bin, @@binlog_format, @@character_set_client"));
        Assert.StartsWith(version, row[0], StringComparison.Ordinal);
        Assert.Equal(["1", "ROW", "utf8mb4"], row.Skip(1));

        await session.DisposeAsync();
        await server.RestartAsync();
        Assert.Equal("binlog.000001", (await server.QueryAsync("SHOW BINARY LOGS"))[0][0]);
    }

    [Fact]
    public async Task QueryAsync_returns_text_with_any_character_and_null_as_it_was_stored()
    {
        string database = await (await mySql97.ServerAsync()).CreateDatabaseAsync();
        await using SqlSession session = await (await mySql97.ServerAsync()).OpenSessionAsync(database);
        await session.ExecuteAsync("CREATE TABLE t (a TEXT, b TEXT); INSERT INTO t VALUES ('x\\ty\\nz\\\\ \\r\\0 ü😀', NULL), ('', 'n')");

        IReadOnlyList<string?[]> rows = await session.QueryAsync("SELECT a, b FROM t");

        Assert.Equal([["x\ty\nz\\ \r\0 ü😀", null], ["", "n"]], rows);
        Assert.Equal(rows, await (await mySql97.ServerAsync()).QueryAsync("SELECT a, b FROM t", database));
    }

    [Fact]
    public async Task ExecuteAsync_of_a_wrong_statement_throws_with_code_and_state_and_the_session_continues()
    {
        await using SqlSession session = await (await mySql97.ServerAsync()).OpenSessionAsync();

        var error = await Assert.ThrowsAsync<SqlStatementException>(() => session.ExecuteAsync("SELECT * FROM mysql.nothing"));

        Assert.Equal((1146, "42S02"), (error.Code, error.SqlState));
        Assert.Equal("7", (await session.QueryAsync("SELECT 7"))[0][0]);
        error = await Assert.ThrowsAsync<SqlStatementException>(async () => await (await mySql97.ServerAsync()).ExecuteAsync("SELEC"));
        Assert.Equal(1064, error.Code);
    }

    [Fact]
    public async Task Session_holds_a_transaction_open_until_it_commits()
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync();
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", database);
        await using SqlSession session = await server.OpenSessionAsync(database);

        await session.ExecuteAsync("BEGIN; INSERT INTO t VALUES (1)");
        string? before = (await server.QueryAsync("SELECT COUNT(*) FROM t", database))[0][0];
        await session.ExecuteAsync("COMMIT");
        string? after = (await server.QueryAsync("SELECT COUNT(*) FROM t", database))[0][0];

        Assert.Equal(("0", "1"), (before, after));
    }

    [Fact]
    public async Task Session_whose_own_SELECT_fails_throws_instead_of_waiting_and_continues()
    {
        // A server that shuts down answers so occasionally, and the client, which has not yet noticed the end, waits for more input.
        const string Client = """
            while read -r text; do
              n=$((n + 1))
              case $text in
                "SELECT 'rig-mark"*)
                  mark=${text#*\'}
                  if [ $n -eq 7 ]; then echo "ERROR 1053 (08S01) at line $n: Server shutdown in progress"; else echo "${mark%%\'*}"; fi ;;
              esac
            done
            """;
        await using SqlSession session = await SqlSession.OpenAsync(new CommandLine("/bin/sh", ["-c", Client, "client"]),
            CancellationToken.None);

        var error = await Assert.ThrowsAsync<SqlStatementException>(() => session.ExecuteAsync("DELETE\nFROM t"));
        await session.ExecuteAsync("COMMIT");

        Assert.Equal(1053, error.Code);
    }

    [Fact]
    public async Task Session_on_a_killed_server_throws_instead_of_waiting()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        await using SqlSession session = await server.OpenSessionAsync();

        Task sleeping = session.ExecuteAsync("SELECT SLEEP(60), '😀'");
        while (!(await server.ConnectionsAsync()).Any(connection => connection.Statement == "SELECT SLEEP(60), '😀'"))
        {
            await Task.Delay(10);
        }

        await server.KillAsync();

        Assert.Equal(2013, (await Assert.ThrowsAsync<SqlStatementException>(() => sleeping)).Code);
        await Assert.ThrowsAsync<SqlStatementException>(() => session.ExecuteAsync("SELECT 1"));
    }

    [Fact]
    public async Task Restart_of_MySql_9_7_keeps_port_data_and_identity_also_after_a_kill_and_with_other_arguments()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();

        await RestartsKeepEverythingAsync(server);

        Assert.NotEqual(
            (await server.QueryAsync("SELECT @@server_uuid"))[0][0],
            (await (await mySql97.ServerAsync()).QueryAsync("SELECT @@server_uuid"))[0][0]);
        Assert.True(File.Exists(server.CaCertificatePath));
    }

    [Fact]
    public async Task Restart_of_MySql_5_6_keeps_port_data_and_identity_also_after_a_kill_and_with_other_arguments()
    {
        await using MySqlTestServer server = await mySql56.StartOwnAsync();

        await RestartsKeepEverythingAsync(server);
    }

    [Fact]
    public async Task Paused_server_is_silent_until_it_is_resumed()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync("--server-id=123");
        await using SqlSession session = await server.OpenSessionAsync();

        await server.PauseAsync();
        Task<IReadOnlyList<string?[]>> asked = session.QueryAsync("SELECT @@server_id");
        await Task.Delay(200);
        bool answeredWhilePaused = asked.IsCompleted;
        await server.ResumeAsync();

        Assert.Equal("123", (await asked)[0][0]);
        Assert.False(answeredWhilePaused);
    }

    [Fact]
    public async Task Disposed_server_leaves_no_process_no_port_and_no_folder()
    {
        MySqlTestServer server = await mySql56.StartOwnAsync();
        (int id, int port, string folder) = (server.ProcessId, server.Port, Path.GetDirectoryName(server.DataDirectory) ?? "");
        Assert.True(IsAlive(id) && Directory.Exists(folder));

        await server.DisposeAsync();

        Assert.False(IsAlive(id));
        Assert.False(Directory.Exists(folder));
        using var socket = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync("127.0.0.1", port));
    }

    [Fact]
    public async Task Server_that_cannot_start_fails_with_the_end_of_its_log()
    {
        // The server must exist at all, so that the failure below is that of the argument.
        await mySql97.ServerAsync();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => mySql97.StartOwnAsync("--no-such-option=1"));

        Assert.Contains("no-such-option", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_on_a_copy_of_another_ones_data_has_its_rows_and_its_identity()
    {
        await using MySqlTestServer first = await mySql56.StartOwnAsync();
        await first.ExecuteAsync("CREATE DATABASE kept; CREATE TABLE kept.t (id INT PRIMARY KEY); INSERT INTO kept.t VALUES (7)");
        string? identity = (await first.QueryAsync("SELECT @@server_uuid"))[0][0];
        await first.StopAsync();

        var options = new MySqlServerOptions { CopyDataFrom = first.DataDirectory };
        await using MySqlTestServer second = await MySqlTestServer.StartAsync(ServerKind.MySql56, options);

        Assert.Equal([["7", identity]], await second.QueryAsync("SELECT id, @@server_uuid FROM kept.t"));
    }

    private static async Task RestartsKeepEverythingAsync(MySqlTestServer server)
    {
        int port = server.Port;
        string? identity = (await server.QueryAsync("SELECT @@server_uuid"))[0][0];
        await server.ExecuteAsync("CREATE DATABASE kept; CREATE TABLE kept.t (id INT PRIMARY KEY); INSERT INTO kept.t VALUES (1)");
        await server.StopAsync();
        Assert.False(server.IsRunning);
        await server.RestartAsync();
        await server.ExecuteAsync("INSERT INTO kept.t VALUES (2)");
        await server.KillAsync();
        await server.RestartAsync(["--server-id=4711"]);

        Assert.Equal(port, server.Port);
        Assert.True(File.Exists(server.BinlogPath("binlog.000001")));
        Assert.Equal([["2", "4711", identity]], await server.QueryAsync("SELECT COUNT(*), @@server_id, @@server_uuid FROM kept.t"));
    }

    private static bool IsAlive(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
