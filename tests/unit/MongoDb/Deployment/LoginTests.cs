using System.Security.Cryptography;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Security;
using static CdcEmbedded.MongoDb.Tests.Deployment.DeploymentFixture;

namespace CdcEmbedded.MongoDb.Tests.Deployment;

public sealed class LoginTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cdc-tls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("SCRAM-SHA-256", "")]
    [InlineData("SCRAM-SHA-1", "")]
    [InlineData("SCRAM-SHA-256", "authMechanism=SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-1", "authMechanism=SCRAM-SHA-1")]
    public async Task User_logs_in_by_the_mechanism_that_the_server_has(string mechanism, string options)
    {
        await using var server = MongoDouble.Start(new() { Users = [new DoubleUser("cdc", "s3cret") { Mechanisms = [mechanism] }] });
        await using var deployment = await ConnectAsync(server, options, "cdc:s3cret@");

        await deployment.RunCommandAsync("shop", Command("""{"find": "orders"}"""));

        Assert.DoesNotContain(server.Commands.All, command
            => command.Compressed && command.Name.StartsWith("sasl", StringComparison.Ordinal));
    }

    [Fact]
    public async Task First_step_of_the_login_travels_with_the_handshake()
    {
        await using var server = MongoDouble.Start(new() { Users = [new DoubleUser("cdc", "s3cret")] });
        await using var deployment = await ConnectAsync(server, "", "cdc:s3cret@");

        Assert.Empty(server.Commands.Named("saslStart"));
        Assert.Single(server.Commands.Named("saslContinue"));
    }

    [Theory]
    [InlineData("cdc:wrong@")]
    [InlineData("nobody:wrong@")]
    public async Task Wrong_user_or_password_is_refused_and_not_repeated_in_the_message(string userInfo)
    {
        await using var server = MongoDouble.Start(new() { Users = [new DoubleUser("cdc", "s3cret")] });

        var refusal = await Assert.ThrowsAsync<CdcAuthenticationException>(() => ConnectAsync(server, "", userInfo));

        Assert.False(refusal.IsTransient);
        Assert.DoesNotContain("wrong", refusal.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("authMechanism=PLAIN", "cdc:s3cret@")]
    [InlineData("authMechanism=MONGODB-X509", "")]
    public async Task Mechanism_that_needs_tls_is_refused_without_it_before_anything_is_sent(string options, string userInfo)
    {
        await using var server = MongoDouble.Start(new() { Users = [new DoubleUser("cdc", "s3cret") { Database = "$external" }] });

        var refusal = await Assert.ThrowsAsync<CdcAuthenticationException>(() => ConnectAsync(server, options, userInfo));

        Assert.Contains("tls=true", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(server.Commands.Named("saslStart"));
        Assert.Empty(server.Commands.Named("authenticate"));
    }

    [Fact]
    public async Task Plain_logs_in_under_tls()
    {
        await using var server = MongoDouble.Start(
            new() { Tls = true, Users = [new DoubleUser("cdc", "s3cret") { Database = "$external" }] });
        var (authority, _) = server.Certificates.WritePem(_folder);
        await using var deployment = await ConnectAsync(server, $"tlsCAFile={authority}&authMechanism=PLAIN", "cdc:s3cret@");

        await deployment.RunCommandAsync("shop", Command("""{"find": "orders"}"""));

        Assert.NotEmpty(server.Commands.Named("saslStart"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Certificate_logs_in_with_a_plain_and_with_an_encrypted_key(bool encrypted)
    {
        await using var server = MongoDouble.Start(new()
        {
            Tls = true,
            Users = [new DoubleUser(DoubleCertificates.ClientSubject, "") { Database = "$external", Mechanisms = ["MONGODB-X509"] }],
        });
        var (authority, client) = server.Certificates.WritePem(_folder);
        var options = $"tlsCAFile={authority}&tlsCertificateKeyFile={client}&authMechanism=MONGODB-X509";
        if (encrypted)
        {
            using var key = server.Certificates.Client.GetRSAPrivateKeyOrEc();
            var pem = key.ExportEncryptedPkcs8PrivateKeyPem(
                "pass word", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10_000));
            await File.WriteAllTextAsync(client, server.Certificates.Client.ExportCertificatePem() + "\n" + pem);
            options += "&tlsCertificateKeyFilePassword=pass%20word";
        }

        await using var deployment = await ConnectAsync(server, options);

        await deployment.RunCommandAsync("shop", Command("""{"find": "orders"}"""));
    }

    [Fact]
    public async Task Certificate_that_does_not_verify_is_refused_at_once()
    {
        await using var server = MongoDouble.Start(new() { Tls = true });

        var refusal = await Assert.ThrowsAsync<CdcConnectionException>(() => ConnectAsync(server));

        Assert.False(refusal.IsTransient);
        Assert.Contains("certificate", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Insecure_tls_takes_any_certificate()
    {
        await using var server = MongoDouble.Start(new() { Tls = true });
        await using var deployment = await ConnectAsync(server, "tlsInsecure=true");

        await deployment.RunCommandAsync("admin", Command("""{"ping": 1}"""));
    }
}
