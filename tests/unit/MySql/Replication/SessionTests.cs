using System.Net.Sockets;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Tests.Scripted;

namespace CdcEmbedded.MySql.Tests.Replication;

public sealed class SessionTests(TestCertificates certificates) : IClassFixture<TestCertificates>
{
    [Fact]
    public async Task AskAsync_reads_one_row_with_nulls_and_long_texts()
    {
        var text = new string('ü', 40_000);
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { OnQuery = _
            => ScriptedReply.Rows(["File", "größe", "c", "d"], ["a", null, "", text]) });
        await using var session = await server.ConnectAsync();

        var row = await session.AskAsync("SELECT 1, 2, 3, 4", 4, CancellationToken.None);

        Assert.Equal<string?[]>(["a", null, "", text], row);
    }

    public static TheoryData<string, ScriptedReply> WrongShapes => new()
    {
        { "no row", ScriptedReply.Rows(["a", "b"]) },
        { "more than one row", ScriptedReply.Rows(["a", "b"], ["1", "2"], ["3", "4"]) },
        { "1 columns instead of 2", ScriptedReply.Rows(["a"], ["1"]) },
        { "3 columns instead of 2", ScriptedReply.Rows(["a", "b", "c"], ["1", "2", "3"]) },
        { "OK instead of a row", ScriptedReply.Ok },
    };

    [Theory]
    [MemberData(nameof(WrongShapes))]
    public async Task AskAsync_answered_in_the_wrong_shape_is_a_transient_error_that_names_the_query(string expected, ScriptedReply reply)
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { OnQuery = _ => reply });
        await using var session = await server.ConnectAsync();

        var exception = await Assert.ThrowsAsync<CdcProtocolException>(async () => await session.AskAsync("SELECT a, "
            + "b", 2, CancellationToken.None));

        Assert.True(exception.IsTransient);
        Assert.Contains($"answered 'SELECT a, b' with {expected}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AskAsync_answered_with_an_error_leaves_the_session_usable()
    {
        await using var server = new ScriptedMySqlServer();
        await using var session = await server.ConnectAsync();

        var exception = await Assert.ThrowsAsync<CdcServerException>(async ()
            => await session.AskAsync("SELEC", 1, CancellationToken.None));
        await session.ExecuteAsync("SET @a = 1", CancellationToken.None);

        Assert.Equal((1064, "HY000", false), (exception.Code, exception.SqlState, exception.IsTransient));
    }

    [Fact]
    public async Task Line_breaks_of_a_servers_error_do_not_reach_messages()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { OnQuery = _
            => ScriptedReply.Error(1234, "first\r\nfatal: forged\tline") });
        await using var session = await server.ConnectAsync();

        var exception = await Assert.ThrowsAsync<CdcServerException>(async () => await session.AskAsync("SELECT "
            + "1", 1, CancellationToken.None));

        Assert.Equal($"127.0.0.1:{server.Port}: first  fatal: forged line (error 1234)", exception.Message);
    }

    [Fact]
    public async Task A_server_that_sends_a_byte_now_and_then_does_not_outlast_the_time_of_a_command()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnConnect = async connection =>
            {
                if (await ScriptedLogin.PlayAsync(connection))
                {
                    await connection.ReadPacketAsync();

                    // The beginning of one packet that would be complete after an hour.
                    foreach (var b in (byte[])[0xFF, 0xFF, 0, 1, .. new byte[100]])
                    {
                        await connection.SendRawAsync(new[] { b });
                        await Task.Delay(100);
                    }
                }
            },
        });
        await using var session = await server.ConnectAsync("Default Command Timeout=1");
        var started = TimeProvider.System.GetTimestamp();

        var exception = await Assert.ThrowsAsync<CdcConnectionException>(async () => await session.AskAsync("SELECT "
            + "1", 1, CancellationToken.None));

        Assert.True(exception.IsTransient);
        Assert.Contains("'SELECT 1' within 1 seconds", exception.Message, StringComparison.Ordinal);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task Each_packet_of_the_client_arrives_in_one_piece()
    {
        await using var server = new ScriptedMySqlServer();
        await using (var session = await server.ConnectAsync())
        {
            await session.ExecuteAsync("SET @a = 1", CancellationToken.None);
            await session.ExecuteAsync("SET @b = '" + new string('x', 5000) + "'", CancellationToken.None);
        }

        await server.WaitUntilClosedAsync().WaitAsync(SessionTest.Patience);

        // Response, two statements, COM_QUIT; the server stops reading there.
        var reads = server.Connections[0].Wire.Reads;
        Assert.Equal(4, reads.Count);
        Assert.Equal((15, 5016, 5), (reads[1], reads[2], reads[3]));
    }

    [Fact]
    public async Task A_statement_of_more_than_16_MiB_arrives_whole()
    {
        await using var server = new ScriptedMySqlServer();
        await using var session = await server.ConnectAsync();
        var sql = "SET @a = '" + new string('x', 17 * 1024 * 1024) + "'";

        await session.ExecuteAsync(sql, CancellationToken.None);

        Assert.Equal(sql, Assert.Single(server.Queries));
    }

    [Fact]
    public async Task A_server_that_asks_for_a_file_is_refused()
    {
        await using var server = AnsweringQueries([0xFB, .. "/etc/passwd"u8]);
        await using var session = await server.ConnectAsync();

        await Assert.ThrowsAsync<CdcProtocolException>(async () => await session.AskAsync("SELECT 1", 1, CancellationToken.None));
    }

    [Fact]
    public async Task PrepareReplicationAsync_sets_both_spellings_and_returns_the_checksum()
    {
        await using var server = new ScriptedMySqlServer();
        await using var session = await server.ConnectAsync();
        var uuid = Guid.NewGuid();

        var checksum = await session.PrepareReplicationAsync(
            new ReplicationSetup
            {
                HeartbeatPeriod = TimeSpan.FromSeconds(2.5),
                ReplicaUuid = uuid,
                NetWriteTimeout = TimeSpan.FromMinutes(1),
            },
            isMariaDb: false,
            CancellationToken.None);

        Assert.Equal("CRC32", checksum);
        Assert.Equal(
            "SET @master_binlog_checksum = @@GLOBAL.binlog_checksum, @source_binlog_checksum = @@GLOBAL.binlog_checksum, "
            + "@master_heartbeat_period = 2500000000, @source_heartbeat_period = 2500000000, "
            + $"@slave_uuid = '{uuid}', @replica_uuid = '{uuid}', SESSION net_write_timeout = 60",
            server.Queries.First());
    }

    [Fact]
    public async Task PrepareReplicationAsync_on_a_server_without_checksums_asks_for_none()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnQuery = sql => sql.Contains("@@GLOBAL.", StringComparison.Ordinal) ? ScriptedReply.Error(1193, "Unknown system variable")
                : sql.StartsWith("SELECT", StringComparison.Ordinal) ? ScriptedReply.Rows(["c"], ["NONE"]) : null,
        });
        await using var session = await server.ConnectAsync();

        Assert.Equal("NONE", await session.PrepareReplicationAsync(new ReplicationSetup(), isMariaDb: false, CancellationToken.None));
        Assert.Contains("@master_binlog_checksum = 'NONE'", server.Queries.ElementAt(1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_binlog_stream_arrives_packet_by_packet(bool tls)
    {
        BinlogDumpRequest? request = null;
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            Certificate = tls ? certificates.ForLoopback : null,
            OnBinlogDump = async (connection, dump) =>
            {
                request = dump;
                await connection.SendEventAsync(BinlogFile.FakeRotate("binlog.000001", 4, checksum: true));
                await connection.SendEventAsync(new byte[100_000]);
                await connection.SilenceAsync();
            },
        });
        await using var session = await server.ConnectAsync(tls ? $"SslMode=VerifyFull;SslCa={certificates.CaFile}" : "");
        await session.RegisterReplicaAsync(77, "", 0, CancellationToken.None);

        var packets = await session.StartBinlogDumpGtidAsync(
            77, BinlogDumpFlags.ThroughGtid, "binlog.000001", 1L << 33, new byte[] { 1, 2, 3 }, TimeSpan.FromSeconds(10),
            CancellationToken.None);
        var rotate = await packets.ReadPacketAsync(CancellationToken.None);
        var large = await packets.ReadPacketAsync(CancellationToken.None);

        Assert.Equal((77u, 4, "binlog.000001", 1UL << 33), (request!.ServerId, request.Flags, request.FileName, request.Position));
        Assert.Equal<byte>([1, 2, 3], request.GtidSet!);
        Assert.Equal((PacketKind.Ok, 4), (rotate.Kind, rotate.Span[5]));
        Assert.Equal(100_001, large.Length);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await session.AskAsync("SELECT 1", 1, CancellationToken.None));
    }

    [Fact]
    public async Task StartBinlogDumpAsync_sends_file_and_position()
    {
        BinlogDumpRequest? request = null;
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnBinlogDump = async (connection, dump) =>
            {
                request = dump;
                await connection.SendErrorAsync(1236, "Could not find first log file name in binary log index file");
            },
        });
        await using var session = await server.ConnectAsync();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () =>
            await session.StartBinlogDumpAsync(1, BinlogDumpFlags.None, "b", 1UL << 32, TimeSpan.FromSeconds(1), CancellationToken.None));

        var packets = await session.StartBinlogDumpAsync(
            9, BinlogDumpFlags.NonBlocking, "mysql-bin.000042", uint.MaxValue, TimeSpan.FromSeconds(10), CancellationToken.None);
        var packet = await packets.ReadPacketAsync(CancellationToken.None);

        Assert.Equal(new BinlogDumpRequest(9, 1, "mysql-bin.000042", uint.MaxValue, null), request);
        Assert.Equal(1236, ServerError.Read(packet.Span, "db").Code);
    }

    [Fact]
    public async Task The_end_of_a_stream_is_always_an_error()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnBinlogDump = (connection, _) => connection.SendEventAsync(new byte[19]).AsTask(),
        });
        await using var session = await server.ConnectAsync();
        var packets = await session.StartBinlogDumpAsync(1, BinlogDumpFlags.None, "", 4, TimeSpan.FromSeconds(10), CancellationToken.None);
        await packets.ReadPacketAsync(CancellationToken.None);

        var exception = await Assert.ThrowsAsync<CdcConnectionException>(async () => await packets.ReadPacketAsync(CancellationToken.None));

        Assert.Contains($"127.0.0.1:{server.Port}", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_silent_stream_fails_with_host_port_and_time(bool tls)
    {
        await using var server = Silent(tls);
        await using var session = await server.ConnectAsync(tls ? $"SslMode=VerifyFull;SslCa={certificates.CaFile}" : "");
        var packets = await session.StartBinlogDumpAsync(
            1, BinlogDumpFlags.None, "", 4, TimeSpan.FromMilliseconds(200), CancellationToken.None);

        var exception = await Assert.ThrowsAsync<CdcConnectionException>(() => packets.ReadPacketAsync(CancellationToken.None).AsTask());

        Assert.Equal($"127.0.0.1:{server.Port} sent nothing for 0.2 seconds.", exception.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancelling_a_pending_read_throws_with_the_token_and_closes(bool tls)
    {
        await using var server = Silent(tls);
        await using var session = await server.ConnectAsync(tls ? $"SslMode=VerifyFull;SslCa={certificates.CaFile}" : "");
        var packets = await session.StartBinlogDumpAsync(1, BinlogDumpFlags.None, "", 4, Timeout.InfiniteTimeSpan, CancellationToken.None);
        using var cancellation = new CancellationTokenSource(50);

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => packets.ReadPacketAsync(cancellation.Token).AsTask());

        Assert.Equal(cancellation.Token, exception.CancellationToken);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => packets.ReadPacketAsync(CancellationToken.None).AsTask());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Disposing_while_a_read_is_pending_ends_the_read_at_once(bool tls)
    {
        await using var server = Silent(tls);
        var session = await server.ConnectAsync(tls ? $"SslMode=VerifyFull;SslCa={certificates.CaFile}" : "");
        var packets = await session.StartBinlogDumpAsync(1, BinlogDumpFlags.None, "", 4, Timeout.InfiniteTimeSpan, CancellationToken.None);
        var reading = packets.ReadPacketAsync(CancellationToken.None).AsTask();

        await session.DisposeAsync().AsTask().WaitAsync(SessionTest.Patience);
        await session.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading.WaitAsync(SessionTest.Patience));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await session.AskAsync("SELECT 1", 1, CancellationToken.None));
    }

    [Fact]
    public async Task A_query_without_an_answer_times_out_and_closes()
    {
        await using var server = AnsweringQueries(null);
        await using var session = await server.ConnectAsync("Default Command Timeout=1");

        var exception = await Assert.ThrowsAsync<CdcConnectionException>(
            async () => await session.AskAsync("SELECT SLEEP(9)", 1, CancellationToken.None));

        Assert.True(exception.IsTransient);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await session.AskAsync("SELECT 1", 1, CancellationToken.None));
    }

    [Fact]
    public async Task A_server_that_accepts_and_says_nothing_is_given_up_after_the_connection_timeout()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { OnConnect = connection => connection.SilenceAsync() });

        var exception = await Assert.ThrowsAsync<CdcConnectionException>(() => server.ConnectAsync("Connection Timeout=1"));

        Assert.Equal($"127.0.0.1:{server.Port} did not complete the connection within 1 seconds.", exception.Message);
    }

    [Fact]
    public async Task Cancelling_ConnectAsync_throws_with_the_token()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { OnConnect = connection => connection.SilenceAsync() });
        using var cancellation = new CancellationTokenSource(50);

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            SessionTest.ConnectAsync(server.ConnectionString(), cancellationToken: cancellation.Token));

        Assert.Equal(cancellation.Token, exception.CancellationToken);
    }

    [Fact]
    public async Task The_next_host_is_tried_where_one_does_not_answer_or_is_full()
    {
        await using var full = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnConnect = connection => connection.SendErrorAsync(1040, "Too many connections", null).AsTask(),
        });
        await using var good = new ScriptedMySqlServer();
        var hosts = $"Server=127.0.0.1:{FreePort()},127.0.0.1:{full.Port},127.0.0.1:{good.Port};User ID=cdc;Password=s3cret!pass;"
            + "SslMode=None";

        await using var session = await SessionTest.ConnectAsync(hosts);

        Assert.Equal(good.Port, session.Host.Port);
    }

    [Fact]
    public async Task A_refused_password_ends_the_attempt_before_the_next_host()
    {
        await using var first = new ScriptedMySqlServer();
        await using var second = new ScriptedMySqlServer();

        await Assert.ThrowsAsync<CdcAuthenticationException>(() => SessionTest.ConnectAsync(
            $"Server=127.0.0.1:{first.Port},127.0.0.1:{second.Port};User ID=cdc;Password=wrong;SslMode=None"));

        Assert.Empty(second.Connections);
    }

    [Fact]
    public async Task All_failures_are_reported_where_no_host_answers()
    {
        var (one, two) = (FreePort(), FreePort());

        var exception = await Assert.ThrowsAsync<CdcConnectionException>(
            () => SessionTest.ConnectAsync($"Server=127.0.0.1:{one},127.0.0.1:{two};SslMode=None"));

        // Each address once: that of the system's own text would be the second.
        Assert.Equal(2, exception.Message.Split($":{one}").Length);
        Assert.Equal(2, exception.Message.Split($":{two}").Length);
        Assert.True(exception.IsTransient);
    }

    [Fact]
    public async Task A_host_that_does_not_exist_is_a_connection_error()
    {
        var exception = await Assert.ThrowsAsync<CdcConnectionException>(() => SessionTest.ConnectAsync("Server=no-such-host.invalid"));

        Assert.Contains("no-such-host.invalid", exception.Message, StringComparison.Ordinal);
    }

    private ScriptedMySqlServer Silent(bool tls) => new(new ScriptedServerOptions
    {
        Certificate = tls ? certificates.ForLoopback : null,
        OnBinlogDump = (connection, _) => connection.SilenceAsync(),
    });

    private static ScriptedMySqlServer AnsweringQueries(byte[]? packet) => new(new ScriptedServerOptions
    {
        OnConnect = async connection =>
        {
            if (await ScriptedLogin.PlayAsync(connection))
            {
                await connection.ReadPacketAsync();
                if (packet is null)
                {
                    await connection.SilenceAsync();
                }
                else
                {
                    await connection.SendPacketAsync(packet);
                    await connection.WaitForCloseAsync();
                }
            }
        },
    });

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        return ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
