using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.MySql.Tests.Scripted;

namespace CdcEmbedded.MySql.Tests.Replication;

public sealed class LoginTests(TestCertificates certificates) : IClassFixture<TestCertificates>
{
    private const string Native = "mysql_native_password";
    private const string Caching = "caching_sha2_password";
    private const string Sha256 = "sha256_password";
    private const string Clear = "mysql_clear_password";

    [Theory]
    [InlineData(Native, Native, true, false, "")]
    [InlineData(Caching, Native, true, false, "")]
    [InlineData(Native, Caching, true, false, "")]
    [InlineData(Caching, Caching, true, false, "")]
    [InlineData(Caching, Caching, true, true, "")]
    [InlineData(Caching, Caching, false, true, "")]
    [InlineData(Native, Caching, false, true, "")]
    [InlineData(Caching, Caching, false, false, "AllowPublicKeyRetrieval=true")]
    [InlineData(Native, Caching, false, false, "AllowPublicKeyRetrieval=true")]
    [InlineData(Caching, Caching, false, false, "Server RSA Public Key File={rsa}")]
    [InlineData(Sha256, Sha256, false, true, "")]
    [InlineData(Caching, Sha256, false, true, "")]
    [InlineData(Native, Sha256, false, false, "AllowPublicKeyRetrieval=true")]
    [InlineData(Native, Sha256, false, false, "ServerRsaPublicKeyFile={rsa}")]
    [InlineData(Native, Clear, false, true, "EnableCleartextPlugin=true")]
    public async Task Login_with_the_right_password_succeeds(string greeting, string account, bool cached, bool tls, string more)
    {
        await using var server = Server(greeting, account, cached, tls);

        await using var session = await server.ConnectAsync(TlsKeys(tls) + Files(more));

        Assert.Equal(42u, session.ConnectionId);
        Assert.Equal(new Version(9, 7, 0), session.ServerVersion.Number);
        Assert.Equal(tls, server.Connections[0].IsTls);
        Assert.Equal("CdcEmbedded", server.Connections[0].Attributes["_client_name"]);
    }

    [Theory]
    [InlineData(Native, Native, true, false, "")]
    [InlineData(Caching, Native, true, false, "")]
    [InlineData(Caching, Caching, true, false, "")]
    [InlineData(Caching, Caching, false, true, "")]
    [InlineData(Caching, Caching, false, false, "AllowPublicKeyRetrieval=true")]
    [InlineData(Native, Sha256, false, true, "")]
    [InlineData(Native, Sha256, false, false, "AllowPublicKeyRetrieval=true")]
    [InlineData(Native, Clear, false, true, "EnableCleartextPlugin=true")]
    public async Task Login_with_a_wrong_password_is_an_authentication_error_without_the_password(
        string greeting, string account, bool cached, bool tls, string more)
    {
        await using var server = Server(greeting, account, cached, tls);
        var logger = new CollectingLogger();
        var wrong = server.ConnectionString(TlsKeys(tls) + Files(more)).Replace("s3cret!pass", "hunter2", StringComparison.Ordinal);

        var exception = await Assert.ThrowsAsync<CdcAuthenticationException>(() => SessionTest.ConnectAsync(wrong, logger));

        Assert.Equal(1045, Assert.IsType<CdcServerException>(exception.InnerException).Code);
        Assert.False(exception.IsTransient);
        Assert.Contains("'cdc'", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", exception.ToString() + string.Concat(logger.Entries), StringComparison.Ordinal);
        await server.WaitUntilClosedAsync().WaitAsync(SessionTest.Patience);
        Assert.Single(server.Connections);
    }

    [Theory]
    [InlineData(Native)]
    [InlineData(Caching)]
    [InlineData(Sha256)]
    public async Task Login_without_a_password_succeeds_where_the_account_has_none(string account)
    {
        await using var server = Server(Caching, account, cached: false, tls: false);
        server.Options.Password = "";

        await using var session = await server.ConnectAsync();

        Assert.Equal(42u, session.ConnectionId);
    }

    [Theory]
    [InlineData(Caching, false, "AllowPublicKeyRetrieval=true")]
    [InlineData(Sha256, false, "AllowPublicKeyRetrieval=true")]
    [InlineData(Clear, true, "EnableCleartextPlugin=true")]
    [InlineData("authentication_ldap_sasl_client", false, "not supported")]
    [InlineData("client_ed25519", false, "mysql_native_password")]
    [InlineData("parsec", false, "mysql_native_password")]
    [InlineData("auth_gssapi_client", false, "Kerberos")]
    [InlineData("dialog", false, "pam_use_cleartext_plugin")]
    public async Task Login_that_is_not_allowed_says_what_to_do(string account, bool tls, string remedy)
    {
        await using var server = Server(Caching, account, cached: false, tls);

        var exception = await Assert.ThrowsAsync<CdcAuthenticationException>(() => server.ConnectAsync(TlsKeys(tls)));

        Assert.Contains(remedy, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clear_password_without_TLS_is_refused_even_if_allowed()
    {
        await using var server = Server(Caching, Clear, cached: false, tls: false);

        var exception = await Assert.ThrowsAsync<CdcAuthenticationException>(() => server.ConnectAsync("EnableCleartextPlugin=true"));

        Assert.Contains("no TLS", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0xFE }, "MySQL 4.0")]
    [InlineData(new byte[] { 0x02, 0x61, 0x00 }, "more than one factor")]
    public async Task Login_methods_that_are_not_supported_are_named(byte[] packet, string expected)
    {
        await using var server = AfterResponse(packet);

        var exception = await Assert.ThrowsAsync<CdcAuthenticationException>(() => server.ConnectAsync());

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0x01, 0x05 })]
    [InlineData(new byte[] { 0x01 })]
    [InlineData(new byte[] { 0x33 })]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0xFE, 0x61 })]
    [InlineData(new byte[] { 0xFF, 0x15 })]
    public async Task Login_answered_with_nonsense_is_a_protocol_error(byte[] packet)
    {
        await using var server = AfterResponse(packet);

        await Assert.ThrowsAsync<CdcProtocolException>(() => server.ConnectAsync());
    }

    [Fact]
    public async Task A_switch_with_too_few_random_bytes_is_a_protocol_error()
    {
        await using var server = AfterResponse([0xFE, .. "mysql_native_password"u8, 0, 1, 2, 3, 0]);

        await Assert.ThrowsAsync<CdcProtocolException>(() => server.ConnectAsync());
    }

    [Fact]
    public async Task Login_that_never_ends_is_a_protocol_error()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnConnect = async connection =>
            {
                await connection.SendPacketAsync(ScriptedLogin.Greeting(connection.Options, new byte[20]));
                while (await connection.ReadPacketAsync() is not null)
                {
                    await connection.SendPacketAsync([0xFE, .. "mysql_native_password"u8, 0, .. new byte[19], 1, 0]);
                }
            },
        });

        var exception = await Assert.ThrowsAsync<CdcProtocolException>(() => server.ConnectAsync());

        Assert.Contains("Authentication", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_none_is_a_protocol_error()
    {
        await using var server = AfterResponse([0x01, 0x04], [0x01, .. "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"u8]);

        await Assert.ThrowsAsync<CdcProtocolException>(() => server.ConnectAsync("AllowPublicKeyRetrieval=true"));
    }

    [Theory]
    [InlineData(1040, "Too many connections", null, true)]
    [InlineData(1053, "Server shutdown in progress", "08S01", true)]
    [InlineData(1129, "Host is blocked", null, true)]
    [InlineData(1049, "Unknown database", "42000", false)]
    public async Task An_error_in_place_of_the_greeting_keeps_code_and_state(int code, string message, string? state, bool transient)
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnConnect = async connection =>
            {
                await connection.SendErrorAsync(code, message, state);
                await connection.WaitForCloseAsync();
            },
        });

        var exception = await Assert.ThrowsAsync<CdcServerException>(() => server.ConnectAsync());

        Assert.Equal((code, state, transient), (exception.Code, exception.SqlState, exception.IsTransient));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5.6.24-log", "5.6.24", false)]
    [InlineData("8.0.36-28.1", "8.0.36", false)]
    [InlineData("5.5.5-10.11.6-MariaDB-log", "10.11.6", true)]
    [InlineData("11.4.2-MariaDB", "11.4.2", true)]
    [InlineData("strange", "0.0", false)]
    public async Task The_server_version_is_read_from_the_greeting(string text, string number, bool isMariaDb)
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { Version = text });

        await using var session = await server.ConnectAsync();

        Assert.Equal(new MySqlServerVersion(text, Version.Parse(number), isMariaDb), session.ServerVersion);
    }

    private ScriptedMySqlServer Server(string greeting, string account, bool cached, bool tls) => new(new ScriptedServerOptions
    {
        GreetingPlugin = greeting,
        AccountPlugin = account,
        IsCached = cached,
        Certificate = tls ? certificates.ForLoopback : null,
        RsaKey = certificates.RsaKey,
    });

    private static ScriptedMySqlServer AfterResponse(params byte[][] packets) => new(new ScriptedServerOptions
    {
        OnConnect = async connection =>
        {
            await connection.SendPacketAsync(ScriptedLogin.Greeting(connection.Options, new byte[20]));
            foreach (var packet in packets)
            {
                await connection.ReadPacketAsync();
                await connection.SendPacketAsync(packet);
            }

            await connection.WaitForCloseAsync();
        },
    });

    private string TlsKeys(bool tls) => tls ? $"SslMode=VerifyFull;SslCa={certificates.CaFile};" : "";

    private string Files(string text) => text.Replace("{rsa}", certificates.RsaPublicKeyFile, StringComparison.Ordinal);
}
