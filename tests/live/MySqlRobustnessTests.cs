using System.Globalization;
using System.Security.Cryptography;
using CdcEmbedded.MySql;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>Servers that disappear, connections that break, slow consumers, rows and transactions of any size.</summary>
public sealed class MySqlRobustnessTests(MySql97Fixture mySql97, MySql56Fixture mySql56)
{
    [Fact]
    public async Task MySql_9_7_restarted_and_killed_while_streaming_loses_and_repeats_no_event()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        await SurvivesRestartsAsync(server);
    }

    [Fact]
    public async Task MySql_5_6_restarted_and_killed_while_streaming_loses_and_repeats_no_event()
    {
        await using MySqlTestServer server = await mySql56.StartOwnAsync();
        await SurvivesRestartsAsync(server);
    }

    [Theory]
    [InlineData(ServerKind.MySql97)]
    [InlineData(ServerKind.MySql56)]
    public async Task The_dump_killed_repeatedly_while_a_writer_writes_loses_and_repeats_no_event(ServerKind kind)
    {
        MySqlTestServer server = kind == ServerKind.MySql97 ? await mySql97.ServerAsync() : await mySql56.ServerAsync();
        string database = await PrepareAsync(server);
        string user = "k_" + database;
        await server.ExecuteAsync($"CREATE USER {user} IDENTIFIED BY 'pw'; GRANT REPLICATION SLAVE, REPLICATION CLIENT, SELECT ON "
            + $"*.* TO {user}");
        var source =
            new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionStringFor(user, "pw"),
            Include = [$"{database}.*"] });
        await using var live = new LiveCapture(source, LiveCapture.From(StartPosition.At(await Capture.EndOfLogAsync(server))));
        await using SqlSession killer = await server.OpenSessionAsync();
        await using SqlSession writer = await server.OpenSessionAsync(database);
        int kills = 0;
        int rows = 0;
        while (kills < 25)
        {
            for (int n = 0; n < 10; n++, rows += 2)
            {
                await writer.ExecuteAsync($"BEGIN; INSERT INTO t VALUES ({rows}, 'a'); INSERT INTO t VALUES ({rows + 1}, 'b'); COMMIT");
            }

            foreach (ServerConnection connection in (await killer.ConnectionsAsync()).Where(connection => connection.User == user))
            {
                await TryAsync(killer, $"KILL {connection.Id}");
                kills++;
            }
        }

        await live.CountAsync(rows);

        Assert.Equal(Enumerable.Range(0, rows), Ids(live));
        Assert.True(live.Engine.Status.Reconnects > 5, $"{live.Engine.Status.Reconnects} reconnects after {kills} kills");
    }

    [Fact]
    public async Task A_silent_server_is_abandoned_after_the_read_timeout_and_found_again()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        string database = await PrepareAsync(server);
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString + ";Connection Timeout=1",
            Include = [$"{database}.*"],
            HeartbeatInterval = TimeSpan.FromMilliseconds(100),
            ReadTimeout = TimeSpan.FromMilliseconds(500),
        });
        await using var live = new LiveCapture(source, LiveCapture.From(StartPosition.At(await Capture.EndOfLogAsync(server))));
        await server.ExecuteAsync("INSERT INTO t VALUES (0, '')", database);
        await live.CountAsync(1);

        await server.PauseAsync();
        await live.UntilAsync(() => live.Engine.Status.State == EngineState.Reconnecting, () => $"state {live.Engine.Status.State}");
        await server.ResumeAsync();
        await server.ExecuteAsync("INSERT INTO t VALUES (1, '')", database);
        await live.CountAsync(2);

        Assert.Equal([0, 1], Ids(live));
        Assert.True(live.Engine.Status.Reconnects > 0);
    }

    [Fact]
    public async Task A_consumer_slower_than_the_servers_timeout_loses_nothing()
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await PrepareAsync(server);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await using (SqlSession writer = await server.OpenSessionAsync(database))
        {
            for (int n = 0; n < 40; n++)
            {
                await writer.ExecuteAsync("INSERT INTO t VALUES "
                    + string.Join(',', Enumerable.Range(n * 100, 100).Select(i => $"({i}, REPEAT('x', 10000))")));
            }
        }

        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString,
            Include = [$"{database}.*"],
            NetWriteTimeout = TimeSpan.FromSeconds(1),
        });
        var options = new CdcEngineOptions
        {
            Name = "test",
            StartFrom = StartPosition.At(start),
            MaxBufferedBytes = 1,
            MaxBatchSize = 10,
            Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(20) },
        };
        int seen = 0;
        await using var live = new LiveCapture(source, options, onChange: _ => ++seen is 50 or 1500 ? Task.Delay(4000)
            : Task.CompletedTask);
        await live.CountAsync(4000);

        Assert.Equal(Enumerable.Range(0, 4000), Ids(live));
        Assert.InRange(live.Engine.Status.Reconnects, 1, 10);
    }

    [Fact]
    public async Task Rows_at_and_above_the_largest_packet_arrive_whole()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync("--max-allowed-packet=128M");
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY, b LONGBLOB); INSERT INTO d.t VALUES (0, '')");
        string?[] status = await Capture.LogStatusAsync(server);
        string?[] logged = (await server.QueryAsync($"SHOW BINLOG EVENTS IN '{status[0]}'")).Last(row => row[2] == "Write_rows");
        int overhead = int.Parse(logged[4] ?? "", CultureInfo.InvariantCulture) - int.Parse(logged[1] ?? "", CultureInfo.InvariantCulture);
        CdcOffset start = await Capture.EndOfLogAsync(server);

        // A packet holds a status byte and the event, and is split at 16 MiB - 1: one row just below, at and above that size.
        int[] sizes = [0xffffff - 2 - overhead, 0xffffff - 1 - overhead, 0xffffff - overhead, 20 << 20, 40 << 20];
        for (int i = 0; i < sizes.Length; i++)
        {
            await server.ExecuteAsync($"INSERT INTO d.t VALUES ({i + 1}, REPEAT('{(char)('a' + i)}', {sizes[i]}))");
        }

        await server.ExecuteAsync("UPDATE d.t SET b = CONCAT('new', b) WHERE id = 4");
        IReadOnlyList<string?[]> expected = await server.QueryAsync("SELECT LENGTH(b), SHA2(b, 256) FROM d.t WHERE id > 0 ORDER BY id");
        var actual = new SortedDictionary<int, (int, string)>();
        await using var engine = new CdcEngine(Capture.Source(server, "d"), new Offsets.InMemoryOffsetStore(), Capture.UpToNow(start));
        await foreach (ChangeEvent change in engine.ReadAsync())
        {
            ReadOnlyMemory<byte> bytes = change.After["b"].AsBytes();
            actual[change.After["id"].AsInt32()] = (bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes.Span)));
        }

        Assert.Equal(expected.Select(row => (int.Parse(row[0] ?? "", CultureInfo.InvariantCulture), row[1] ?? "")), actual.Values);
    }

    [Theory]
    [InlineData(LargeTransactionMode.Spill)]
    [InlineData(LargeTransactionMode.DeliverProvisionally)]
    public async Task A_transaction_beyond_the_buffer_flows_within_bounds_and_can_be_resumed_inside(LargeTransactionMode mode)
    {
        const int Rows = 200_000;
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await PrepareAsync(server);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync($"""
            SET SESSION cte_max_recursion_depth = 1000000;
            INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {Rows - 1}) SELECT i, REPEAT('x', 40) FROM n;
            INSERT INTO t VALUES ({Rows}, 'after');
            """, database);
        MySqlSource source = new(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString,
            Include = [$"{database}.*"],
            TransactionBufferBytes = 1000,
            LargeTransactions = mode,
        });
        long most = 0;
        int next = 0;
        int provisional = 0;
        CdcOffset? inside = null;
        var options = new CdcEngineOptions
        {
            Name = "test", StartFrom = StartPosition.At(start), StopWhenCaughtUp = true, MaxBufferedBytes = 200_000, MaxBatchSize = 100,
        };
        await using (var engine = new CdcEngine(source, new Offsets.InMemoryOffsetStore(), options))
        {
            await foreach (ChangeEvent change in engine.ReadAsync())
            {
                Assert.Equal(next++, change.After["id"].AsInt32());
                provisional += change.IsProvisional ? 1 : 0;
                most = Math.Max(most, next % 100 == 0 ? engine.Status.BufferedBytes : 0);
                inside = next == 123_457 ? change.Offset : inside;
            }
        }

        List<CapturedChange> rest = await Capture.ReadAsync(source, inside ?? throw new InvalidOperationException("No offset was taken."));

        Assert.Equal(Rows + 1, next);
        Assert.InRange(provisional, mode == LargeTransactionMode.Spill ? 0 : Rows / 2, mode == LargeTransactionMode.Spill ? 0 : Rows + 1);
        Assert.InRange(most, 1, 500_000);
        Assert.Contains("\"rows\":123457", inside.ToString(), StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(123_457, Rows + 1 - 123_457), rest.Select(change => change.Event.After["id"].AsInt32()));
        Assert.Equal("after", rest[^1].Event.After["v"].AsString());
    }

    [Theory]
    [InlineData(ServerKind.MySql97, LargeTransactionMode.DeliverProvisionally)]
    [InlineData(ServerKind.MySql56, LargeTransactionMode.DeliverProvisionally)]
    [InlineData(ServerKind.MySql97, LargeTransactionMode.Spill)]
    [InlineData(ServerKind.MySql56, LargeTransactionMode.Spill)]
    public async Task A_connection_that_breaks_inside_a_large_transaction_is_reopened_at_the_next_row(ServerKind kind,
        LargeTransactionMode mode)
    {
        MySqlTestServer server = kind == ServerKind.MySql97 ? await mySql97.ServerAsync() : await mySql56.ServerAsync();
        string database = await PrepareAsync(server);
        string user = "b_" + database;
        await server.ExecuteAsync($"CREATE USER {user} IDENTIFIED BY 'pw'; GRANT REPLICATION SLAVE, REPLICATION CLIENT, SELECT ON "
            + $"*.* TO {user}");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync(
            "BEGIN; " + string.Concat(Enumerable.Range(0, 20).Select(n =>
                "INSERT INTO t VALUES " + string.Join(',', Enumerable.Range(n * 500, 500).Select(i => $"({i}, REPEAT('x', 5000))")) + ";"))
            + " COMMIT; INSERT INTO t VALUES (10000, 'after')",
            database);
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionStringFor(user, "pw"), Include = [$"{database}.*"], TransactionBufferBytes = 1000,
            LargeTransactions = mode,
        });
        var options = new CdcEngineOptions
        {
            Name = "test", StartFrom = StartPosition.At(start), MaxBufferedBytes = 1, MaxBatchSize = 10,
            Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(20), MaxDelay = TimeSpan.FromMilliseconds(50) },
        };
        await using SqlSession killer = await server.OpenSessionAsync();
        int seen = 0;
        await using var live = new LiveCapture(source, options, onChange: async _ =>
        {
            if (++seen % 1000 == 0)
            {
                foreach (ServerConnection connection in (await killer.ConnectionsAsync()).Where(connection => connection.User == user))
                {
                    await TryAsync(killer, $"KILL {connection.Id}");
                }
            }
        });
        await live.CountAsync(10_001);

        Assert.Equal(Enumerable.Range(0, 10_001), Ids(live));
        Assert.Equal(Enumerable.Range(1, 10_000).Select(n => (long)n), live.Changes.Take(10_000).Select(change => change.Event.TotalOrder));

        // What is spilled is delivered from the file, whatever happens to the connection meanwhile.
        Assert.True(live.Engine.Status.Reconnects > (mode == LargeTransactionMode.Spill ? 0 : 2),
            $"{live.Engine.Status.Reconnects} reconnects");
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("break")]
    [InlineData("throw")]
    [InlineData("dispose")]
    public async Task Leaving_the_stream_leaves_no_connection_on_the_server(string way)
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await PrepareAsync(server);
        string user = "l_" + database;
        await server.ExecuteAsync($"CREATE USER {user} IDENTIFIED BY 'pw'; GRANT REPLICATION SLAVE, REPLICATION CLIENT, SELECT ON "
            + $"*.* TO {user}");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO t VALUES (0, '')", database);
        await using SqlSession watch = await server.OpenSessionAsync();
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionStringFor(user, "pw"),
            Include = [$"{database}.*"],

            // A server that waits for changes notices at its next heartbeats that nobody listens.
            HeartbeatInterval = TimeSpan.FromMilliseconds(100),
        });
        await using var engine = new CdcEngine(source, new Offsets.InMemoryOffsetStore(), LiveCapture.From(StartPosition.At(start)));
        using var cancel = new CancellationTokenSource();
        async Task ReadAsync()
        {
            await foreach (ChangeEvent change in engine.ReadAsync(cancel.Token))
            {
                Assert.Equal(1, await ConnectionsAsync());
                switch (way)
                {
                    case "break": return;
                    case "throw": throw new InvalidTimeZoneException();
                    case "cancel": cancel.CancelAfter(50); break;
                    default: _ = Task.Delay(50).ContinueWith(_ => engine.DisposeAsync().AsTask(), TaskScheduler.Default); break;
                }
            }
        }

        Exception? error = await Xunit.Record.ExceptionAsync(ReadAsync);
        long left = TimeProvider.System.GetTimestamp();
        while (await ConnectionsAsync() > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(left) < TimeSpan.FromSeconds(5), "The connection is still there after 5 s.");
        }

        Assert.Equal(
            way switch { "break" => null, "throw" => typeof(InvalidTimeZoneException), "cancel" => typeof(OperationCanceledException),
                _ => typeof(ObjectDisposedException) },
            error?.GetType());

        async Task<int> ConnectionsAsync() => (await watch.ConnectionsAsync()).Count(connection => connection.User == user);
    }

    [Theory]
    [InlineData(ServerKind.MySql97)]
    [InlineData(ServerKind.MySql56)]
    public async Task Two_readers_with_one_server_id_do_not_disconnect_each_other_for_ever(ServerKind kind)
    {
        MySqlTestServer server = kind == ServerKind.MySql97 ? await mySql97.ServerAsync() : await mySql56.ServerAsync();
        string database = await PrepareAsync(server);
        StartPosition start = StartPosition.At(await Capture.EndOfLogAsync(server));
        await using var first = new LiveCapture(Source(), LiveCapture.From(start));
        await server.ExecuteAsync("INSERT INTO t VALUES (0, '')", database);
        await first.CountAsync(1);
        await using var second = new LiveCapture(Source(), LiveCapture.From(start));
        await second.CountAsync(1);
        await server.ExecuteAsync("INSERT INTO t VALUES (1, '')", database);

        // Servers distinguish replicas by the UUID that each connection announces, which is random.
        await first.CountAsync(2);
        await second.CountAsync(2);

        Assert.Equal((0L, 0L), (first.Engine.Status.Reconnects, second.Engine.Status.Reconnects));

        MySqlSource Source()
            => new(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = [$"{database}.*"], ServerId = 7777 });
    }

    private static async Task SurvivesRestartsAsync(MySqlTestServer server)
    {
        string database = await PrepareAsync(server);
        await using var live = new LiveCapture(
            Capture.Source(server, database), LiveCapture.From(StartPosition.At(await Capture.EndOfLogAsync(server))));
        int id = 0;
        foreach (bool kill in (bool[])[false, true, true])
        {
            using var stop = new CancellationTokenSource();
            Task writing = Task.Run(async () =>
            {
                await using SqlSession writer = await server.OpenSessionAsync(database);
                try
                {
                    while (!stop.IsCancellationRequested)
                    {
                        await writer.ExecuteAsync($"BEGIN; INSERT INTO t VALUES ({id++}, 'a'); INSERT INTO t VALUES ({id++}, 'b'); COMMIT");
                    }
                }
                catch (SqlStatementException)
                {
                    // The server is gone. Its table will show if the last transaction was committed.
                }
            });
            await live.CountAsync(live.Changes.Count + 50);
            await (kill ? server.KillAsync() : server.StopAsync());
            await stop.CancelAsync();
            await writing;
            await server.RestartAsync();
        }

        await server.ExecuteAsync("INSERT INTO t VALUES (1000000, 'end')", database);
        await live.UntilAsync(() => live.Changes is [.., var last] && last.Text.Contains("1000000", StringComparison.Ordinal),
            () => "the last row is missing");
        IReadOnlyList<string?[]> rows = await server.QueryAsync("SELECT id FROM t ORDER BY id", database);
        Assert.Equal(rows.Select(row => int.Parse(row[0] ?? "", CultureInfo.InvariantCulture)), Ids(live));
        Assert.True(live.Engine.Status.Reconnects >= 3);
    }

    private static async Task<string> PrepareAsync(MySqlTestServer server)
    {
        string database = await server.CreateDatabaseAsync("r");
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, v TEXT)", database);
        return database;
    }

    private static IEnumerable<int> Ids(LiveCapture live) => live.Changes.Select(change => change.Event.After["id"].AsInt32());

    private static async Task TryAsync(SqlSession session, string sql)
    {
        try
        {
            await session.ExecuteAsync(sql);
        }
        catch (SqlStatementException e) when (e.Code == 1094)
        {
            // That connection has already ended.
        }
    }
}
