using System.Collections.Concurrent;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.MySql.Tests.Replication;
using CdcEmbedded.MySql.Tests.Scripted;
using MySqlConnector;

namespace CdcEmbedded.MySql.Tests.Server;

/// <summary>Where passwords and SQL connections come from: the connection string, a provider that is asked at each connect, an
/// application's data source.</summary>
public sealed class PasswordTests
{
    [Fact]
    public async Task A_provider_is_asked_at_each_connect_of_both_kinds_so_that_passwords_may_change_any_time()
    {
        var primary = new ScriptedPrimary(Recording.Get("mysql-9.7/misc97"));
        var options = primary.Options();
        await using var server = new ScriptedMySqlServer(options);
        var contexts = new ConcurrentQueue<MySqlPasswordContext>();
        var number = 0;
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = WithoutPassword(server),
            PasswordProvider = (context, _) =>
            {
                // Each token is good for one connection.
                contexts.Enqueue(context);
                options.Password = $"token-{++number}";
                return ValueTask.FromResult(options.Password);
            },
        });

        var run = await FeedRun.ReadAsync(source);

        Assert.Null(run.Failure);
        Assert.NotEmpty(run.Changes);
        Assert.Equal(server.Connections.Count, contexts.Count);
        Assert.Contains(server.Connections, connection => connection.IsSql);
        Assert.All(contexts, context => Assert.Equal(new MySqlPasswordContext("127.0.0.1", server.Port, "cdc", ""), context));
    }

    [Fact]
    public async Task A_provider_that_fails_is_a_transient_error_with_its_message_and_one_without_a_password_is_not()
    {
        await using var server = new ScriptedMySqlServer();
        async Task<Exception?> FailureAsync(Func<MySqlPasswordContext, CancellationToken, ValueTask<string>> provider)
        {
            var access = new ServerAccess(WithoutPassword(server), null, provider);
            var session = await Xunit.Record.ExceptionAsync(
                () => MySql.Replication.ReplicationSession.ConnectAsync(access.Session, null, TimeProvider.System,
                    CancellationToken.None).AsTask());
            var sql = await Xunit.Record.ExceptionAsync(() => access.OpenSqlAsync(access.Hosts[0], TimeProvider.System,
                CancellationToken.None).AsTask());
            Assert.Equal(session?.Message, sql?.Message);
            return session;
        }

        var failed = Assert.IsType<CdcConnectionException>(await FailureAsync((_, _) => throw new InvalidOperationException("token service "
            + "down")));
        var missing = Assert.IsType<CdcAuthenticationException>(await FailureAsync((_, _) => ValueTask.FromResult<string>(null!)));

        // Nor may it say that the position is lost.
        Assert.IsType<CdcConnectionException>(await FailureAsync((_, _) => throw new OffsetLostException("mine")));
        Assert.IsType<CdcAuthenticationException>(await FailureAsync((_, _) => throw new CdcAuthenticationException("revoked")));
        Assert.True(failed.IsTransient);
        Assert.Contains("token service down", failed.Message, StringComparison.Ordinal);
        Assert.Contains("gave no password", missing.Message, StringComparison.Ordinal);
        Assert.Empty(server.Connections);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_provider_that_never_answers_holds_no_cancellation_up(bool isSql)
    {
        await using var server = new ScriptedMySqlServer();
        using var stop = new CancellationTokenSource();
        var asked = new TaskCompletionSource();
        var access = new ServerAccess(WithoutPassword(server), null, (_, _) =>
        {
            asked.TrySetResult();
            return new ValueTask<string>(new TaskCompletionSource<string>().Task);
        });

        Task opening = isSql ? access.OpenSqlAsync(access.Hosts[0], TimeProvider.System, stop.Token).AsTask()
            : MySql.Replication.ReplicationSession.ConnectAsync(access.Session, null, TimeProvider.System, stop.Token).AsTask();
        await asked.Task;
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_provider_that_never_answers_has_as_much_time_as_a_connect(bool isSql)
    {
        await using var server = new ScriptedMySqlServer();
        var access = new ServerAccess(WithoutPassword(server) + ";Connection Timeout=1", null,
            (_, _) => new ValueTask<string>(new TaskCompletionSource<string>().Task));

        Task opening = isSql ? access.OpenSqlAsync(access.Hosts[0], TimeProvider.System, CancellationToken.None).AsTask()
            : MySql.Replication.ReplicationSession.ConnectAsync(access.Session, null, TimeProvider.System, CancellationToken.None).AsTask();

        var failure = await Assert.ThrowsAsync<CdcConnectionException>(() => opening.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.True(failure.IsTransient);
        Assert.Contains("PasswordProvider gave no answer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_source_opens_the_SQL_connections_and_lends_its_connection_string_to_the_replication_session()
    {
        var primary = new ScriptedPrimary(Recording.Get("mysql-9.7/misc97"));
        await using var server = new ScriptedMySqlServer(primary.Options());
        await using var dataSource = new MySqlDataSource(server.ConnectionString("Application Name=shop;Pooling=true"));

        var run = await FeedRun.ReadAsync(new MySqlSource(new MySqlSourceOptions { DataSource = dataSource }));

        Assert.Null(run.Failure);
        Assert.NotEmpty(run.Changes);
        Assert.Contains(server.Connections, connection => connection.IsSql && connection.Attributes["program_name"] == "shop");
        Assert.Contains(server.Connections, connection => !connection.IsSql && connection.Attributes["program_name"] == "shop");
    }

    [Fact]
    public async Task A_data_source_that_keeps_its_password_to_itself_needs_a_provider_for_the_replication_session()
    {
        var primary = new ScriptedPrimary(Recording.Get("mysql-9.7/misc97"));
        await using var server = new ScriptedMySqlServer(primary.Options());
        await using var dataSource = new MySqlDataSourceBuilder(WithoutPassword(server))
            .UsePeriodicPasswordProvider((_, _) => ValueTask.FromResult(server.Options.Password), TimeSpan.FromMinutes(1),
            TimeSpan.FromSeconds(1)).Build();

        var without = await FeedRun.ReadAsync(new MySqlSource(new MySqlSourceOptions { DataSource = dataSource }));
        var with = await FeedRun.ReadAsync(new MySqlSource(new MySqlSourceOptions
        {
            DataSource = dataSource, PasswordProvider = (_, _) => ValueTask.FromResult(server.Options.Password),
        }));

        Assert.Contains("PasswordProvider", Assert.IsType<CdcAuthenticationException>(without.Failure).Message, StringComparison.Ordinal);
        Assert.Null(with.Failure);
        Assert.NotEmpty(with.Changes);
    }

    [Fact]
    public async Task A_connection_string_beside_a_data_source_is_the_replication_sessions()
    {
        var primary = new ScriptedPrimary(Recording.Get("mysql-9.7/misc97"));
        await using var server = new ScriptedMySqlServer(primary.Options());
        await using var dataSource = new MySqlDataSource(server.ConnectionString("Application Name=queries"));

        var run = await FeedRun.ReadAsync(new MySqlSource(new MySqlSourceOptions
        {
            DataSource = dataSource, ConnectionString = server.ConnectionString("Application Name=replica"),
        }));

        Assert.Null(run.Failure);
        Assert.All(server.Connections, connection => Assert.Equal(connection.IsSql ? "queries" : "replica",
            connection.Attributes["program_name"]));
    }

    [Fact]
    public void Options_that_name_no_server_or_contradict_each_other_are_refused_at_construction()
    {
        using var several = new MySqlDataSource("Server=db1,db2;Password=hunter2");
        using var one = new MySqlDataSource("Server=db1;Password=hunter2");
        foreach (var (options, expected) in new (MySqlSourceOptions, string)[]
        {
            (new MySqlSourceOptions(), "Neither ConnectionString nor DataSource"),
            (new MySqlSourceOptions { DataSource = several }, "DataSource names several hosts"),
            (new MySqlSourceOptions { DataSource = several, ConnectionString = "Server=db1" }, "DataSource names several hosts"),
            (new MySqlSourceOptions { DataSource = one, ConnectionString = "Server=db1,db2" }, "ConnectionString names several hosts"),
            (new MySqlSourceOptions { ConnectionString = "Password=hunter2", PasswordProvider = (_, _) => default }, "Remove one of them"),
        })
        {
            var exception = Assert.Throws<ArgumentException>(() => new MySqlSource(options));
            Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", exception.ToString(), StringComparison.Ordinal);
        }
    }

    private static string WithoutPassword(ScriptedMySqlServer server)
        => server.ConnectionString().Replace($"Password={server.Options.Password};", "", StringComparison.Ordinal);
}
