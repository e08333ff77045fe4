using System.Globalization;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.FaultSchedules;

/// <summary>What a server's log and its table say after a SIGKILL inside TRUNCATE. A TRUNCATE of MariaDB is not atomic: the table may be
/// empty although the log has no such statement, whatever <c>sync_binlog</c> and <c>innodb_flush_log_at_trx_commit</c> are. Then no reader
/// of the log can know. ALTER, CREATE, DROP and RENAME are logged while the server recovers. MySQL 5.6 may not start again.</summary>
public sealed class KilledTruncateTests(ITestOutputHelper output)
{
    private const int Kills = 4;
    private readonly Random _random = new(21);

    [Theory]
    [InlineData(ServerKind.MySql97, true)]
    [InlineData(ServerKind.MariaDb118, false)]
    public async Task A_reader_has_every_truncate_of_the_log_and_only_an_atomic_one_is_always_there(ServerKind kind, bool isAtomic)
    {
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind, new MySqlServerOptions
        {
            Owned = true,
            Arguments = ["--sync-binlog=1", "--innodb-flush-log-at-trx-commit=1"],
        }));
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.c (id INT NOT NULL)");
        int unlogged = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            await server.ExecuteAsync("FLUSH BINARY LOGS");
            CdcOffset start = await Capture.EndOfLogAsync(server);
            string file = (await Capture.LogStatusAsync(server))[0] ?? "";
            Task writing = WriteAsync(server);
            await Task.Delay(_random.Next(300, 900));
            await server.KillAsync();
            await writing.WaitAsync(Capture.Patience);
            await server.RestartAsync();

            string[] texts = await Capture.ReadTextsAsync(Capture.Source(server, "d"), start);
            int inLog = texts.Length - 1 - Array.LastIndexOf(texts, "truncate c");
            int inTable = int.Parse((await server.QueryAsync("SELECT COUNT(*) FROM d.c"))[0][0] ?? "", CultureInfo.InvariantCulture);
            int truncates = (await server.QueryAsync($"SHOW BINLOG EVENTS IN '{file}'"))
                .Count(row => row[5]?.Contains("TRUNCATE TABLE", StringComparison.Ordinal) == true);

            Assert.Equal(truncates, texts.Count(text => text == "truncate c"));
            if (inLog != inTable)
            {
                Assert.False(isAtomic, $"The log leaves {inLog} rows, the table has {inTable}.");
                Assert.Equal(0, inTable);
                unlogged++;
            }

            // What an operator does after such a crash.
            await server.ExecuteAsync("TRUNCATE TABLE d.c");
            Assert.Equal("truncate c", (await Capture.ReadTextsAsync(Capture.Source(server, "d"), start))[^1]);
        }

        output.WriteLine($"{unlogged} of {Kills} times the table was empty without a TRUNCATE in the log");
    }

    private static async Task WriteAsync(MySqlTestServer server)
    {
        try
        {
            await using SqlSession session = await server.OpenSessionAsync("d");
            string statements = string.Concat(Enumerable.Repeat("INSERT INTO c VALUES (1); INSERT INTO c VALUES (2); TRUNCATE TABLE c;",
                20));
            while (true)
            {
                await session.ExecuteAsync(statements, CancellationToken.None);
            }
        }
        catch (SqlStatementException)
        {
            // The server was killed.
        }
    }
}
