using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Tests.Scripted;

namespace CdcEmbedded.MySql.Tests.Replication;

public sealed class TlsTests(TestCertificates certificates) : IClassFixture<TestCertificates>
{
    [Theory]
    [InlineData("SslMode=Preferred")]
    [InlineData("SslMode=Required")]
    [InlineData("SslMode=VerifyCA;SslCa={ca}")]
    [InlineData("SslMode=VerifyFull;SslCa={ca}")]
    [InlineData("SslMode=VerifyFull;SslCa={ca};TlsVersion=TLS 1.2")]
    [InlineData("SslMode=VerifyFull;SslCa={ca};TlsVersion=TLS 1.3")]
    public async Task Every_mode_connects_to_a_server_with_a_right_certificate(string keys)
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { Certificate = certificates.ForLoopback });

        await using var session = await server.ConnectAsync(Files(keys));

        Assert.True(server.Connections[0].IsTls);
        await session.ExecuteAsync("SET @a = 1", CancellationToken.None);
    }

    [Theory]
    [InlineData("SslMode=VerifyFull;SslCa={ca}", "not for this host name")]
    [InlineData("SslMode=VerifyFull", "not trusted")]
    [InlineData("SslMode=VerifyCA", "not trusted")]
    [InlineData("SslMode=VerifyCA;SslCa={client}", "not trusted")]
    public async Task A_certificate_that_does_not_verify_is_refused_for_good(string keys, string expected)
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { Certificate = certificates.ForOtherHost });

        var exception = await Assert.ThrowsAsync<CdcConnectionException>(() => server.ConnectAsync(Files(keys)));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains("SslCa", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.IsTransient);
        await server.WaitUntilClosedAsync().WaitAsync(SessionTest.Patience);
        Assert.Empty(server.Queries);
    }

    [Theory]
    [InlineData("SslMode=Required")]
    [InlineData("SslMode=Preferred")]
    [InlineData("SslMode=VerifyCA;SslCa={ca}")]
    public async Task A_certificate_for_another_host_is_enough_for_the_weaker_modes(string keys)
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { Certificate = certificates.ForOtherHost });

        await using var session = await server.ConnectAsync(Files(keys));

        Assert.True(server.Connections[0].IsTls);
    }

    [Fact]
    public async Task Preferred_continues_in_clear_where_the_server_offers_no_TLS_and_warns()
    {
        await using var server = new ScriptedMySqlServer();
        var logger = new CollectingLogger();

        await using var session = await SessionTest.ConnectAsync(server.ConnectionString("SslMode=Preferred"), logger);

        Assert.False(server.Connections[0].IsTls);
        Assert.Contains(logger.Entries, entry => entry.Id.Id == 1003 && entry.Level == Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    [Theory]
    [InlineData("SslMode=Required")]
    [InlineData("SslMode=VerifyCA;SslCa={ca}")]
    [InlineData("SslMode=VerifyFull;SslCa={ca}")]
    public async Task A_server_without_TLS_is_refused_before_anything_is_sent(string keys)
    {
        await using var server = new ScriptedMySqlServer();

        var exception = await Assert.ThrowsAsync<CdcConnectionException>(() => server.ConnectAsync(Files(keys)));

        Assert.Contains("offers no TLS", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.IsTransient);
        await server.WaitUntilClosedAsync().WaitAsync(SessionTest.Patience);
        Assert.Equal([0], server.Connections[0].Wire.Reads);
    }

    [Fact]
    public async Task Disabled_stays_in_clear_though_the_server_offers_TLS()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { Certificate = certificates.ForLoopback });

        await using var session = await server.ConnectAsync("SslMode=Disabled");

        Assert.False(server.Connections[0].IsTls);
    }

    [Theory]
    [InlineData("SslCert={client};SslKey={key}")]
    [InlineData("CertificateFile={pfx};CertificatePassword=pfx-s3cret")]
    public async Task A_client_certificate_is_shown(string keys)
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            Certificate = certificates.ForLoopback,
            ClientCertificateRequired = true,
        });

        await using var session = await server.ConnectAsync(Files("SslMode=VerifyFull;SslCa={ca};" + keys));
        await session.ExecuteAsync("SET @a = 1", CancellationToken.None);

        Assert.Equal("CN=client", server.Connections[0].ClientCertificate?.Subject);
    }

    [Theory]
    [InlineData("SslCa=/no/such/file.pem", "/no/such/file.pem")]
    [InlineData("SslCa={key}", "client-key.pem")]
    [InlineData("SslCa={ca};SslCert={client};SslKey={ca}", "client.pem")]
    [InlineData("SslCa={ca};CertificateFile={pfx};CertificatePassword=hunter2", "client.pfx")]
    public async Task A_certificate_file_that_cannot_be_used_is_named(string keys, string expected)
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions { Certificate = certificates.ForLoopback });

        var exception = await Assert.ThrowsAsync<CdcConnectionException>(() => server.ConnectAsync(Files("SslMode=VerifyFull;" + keys)));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.False(exception.IsTransient);
        Assert.DoesNotContain("hunter2", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clear_bytes_slipped_in_before_TLS_are_refused()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            Certificate = certificates.ForLoopback,
            OnConnect = async connection =>
            {
                // An attacker in between appends an answer to the greeting, to be taken for one that came under TLS.
                var greeting = connection.Frame(ScriptedLogin.Greeting(connection.Options, new byte[20]));
                await connection.SendRawAsync((byte[])[.. greeting, 7, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0]);
                await connection.ReadPacketAsync();
                await connection.StartTlsAsync(certificates.ForLoopback);
                await connection.WaitForCloseAsync();
            },
        });

        var exception = await Assert.ThrowsAsync<CdcProtocolException>(() => server.ConnectAsync("SslMode=Required"));

        Assert.Contains("before TLS", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_in_place_of_TLS_is_a_connection_error()
    {
        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            Certificate = certificates.ForLoopback,
            OnConnect = async connection =>
            {
                await connection.SendPacketAsync(ScriptedLogin.Greeting(connection.Options, new byte[20]));
                await connection.ReadPacketAsync();
                await connection.SendRawAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
                await connection.WaitForCloseAsync();
            },
        });

        await Assert.ThrowsAsync<CdcConnectionException>(() => server.ConnectAsync("SslMode=Required"));
    }

    private string Files(string text) => text
        .Replace("{ca}", certificates.CaFile, StringComparison.Ordinal)
        .Replace("{client}", certificates.ClientCertFile, StringComparison.Ordinal)
        .Replace("{key}", certificates.ClientKeyFile, StringComparison.Ordinal)
        .Replace("{pfx}", certificates.ClientPfxFile, StringComparison.Ordinal);
}
