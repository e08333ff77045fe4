using CdcEmbedded.MySql;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>MariaDB 11.4 and later make a certificate for themselves and prove it by the password: verified TLS needs no setting.</summary>
public sealed class MariaDbTlsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("SslMode=VerifyCA")]
    [InlineData("SslMode=Required")]
    public async Task A_stream_from_MariaDB_11_8_needs_no_certificate_files(string keys)
    {
        await using MySqlTestServer server = await StartAsync(ServerKind.MariaDb118);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO d.t VALUES (1)");

        Assert.Equal(["create t {id: 1}"], await Capture.ReadTextsAsync(Source(server, "cdc", "s3cret!pass", keys), start));
    }

    [Theory]
    [InlineData("wrong", "", typeof(CdcAuthenticationException))]
    [InlineData("s3cret!pass", "SslMode=VerifyFull;SslCa={other}", typeof(CdcConnectionException))]
    public async Task A_wrong_password_or_authority_is_refused(string password, string keys, Type type)
    {
        await using MySqlTestServer server = await StartAsync(ServerKind.MariaDb118);
        string other = Path.Combine(server.DataDirectory, "other.pem");
        using var key = System.Security.Cryptography.ECDsa.Create();
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=other", key,
            System.Security.Cryptography.HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(other, certificate.ExportCertificatePem());
        MySqlSource source = Source(server, "cdc", password, keys.Replace("{other}", other, StringComparison.Ordinal));
        await using var live = new LiveCapture(source, LiveCapture.From(StartPosition.Latest));

        CdcException error = await live.FailureAsync<CdcException>();

        Assert.IsType(type, error);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task An_account_without_a_password_cannot_prove_a_certificate()
    {
        await using MySqlTestServer server = await StartAsync(ServerKind.MariaDb118);
        await server.ExecuteAsync("CREATE USER bare@'%'; GRANT ALL ON *.* TO bare@'%'");
        await using var live = new LiveCapture(Source(server, "bare", "", ""), LiveCapture.From(StartPosition.Latest));

        var error = await live.FailureAsync<CdcConnectionException>();

        Assert.False(error.IsTransient);
        Assert.Contains("certificate", error.Message, StringComparison.Ordinal);
    }

    private static async Task<MySqlTestServer> StartAsync(ServerKind kind)
    {
        MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind, new MySqlServerOptions { Owned = true }));
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT); CREATE USER cdc@'%' IDENTIFIED BY 's3cret!pass'; GRANT "
            + "ALL ON *.* TO cdc@'%'");
        return server;
    }

    private static MySqlSource Source(MySqlTestServer server, string user, string password, string keys) => new(new MySqlSourceOptions
    {
        ConnectionString = $"Server={server.Host};Port={server.Port};User ID={user};Password={password};{keys}", Include = ["d.*"],
    });
}
