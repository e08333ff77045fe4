using System.Security.Cryptography;
using System.Text;
using CdcEmbedded.MySql.Tests.Scripted;

namespace CdcEmbedded.MySql.Tests.Replication;

/// <summary>MariaDB's certificates that nobody signed: proven by a hash that needs the password, or refused before a password
/// is at risk.</summary>
public sealed class CertificateProofTests(TestCertificates certificates) : IClassFixture<TestCertificates>
{
    private const string Native = "mysql_native_password";

    [Theory]
    [InlineData("SslMode=VerifyFull")]
    [InlineData("SslMode=VerifyCA")]
    public async Task A_proven_certificate_is_accepted_on_both_kinds_of_connection(string keys)
    {
        await using var server = Server(scramble => Proof("s3cret!pass", scramble, certificates.ForOtherHost.RawData));

        await using var session = await server.ConnectAsync(keys);
        await using var sql = await server.OpenSqlAsync(keys);

        Assert.All(server.Connections, connection => Assert.True(connection.IsTls));
    }

    [Fact]
    public async Task A_hash_of_another_password_certificate_or_login_is_no_proof()
    {
        foreach (var text in (Func<byte[], byte[]>[])
        [
            scramble => Proof("other", scramble, certificates.ForOtherHost.RawData),
            scramble => Proof("s3cret!pass", scramble, certificates.ForLoopback.RawData),
            _ => Proof("s3cret!pass", new byte[20], certificates.ForOtherHost.RawData),
            scramble => [.. Proof("s3cret!pass", scramble, certificates.ForOtherHost.RawData).SkipLast(1)],
            scramble => [2, .. Proof("s3cret!pass", scramble, certificates.ForOtherHost.RawData).Skip(1)],
            _ => "hello"u8.ToArray(),
            _ => [],
        ])
        {
            await using var server = Server(text);

            await AssertRefusedAsync(server, "SslMode=VerifyFull");
        }
    }

    [Fact]
    public async Task A_named_authority_is_not_replaced_by_a_proof()
    {
        await using var server = Server(scramble => Proof("s3cret!pass", scramble, certificates.ForOtherHost.RawData));

        await AssertRefusedAsync(server, $"SslMode=VerifyFull;SslCa={certificates.CaFile}");

        Assert.Empty(server.Connections[0].Attributes);
    }

    [Theory]
    [InlineData("caching_sha2_password")]
    [InlineData("sha256_password")]
    [InlineData("mysql_clear_password")]
    public async Task Another_method_is_refused_before_it_sends_anything(string account)
    {
        await using var server = Server(_ => [], account);

        await AssertRefusedAsync(server, "SslMode=VerifyFull;EnableCleartextPlugin=true");

        // TLS request and handshake aside: the response with the native answer, and nothing after the switch.
        await server.WaitUntilClosedAsync().WaitAsync(SessionTest.Patience);
        Assert.Equal("CdcEmbedded", server.Connections[0].Attributes["_client_name"]);
    }

    [Fact]
    public async Task MySQL_proves_nothing_and_is_refused_before_the_login()
    {
        await using var server = Server(scramble => Proof("s3cret!pass", scramble, certificates.ForOtherHost.RawData));
        server.Options.Version = "9.7.0";

        await AssertRefusedAsync(server, "SslMode=VerifyFull");

        Assert.Empty(server.Connections[0].Attributes);
    }

    private static async Task AssertRefusedAsync(ScriptedMySqlServer server, string keys)
    {
        var exception = await Assert.ThrowsAsync<CdcConnectionException>(() => server.ConnectAsync(keys));

        Assert.False(exception.IsTransient);
        Assert.Contains("was refused", exception.Message, StringComparison.Ordinal);
        Assert.All(["SslMode=VerifyCA with SslCa", "SslMode=Required"],
            remedy => Assert.Contains(remedy, exception.Message, StringComparison.Ordinal));
    }

    private ScriptedMySqlServer Server(Func<byte[], byte[]> text, string account = Native) => new(new ScriptedServerOptions
    {
        Version = "11.8.2-MariaDB",
        GreetingPlugin = Native,
        AccountPlugin = account,
        Certificate = certificates.ForOtherHost,
        LoginText = text,
    });

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350", Justification = "The protocol prescribes SHA-1.")]
    private static byte[] Proof(string password, byte[] scramble, byte[] certificate)
    {
        var stored = SHA1.HashData(SHA1.HashData(Encoding.UTF8.GetBytes(password)));
        return [1, .. Encoding.ASCII.GetBytes(Convert.ToHexString(SHA256.HashData([.. stored, .. scramble,
            .. SHA256.HashData(certificate)])))];
    }
}
