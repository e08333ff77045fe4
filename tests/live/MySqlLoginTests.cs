using CdcEmbedded.MySql;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>The whole stream over TLS and over every login method, and the messages of refused logins; MySqlSessionTests covers
/// the protocol alone.</summary>
public sealed class MySqlLoginTests(MySql97Fixture mySql97, MySql56Fixture mySql56)
{
    private const string Password = "s3cret!pass";

    [Theory]
    [InlineData("caching_sha2_password", "SslMode=Required")]
    [InlineData("caching_sha2_password", "SslMode=VerifyCA;SslCa={ca}")]
    [InlineData("caching_sha2_password", "SslMode=None;AllowPublicKeyRetrieval=true")]
    [InlineData("sha256_password", "SslMode=VerifyCA;SslCa={ca}")]
    [InlineData("sha256_password", "SslMode=None;AllowPublicKeyRetrieval=true")]
    public async Task A_stream_and_its_queries_use_connections_of_one_kind(string plugin, string keys)
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        (string database, string user) = await PrepareAsync(server, plugin);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO t VALUES (1)", database);

        // The first login uses full authentication; the server may answer the second one from its cache.
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(["create t {id: 1}"], await Capture.ReadTextsAsync(Source(server, database, user, Password, keys), start));
        }
    }

    [Fact]
    public async Task A_dump_over_TLS_is_encrypted_on_the_server_too()
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        (string database, string user) = await PrepareAsync(server, "caching_sha2_password");
        await server.ExecuteAsync($"ALTER USER {user} REQUIRE SSL");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO t VALUES (1)", database);

        Assert.Single(await Capture.ReadAsync(Source(server, database, user, Password, "SslMode=Required"), start));
        await Assert.ThrowsAsync<CdcAuthenticationException>(
            () => Capture.ReadAsync(Source(server, database, user, Password, "SslMode=None;AllowPublicKeyRetrieval=true"), start));
    }

    [Fact]
    public async Task MySql_5_6_streams_for_an_account_with_a_native_password()
    {
        MySqlTestServer server = await mySql56.ServerAsync();
        (string database, string user) = await PrepareAsync(server, "mysql_native_password");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO t VALUES (1)", database);

        Assert.Single(await Capture.ReadAsync(Source(server, database, user, Password, "SslMode=None"), start));
    }

    [Theory]
    [InlineData("wrong", "SslMode=Required", typeof(CdcAuthenticationException))]
    [InlineData("wrong", "SslMode=None;AllowPublicKeyRetrieval=true", typeof(CdcAuthenticationException))]
    [InlineData(Password, "SslMode=None", typeof(CdcAuthenticationException))]
    [InlineData(Password, "SslMode=VerifyFull;SslCa={ca}", typeof(CdcConnectionException))]
    [InlineData(Password, "SslMode=VerifyCA;SslCa={other}", typeof(CdcConnectionException))]
    [InlineData(Password, "SslMode=VerifyCA", typeof(CdcConnectionException))]
    public async Task A_refused_login_ends_the_stream_at_once_and_reveals_no_password(string password, string keys, Type type)
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        (string database, string user) = await PrepareAsync(server, "caching_sha2_password");
        MySqlSource source = Source(server, database, user, password, keys);
        await using var live = new LiveCapture(source, LiveCapture.From(StartPosition.Latest));

        CdcException error = await live.FailureAsync<CdcException>();

        Assert.IsType(type, error);
        Assert.False(error.IsTransient);
        Assert.Equal(0, live.Engine.Status.Reconnects);
        for (Exception? e = error; e is not null; e = e.InnerException)
        {
            Assert.DoesNotContain(password == "wrong" ? "Password=wrong" : password, e.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_server_that_does_not_listen_is_retried_until_it_does()
    {
        await using MySqlTestServer server = await mySql56.StartOwnAsync();
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT)");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO d.t VALUES (1)");
        await server.StopAsync();
        await using var live = new LiveCapture(Capture.Source(server, "d"), LiveCapture.From(StartPosition.At(start)));
        await live.UntilAsync(() => live.Engine.Status.Failure is CdcConnectionException, () => $"state {live.Engine.Status.State}");

        await server.RestartAsync();
        await live.CountAsync(1);

        Assert.Equal(["create t {id: 1}"], live.Texts);
    }

    private static async Task<(string Database, string User)> PrepareAsync(MySqlTestServer server, string plugin)
    {
        string database = await server.CreateDatabaseAsync("login");
        string identified = plugin == "mysql_native_password" ? $"IDENTIFIED BY '{Password}'" : $"IDENTIFIED WITH {plugin} BY '{Password}'";
        await server.ExecuteAsync(
            $"CREATE TABLE t (id INT); CREATE USER u_{database}@'%' {identified}; GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO "
                + $"u_{database}@'%'; "
            + $"GRANT SELECT ON {database}.* TO u_{database}@'%'",
            database);
        return (database, "u_" + database);
    }

    private static MySqlSource Source(MySqlTestServer server, string database, string user, string password, string keys)
    {
        // A real authority that did not sign the server's certificate: the server's own leaf certificate.
        keys = keys.Replace("{ca}", Path.Combine(server.DataDirectory, "ca.pem"), StringComparison.Ordinal)
            .Replace("{other}", Path.Combine(server.DataDirectory, "client-cert.pem"), StringComparison.Ordinal);
        return new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = $"Server={server.Host};Port={server.Port};User ID={user};Password={password};{keys}",
            Include = [$"{database}.*"],
        });
    }
}
