using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.MySql.Tests.Replication;
using CdcEmbedded.MySql.Tests.Scripted;

namespace CdcEmbedded.MySql.Tests.Server;

/// <summary>Two connections through a proxy may reach two servers: what one says is not believed of the other.</summary>
public sealed class KnownServerTests
{
    private const string Other = "99999999-2222-3333-4444-555555555555";
    private const string Uuid = "SELECT @@GLOBAL.server_uuid";

    [Fact]
    public async Task An_SQL_connection_that_reaches_another_server_is_dropped_and_made_again()
    {
        var asked = 0;
        await using var server = Proxy((connection, sql) => sql == Uuid && connection.IsSql && ++asked <= 2 ? Rows(Other) : null);
        var logger = new CollectingLogger();

        var known = await KnownAsync(server, logger);
        await using var sql = await known.OpenSqlAsync(CancellationToken.None);

        Assert.Equal(3, asked);
        Assert.Equal(2, logger.Entries.Count(entry => entry.Id.Id == 1107));
        await sql.QueryAsync(Uuid, CancellationToken.None);
    }

    [Fact]
    public async Task A_replication_session_that_reaches_another_server_is_dropped_and_made_again()
    {
        var asked = 0;
        await using var server = Proxy((connection, sql) => sql == Uuid && !connection.IsSql && ++asked == 2 ? Rows(Other) : null);

        var known = await KnownAsync(server);
        await using var session = await known.OpenReplicationAsync(CancellationToken.None);

        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task A_start_through_a_proxy_that_keeps_changing_servers_fails_with_a_transient_error_that_names_both()
    {
        var primary = new ScriptedPrimary(Recording.Get("mysql-9.7/misc97"));
        var options = primary.Options();
        options.OnConnectionQuery = (connection, sql) => sql == Uuid && connection.IsSql ? Rows(Other) : null;
        await using var server = new ScriptedMySqlServer(options);

        var run = await FeedRun.ReadAsync(WireFeedTests.Source(server), options: FeedRun.Options(reconnect: ReconnectPolicy.None));

        var failure = Assert.IsType<CdcConnectionException>(run.Failure);
        Assert.True(failure.IsTransient);
        Assert.Contains(Other, failure.Message, StringComparison.Ordinal);
        Assert.Contains(ScriptedReply.ServerUuid, failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Dumps);
    }

    [Fact]
    public async Task MariaDB_after_a_proxy_that_greets_as_MySQL_is_known_by_its_number_host_and_port()
    {
        await using var server = Proxy((_, sql) => sql == Uuid ? ScriptedReply.Error(1193, "Unknown system variable 'server_uuid'") : null);

        var known = await KnownAsync(server);
        await using var sql = await known.OpenSqlAsync(CancellationToken.None);

        Assert.Equal("mariadb-1@scripted:3306", known.Identity);
    }

    [Fact]
    public async Task A_server_that_answers_NULL_for_its_identity_is_a_transient_error()
    {
        await using var server = Proxy((_, sql) => sql == Uuid ? ScriptedReply.Rows(["u"], (string?[])[null]) : null);

        var exception = await Assert.ThrowsAsync<CdcProtocolException>(() => KnownAsync(server));

        Assert.True(exception.IsTransient);
    }

    [Fact]
    public void Only_a_random_number_of_31_bits_above_the_servers_own_is_drawn_as_server_id()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => BinlogDump.RandomServerId()).ToHashSet();
        Assert.True(ids.Count > 990 && ids.All(id => id >= 1u << 31));
    }

    private static ScriptedReply Rows(string uuid) => ScriptedReply.Rows(["u"], [uuid]);

    private static ScriptedMySqlServer Proxy(Func<ScriptedConnection, string, ScriptedReply?> answer)
        => new(new ScriptedServerOptions { OnConnectionQuery = answer });

    private static async Task<KnownServer> KnownAsync(ScriptedMySqlServer server, CollectingLogger? logger = null)
    {
        await using var session = await server.ConnectAsync();
        return await KnownServer.OfAsync(new ServerAccess(server.ConnectionString(), null, null), session, logger
            ?? new CollectingLogger(), TimeProvider.System,
            CancellationToken.None);
    }
}
