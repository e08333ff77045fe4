using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.ServerTests;

/// <summary>The log is deleted under an idle stream that reads its first file, where the server itself continues
/// to send heartbeats.</summary>
public sealed class MySqlResetTests(MySql97Fixture mySql97)
{
    private static readonly TimeSpan Probe = TimeSpan.FromMilliseconds(300);

    [Theory]
    [InlineData(ServerKind.MySql97, true, "")]
    [InlineData(ServerKind.MySql97, true, "INSERT INTO d.t VALUES (1, '')")]
    [InlineData(ServerKind.MySql97, false, "")]
    [InlineData(ServerKind.MySql97, false, "INSERT INTO d.t VALUES (1, '')")]
    [InlineData(ServerKind.MySql56, true, "INSERT INTO d.t VALUES (1, '')")]
    [InlineData(ServerKind.MySql56, false, "INSERT INTO d.t VALUES (1, '')")]
    [InlineData(ServerKind.MySql56, true, "INSERT INTO d.t VALUES (1, REPEAT('x', 100000)); CREATE DATABASE a; CREATE DATABASE b; CREATE "
        + "DATABASE c; CREATE DATABASE e; CREATE DATABASE f")]
    [InlineData(ServerKind.MySql56, false, "INSERT INTO d.t VALUES (1, REPEAT('x', 100000))")]
    [InlineData(ServerKind.MariaDb1011, true, "")]
    [InlineData(ServerKind.MariaDb1011, false, "INSERT INTO d.t VALUES (1, '')")]
    [InlineData(ServerKind.MariaDb118, true, "INSERT INTO d.t VALUES (1, '')")]
    public async Task It_ends_with_a_typed_exception(ServerKind kind, bool byGtid, string then)
    {
        await using MySqlTestServer server = await StartAsync(kind, byGtid);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        if (!byGtid)
        {
            string?[] row = await Capture.LogStatusAsync(server);
            start = MySqlOffset.FromPosition(row[0] ?? "", long.Parse(row[1] ?? "", System.Globalization.CultureInfo.InvariantCulture));
        }

        await using var live = new LiveCapture(Source(server), LiveCapture.From(StartPosition.At(start)));
        await server.ExecuteAsync("INSERT INTO d.t VALUES (0, '')");
        await live.CountAsync(1);

        await server.ExecuteAsync($"{Reset(kind)}; {then}");

        var error = await live.FailureAsync<OffsetLostException>();
        Assert.Contains("RESET", error.Message, StringComparison.Ordinal);
        Assert.Equal(["create t {id: 0, v: }"], live.Texts);
        Assert.Equal(0, live.Engine.Status.Reconnects);
    }

    [Theory]
    [InlineData(ServerKind.MySql97)]
    [InlineData(ServerKind.MariaDb1011)]
    public async Task A_reset_log_that_outgrows_the_old_one_at_once_ends_the_stream_with_an_exception_too(ServerKind kind)
    {
        await using MySqlTestServer server = await StartAsync(kind, byGtid: false);
        await using var live = new LiveCapture(Source(server), LiveCapture.From(StartPosition.At(await Capture.EndOfLogAsync(server))));
        await server.ExecuteAsync("INSERT INTO d.t VALUES (0, '')");
        await live.CountAsync(1);

        await server.ExecuteAsync($"{Reset(kind)}; INSERT INTO d.t VALUES (1, REPEAT('x', 100000))");

        await live.FailureAsync<CdcException>();
        Assert.Single(live.Texts);
    }

    [Theory]
    [InlineData(ServerKind.MySql97, true)]
    [InlineData(ServerKind.MySql97, false)]
    [InlineData(ServerKind.MySql56, true)]
    [InlineData(ServerKind.MariaDb1011, true)]
    [InlineData(ServerKind.MariaDb118, true)]
    public async Task A_restart_after_a_reset_is_refused_though_the_new_log_has_as_many_transactions_again(ServerKind kind, bool byGtid)
    {
        await using MySqlTestServer server = await StartAsync(kind, byGtid);
        CdcOffset read;
        await using (var live = new LiveCapture(Source(server), LiveCapture.From(StartPosition.At(await Capture.EndOfLogAsync(server)))))
        {
            await server.ExecuteAsync("INSERT INTO d.t VALUES (0, 'a'); INSERT INTO d.t VALUES (1, 'b'); INSERT INTO d.t VALUES (2, 'c')");
            await live.CountAsync(3);
            read = live.Changes[^1].Offset;
        }

        await server.ExecuteAsync(Reset(kind));
        for (int id = 10; id < 30; id++)
        {
            await server.ExecuteAsync($"INSERT INTO d.t VALUES ({id}, REPEAT('x', {id * 31}))");
        }

        await using var again = new LiveCapture(Source(server), LiveCapture.From(StartPosition.At(read)));
        var error = await again.FailureAsync<OffsetLostException>();
        Assert.Contains("RESET", error.Message, StringComparison.Ordinal);
        Assert.Empty(again.Texts);
    }

    [Theory]
    [InlineData(ServerKind.MySql97, true)]
    [InlineData(ServerKind.MySql97, false)]
    [InlineData(ServerKind.MySql56, true)]
    [InlineData(ServerKind.MariaDb118, true)]
    public async Task A_restart_at_any_change_of_the_log_is_not_taken_for_a_reset(ServerKind kind, bool byGtid)
    {
        await using MySqlTestServer server = await StartAsync(kind, byGtid);
        CdcOffset[] offsets;
        await using (var live = new LiveCapture(Source(server), LiveCapture.From(StartPosition.At(await Capture.EndOfLogAsync(server)))))
        {
            await server.ExecuteAsync("INSERT INTO d.t VALUES (0, 'a'); INSERT INTO d.t VALUES (1, 'b'), (2, 'c'); FLUSH LOGS; "
                + "INSERT INTO other.t VALUES (1); INSERT INTO d.t VALUES (3, 'd')");
            await live.CountAsync(4);
            offsets = [.. live.Changes.Select(c => c.Offset)];
        }

        for (int done = 1; done <= offsets.Length; done++)
        {
            await using var again = new LiveCapture(Source(server), LiveCapture.From(StartPosition.At(offsets[done - 1])));
            await again.CountAsync(offsets.Length - done);
            await again.CaughtUpAsync();
            Assert.Equal(offsets.Length - done, again.Texts.Length);
        }
    }

    [Fact]
    public async Task The_earliest_position_says_what_was_purged_before_it()
    {
        await using MySqlTestServer server = await StartAsync(ServerKind.MySql97, byGtid: true);
        await server.ExecuteAsync("INSERT INTO d.t VALUES (0, ''); FLUSH BINARY LOGS");
        await server.ExecuteAsync($"PURGE BINARY LOGS TO '{(await Capture.LogStatusAsync(server))[0]}'");
        using var log = new LogLines();
        await using var live = new LiveCapture(Source(server), new()
        {
            Name = "test", StartFrom = StartPosition.Earliest, LoggerFactory = log,
        });
        await live.CaughtUpAsync();
        Assert.Equal(1, log.Count("mysql.earliest"));
        Assert.Equal(1, log.Count(":1-5 before it have been purged"));
    }

    [Fact]
    public async Task The_options_may_resume_with_the_new_log()
    {
        await using MySqlTestServer server = await StartAsync(ServerKind.MySql97, byGtid: true);
        using var patience = new CancellationTokenSource(Capture.Patience);
        var options = new CdcEngineOptions { Name = "test", StartFrom = StartPosition.Earliest,
            OnOffsetLost = OffsetLostPolicy.StartFromEarliest };
        await using var engine = new CdcEngine(Source(server), new InMemoryOffsetStore(), options);
        await server.ExecuteAsync("INSERT INTO d.t VALUES (0, '')");
        var items = new List<StreamItem>();
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            if (item is Notice or ChangeEvent)
            {
                items.Add(item);
            }

            if (item is ChangeEvent change)
            {
                if (change.After["id"].AsInt32() == 1)
                {
                    break;
                }

                await server.ExecuteAsync($"{Reset(ServerKind.MySql97)}; INSERT INTO d.t VALUES (1, '')");
            }
        }

        Assert.Equal(3, items.Count);
        Assert.Equal(NoticeKind.PositionLost, Assert.IsType<Notice>(items[1]).Kind);
    }

    [Theory]
    [InlineData(ServerKind.MySql97, true)]
    [InlineData(ServerKind.MySql97, false)]
    [InlineData(ServerKind.MySql56, true)]
    [InlineData(ServerKind.MySql56, false)]
    [InlineData(ServerKind.MariaDb1011, true)]
    [InlineData(ServerKind.MariaDb118, true)]
    public async Task Other_traffic_new_files_and_purged_files_are_not_a_reset(ServerKind kind, bool byGtid)
    {
        await using MySqlTestServer server = await StartAsync(kind, byGtid);
        using var log = new LogLines();
        await using var live = new LiveCapture(Source(server), From(await Capture.EndOfLogAsync(server), log));
        await live.CaughtUpAsync();
        for (int round = 0; round < 3; round++)
        {
            await server.ExecuteAsync($"INSERT INTO other.t VALUES ({round})");
            await Task.Delay(3 * Probe);
            await server.ExecuteAsync("FLUSH LOGS");
            await Task.Delay(3 * Probe);
            await server.ExecuteAsync($"PURGE BINARY LOGS TO '{(await Capture.LogStatusAsync(server))[0]}'");
            await Task.Delay(3 * Probe);
        }

        await server.ExecuteAsync("INSERT INTO d.t VALUES (0, '')");
        await live.CountAsync(1);

        Assert.Equal(0, live.Engine.Status.Reconnects);
        Assert.True(log.Count("Connected to") > 6, $"{log.Count("Connected to")} connections were made");
        Assert.Equal((0, 0), (log.Count("could not be asked"), log.Count("asking again")));
    }

    [Fact]
    public async Task A_stream_continues_if_the_idle_check_cannot_ask_the_server()
    {
        await using MySqlTestServer server = await StartAsync(ServerKind.MySql97, byGtid: true);
        await server.ExecuteAsync("CREATE USER u IDENTIFIED BY 'pw'; GRANT REPLICATION SLAVE, REPLICATION CLIENT, SELECT ON *.* TO u");
        using var log = new LogLines();
        MySqlSource source = Source(server, server.ConnectionStringFor("u", "pw"));
        await using var live = new LiveCapture(source, From(await Capture.EndOfLogAsync(server), log));
        await live.CaughtUpAsync();

        await server.ExecuteAsync("ALTER USER u ACCOUNT LOCK");
        await live.UntilAsync(() => log.Count("could not be asked") > 2, () => "no idle check failed");
        await server.ExecuteAsync("INSERT INTO d.t VALUES (0, '')");
        await live.CountAsync(1);

        Assert.Equal(0, live.Engine.Status.Reconnects);
    }

    [Fact]
    public async Task A_stream_that_is_left_during_the_idle_check_leaves_no_connection()
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync("p");
        string user = "u_" + database;
        await server.ExecuteAsync($"CREATE USER {user} IDENTIFIED BY 'pw'; GRANT REPLICATION SLAVE, REPLICATION CLIENT, SELECT ON "
            + $"*.* TO {user}");
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionStringFor(user, "pw"), Include = [$"{database}.*"],
                HeartbeatInterval = TimeSpan.FromMilliseconds(10),
        })
        {
            ProbeInterval = TimeSpan.Zero,
        };
        for (int n = 0; n < 20; n++)
        {
            await using var live = new LiveCapture(source, LiveCapture.From(StartPosition.Latest));
            await live.CaughtUpAsync();
            await Task.Delay(n * 3);
        }

        long left = TimeProvider.System.GetTimestamp();
        while ((await server.ConnectionsAsync()).Any(connection => connection.User == user))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(left) < TimeSpan.FromSeconds(10), "A connection is still there after 10 s.");
        }
    }

    private static async Task<MySqlTestServer> StartAsync(ServerKind kind, bool byGtid)
    {
        string[] arguments = (kind, byGtid) switch
        {
            (ServerKind.MySql97, false) => ["--gtid-mode=OFF", "--enforce-gtid-consistency=OFF"],
            (ServerKind.MySql56, true) => ["--gtid-mode=ON", "--enforce-gtid-consistency=ON", "--log-slave-updates"],
            _ => [],
        };
        MySqlTestServer server = await ServerFixture.OrSkipAsync(
            MySqlTestServer.StartAsync(kind, new MySqlServerOptions { Owned = true, Arguments = arguments }));
        await server.ExecuteAsync(
            $"{Reset(kind)}; CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY, v LONGTEXT); CREATE DATABASE other; CREATE TABLE "
                + "other.t (id INT)");
        return server;
    }

    private static string Reset(ServerKind kind) => kind == ServerKind.MySql97 ? "RESET BINARY LOGS AND GTIDS" : "RESET MASTER";

    private static MySqlSource Source(MySqlTestServer server, string? connectionString = null) => new(new MySqlSourceOptions
    {
        ConnectionString = connectionString ?? server.ConnectionString, Include = ["d.*"],
            HeartbeatInterval = TimeSpan.FromMilliseconds(100),
    })
    {
        ProbeInterval = Probe,
    };

    private static CdcEngineOptions From(CdcOffset start, ILoggerFactory log)
        => new() { Name = "test", StartFrom = StartPosition.At(start), LoggerFactory = log };
}
