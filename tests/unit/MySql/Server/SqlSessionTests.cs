using CdcEmbedded.MySql.Server;
using CdcEmbedded.MySql.Tests.Replication;
using CdcEmbedded.MySql.Tests.Scripted;

namespace CdcEmbedded.MySql.Tests.Server;

/// <summary>Queries over MySqlConnector: text of every type, one limit of time, typed failures, and no wait for a server
/// that is silent.</summary>
public sealed class SqlSessionTests
{
    private const byte LongLong = 8;

    [Fact]
    public async Task QueryAsync_reads_columns_rows_nulls_and_bytes()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnQuery = sql => sql == "SHOW X" ? ScriptedReply.Rows(["File", "größe"], ["a", null], ["", "😀"],
                [new string('y', 70_000), "z"]) : null,
        });
        await using var session = await server.OpenSqlAsync();

        var answer = await session.QueryAsync("SHOW X", CancellationToken.None);

        Assert.Equal(["File", "größe"], answer.Columns);
        Assert.Equal((0, 1, -1), (answer.IndexOf("FILE"), answer.IndexOf("other", "größe"), answer.IndexOf("Encrypted")));
        Assert.Equal([["a", null], ["", "😀"], [new string('y', 70_000), "z"]], answer.Rows);
    }

    [Fact]
    public async Task Numbers_are_read_as_their_text()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnQuery = sql => sql == "SHOW X" ? ScriptedReply.Rows(["a"], ["-9223372036854775808"], [null]).WithColumnType(LongLong) : null,
        });
        await using var session = await server.OpenSqlAsync();

        var answer = await session.QueryAsync("SHOW X", CancellationToken.None);

        Assert.Equal(["-9223372036854775808", null], answer.Rows.Select(row => row[0]));
        Assert.Equal(long.MinValue, answer.Number(answer.Rows[0], 0));
    }

    [Fact]
    public async Task An_error_of_the_server_keeps_code_and_state_and_leaves_the_session_usable()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { OnQuery = sql => sql == "SHOW X"
            ? ScriptedReply.Error(1227, "Access\ndenied") : null });
        await using var session = await server.OpenSqlAsync();

        var exception = await Assert.ThrowsAsync<CdcServerException>(async () => await session.QueryAsync("SHOW "
            + "X", CancellationToken.None));

        Assert.Equal((1227, "HY000", false), (exception.Code, exception.SqlState, exception.IsTransient));
        Assert.Equal($"127.0.0.1:{server.Port}: Access denied (error 1227)", exception.Message);
        Assert.Single((await session.QueryAsync("SELECT @@GLOBAL.server_uuid", CancellationToken.None)).Rows);
    }

    [Theory]
    [InlineData(1040, true)]
    [InlineData(1053, true)]
    [InlineData(1115, true)]
    [InlineData(1273, true)]
    [InlineData(1317, true)]
    [InlineData(1146, false)]
    public async Task An_error_is_transient_as_it_is_on_a_replication_session(int code, bool isTransient)
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { OnQuery = sql => sql == "SHOW X"
            ? ScriptedReply.Error(code, "x") : null });
        await using var session = await server.OpenSqlAsync();

        var exception = await Assert.ThrowsAsync<CdcServerException>(async () => await session.QueryAsync("SHOW "
            + "X", CancellationToken.None));

        Assert.Equal(isTransient, exception.IsTransient);
    }

    [Fact]
    public async Task A_value_that_contradicts_its_type_is_a_transient_error_that_names_the_query()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnQuery = sql => sql == "SHOW X" ? ScriptedReply.Rows(["a"], ["no number"]).WithColumnType(LongLong) : null,
        });
        await using var session = await server.OpenSqlAsync();

        var exception = await Assert.ThrowsAnyAsync<CdcException>(async () => await session.QueryAsync("SHOW X", CancellationToken.None));

        Assert.True(exception.IsTransient, $"{exception}");
        Assert.Contains("'SHOW X'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_without_an_answer_fails_after_the_command_timeout()
    {
        await using var server = Hanging([]);
        await using var session = await server.OpenSqlAsync("Default Command Timeout=1");

        var exception = await Assert.ThrowsAsync<CdcConnectionException>(async () => await session.QueryAsync("SHOW "
            + "X", CancellationToken.None).AsTask().WaitAsync(SessionTest.Patience));

        Assert.True(exception.IsTransient);
        Assert.Contains("'SHOW X'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_sends_rows_now_and_then_does_not_outlast_the_command_timeout()
    {
        await using var server = Hanging([.. Enumerable.Repeat(250, 60)]);
        await using var session = await server.OpenSqlAsync("Default Command Timeout=2");
        var started = TimeProvider.System.GetTimestamp();

        var exception = await Assert.ThrowsAsync<CdcConnectionException>(async () => await session.QueryAsync("SHOW "
            + "X", CancellationToken.None).AsTask().WaitAsync(SessionTest.Patience));

        Assert.Contains("'SHOW X'", exception.Message, StringComparison.Ordinal);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Cancelling_a_query_returns_at_once_and_the_connection_closes_by_itself()
    {
        await using var server = Hanging([]);
        await using (var session = await server.OpenSqlAsync("Default Command Timeout=3"))
        {
            using var cancellation = new CancellationTokenSource(50);
            var started = TimeProvider.System.GetTimestamp();

            var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.QueryAsync("SHOW "
                + "X", cancellation.Token).AsTask());

            Assert.Equal(cancellation.Token, exception.CancellationToken);
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(2.5));
        }

        await server.WaitUntilClosedAsync().WaitAsync(SessionTest.Patience);
    }

    [Fact]
    public async Task Cancelling_a_login_returns_at_once_and_the_connection_closes_by_itself()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { OnConnect = connection
            => connection.WaitForCloseAsync() });
        using var cancellation = new CancellationTokenSource(50);
        var started = TimeProvider.System.GetTimestamp();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.OpenSqlAsync("Connection Timeout=3", cancellation.Token));

        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(2.5));
        await server.WaitUntilClosedAsync().WaitAsync(SessionTest.Patience);
    }

    [Fact]
    public async Task A_login_without_an_answer_fails_after_the_connection_timeout()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { OnConnect = connection
            => connection.WaitForCloseAsync() });

        var exception = await Assert.ThrowsAsync<CdcConnectionException>(() => server.OpenSqlAsync("Connection Timeout=1"));

        Assert.True(exception.IsTransient);
        Assert.Contains($"127.0.0.1:{server.Port}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_login_is_an_authentication_error_without_the_password()
    {
        await using var server = new ScriptedMySqlServer();
        var access = new ServerAccess(server.ConnectionString().Replace("s3cret!pass", "hunter2", StringComparison.Ordinal), null, null);

        var exception = await Assert.ThrowsAsync<CdcAuthenticationException>(
            () => access.OpenSqlAsync(access.Hosts[0], TimeProvider.System, CancellationToken.None).AsTask());

        Assert.Equal(1045, Assert.IsType<CdcServerException>(exception.InnerException).Code);
        Assert.Contains("REQUIRE SSL", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_cut_at_any_byte_of_login_and_query_is_a_connection_error()
    {
        long? cut = null;
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnQuery = sql => sql == "SHOW X" ? ScriptedReply.Rows(["a", "b"], ["x", null], ["y", "z"]) : null,
            Shape = (wire, _) => wire.CutAfterBytes = cut,
        });
        async Task QueryAsync()
        {
            await using var session = await server.OpenSqlAsync();
            await session.QueryAsync("SHOW X", CancellationToken.None);
        }

        await QueryAsync();
        var total = server.Connections[0].Wire.Sent;
        for (cut = 0; cut < total; cut++)
        {
            var exception = await Xunit.Record.ExceptionAsync(() => QueryAsync().WaitAsync(SessionTest.Patience));

            Assert.True(exception is CdcConnectionException { IsTransient: true }, $"Cut at {cut}: {exception}");
        }

        await server.WaitUntilClosedAsync().WaitAsync(SessionTest.Patience);
    }

    /// <summary>A server that answers a query with the beginning of a result, then a row after each pause (in milliseconds),
    /// and then nothing.</summary>
    private static ScriptedMySqlServer Hanging(int[] pauses) => new(new ScriptedServerOptions
    {
        OnConnect = async connection =>
        {
            if (!await ScriptedLogin.PlayAsync(connection))
            {
                return;
            }

            while (await connection.ReadPacketAsync() is { Length: > 0 } command)
            {
                if (command[0] == 3 && command.AsSpan(1).SequenceEqual("SHOW X"u8))
                {
                    await connection.SendPacketAsync([1]);
                    await connection.SendPacketAsync([3, .. "def"u8, 0, 0, 0, 1, (byte)'a', 0, 12, 45, 0, 0, 0, 0, 0, 0xFD, 0, 0, 0, 0, 0]);
                    foreach (var pause in pauses)
                    {
                        await Task.Delay(pause);
                        await connection.SendPacketAsync([1, (byte)'x']);
                    }

                    await connection.WaitForCloseAsync();
                    return;
                }

                await connection.SendOkAsync();
            }
        },
    });
}
