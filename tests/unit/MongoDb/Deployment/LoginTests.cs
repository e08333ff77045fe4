using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Security;
using MongoDB.Driver;
using static CdcEmbedded.MongoDb.Tests.Deployment.DeploymentFixture;

namespace CdcEmbedded.MongoDb.Tests.Deployment;

/// <summary>Logins and TLS through the driver, and the options that this package maps for it.</summary>
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

        await deployment.RunAsync("""{"find": "orders"}""", "shop");

        Assert.DoesNotContain(server.Commands.All, command
            => command.Compressed && command.Name.StartsWith("sasl", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cdc:wrong@")]
    [InlineData("nobody:wrong@")]
    public async Task Wrong_user_or_password_is_refused_and_not_repeated_in_the_message(string userInfo)
    {
        await using var server = MongoDouble.Start(new() { Users = [new DoubleUser("cdc", "s3cret")] });

        var refusal = await Assert.ThrowsAsync<CdcAuthenticationException>(async () => await PingAsync(server, "", userInfo));

        Assert.False(refusal.IsTransient);
        Assert.DoesNotContain("wrong", refusal.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("authMechanism=PLAIN", "cdc:s3cret@")]
    [InlineData("authMechanism=MONGODB-X509", "")]
    public async Task Mechanism_that_needs_tls_is_refused_without_it_before_anything_is_sent(string options, string userInfo)
    {
        await using var server = MongoDouble.Start(new() { Users = [new DoubleUser("cdc", "s3cret") { Database = "$external" }] });

        var refusal = await Assert.ThrowsAsync<ArgumentException>(async () => await PingAsync(server, options, userInfo));

        Assert.Contains("tls=true", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(server.Commands.All);
        Assert.Throws<ArgumentException>(() => new MongoSource(new MongoSourceOptions
        {
            Client = new MongoClient(MongoClientSettings.FromConnectionString(Uri(server, options, userInfo))),
        }));
    }

    [Fact]
    public async Task Plain_logs_in_under_tls()
    {
        await using var server = MongoDouble.Start(
            new() { Tls = true, Users = [new DoubleUser("cdc", "s3cret") { Database = "$external" }] });
        var (authority, _) = server.Certificates.WritePem(_folder);
        await using var deployment = await ConnectAsync(server, $"tlsCAFile={authority}&authMechanism=PLAIN", "cdc:s3cret@");

        await deployment.RunAsync("""{"find": "orders"}""", "shop");

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

        await deployment.RunAsync("""{"find": "orders"}""", "shop");
    }

    [Fact]
    public async Task Certificate_that_does_not_verify_ends_the_attempt_at_once_and_one_that_does_later_is_accepted()
    {
        await using var server = MongoDouble.Start(new() { Tls = true });
        var watch = Stopwatch.StartNew();

        var refusal = await Assert.ThrowsAsync<CdcConnectionException>(async () => await PingAsync(server));

        Assert.False(refusal.IsTransient);
        Assert.Contains("certificate", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Server_whose_certificate_does_not_verify_does_not_stop_the_others()
    {
        await using var bad = MongoDouble.Start(new() { Tls = true, Topology = DoubleTopology.Sharded });
        await using var good = MongoDouble.Start(new() { Tls = true, Topology = DoubleTopology.Sharded });
        var (authority, _) = good.Certificates.WritePem(_folder);
        await using var deployment = Connect(await SettingsAsync(
            $"mongodb://{bad.Nodes[0].Address},{good.Nodes[0].Address}/?tls=true&tlsCAFile={authority}&serverSelectionTimeoutMS=10000"));

        await deployment.RunAsync("""{"ping": 1}""");

        Assert.NotEmpty(good.Commands.Named("ping"));
    }

    [Theory]
    [InlineData("tlsInsecure=true")]
    [InlineData("tlsAllowInvalidCertificates=true")]
    public async Task Insecure_tls_takes_any_certificate(string options)
    {
        await using var server = MongoDouble.Start(new() { Tls = true });
        await using var deployment = await ConnectAsync(server, options);

        await deployment.RunAsync("""{"ping": 1}""");
    }

    [Theory]
    [InlineData("", SslPolicyErrors.RemoteCertificateNameMismatch, false)]
    [InlineData("", SslPolicyErrors.RemoteCertificateChainErrors, true)]
    [InlineData("&tlsAllowInvalidHostnames=true", SslPolicyErrors.RemoteCertificateNameMismatch, true)]
    [InlineData("&tlsAllowInvalidHostnames=true", SslPolicyErrors.RemoteCertificateNotAvailable, false)]
    [InlineData("&tlsAllowInvalidCertificates=true", SslPolicyErrors.RemoteCertificateNameMismatch, false)]
    public async Task Server_certificates_are_checked_as_the_options_say(string options, SslPolicyErrors errors, bool isAccepted)
    {
        await using var server = MongoDouble.Start(new() { Tls = true });
        await using var other = MongoDouble.Start(new() { Tls = true });
        var (authority, _) = server.Certificates.WritePem(_folder);
        var validate = (await SettingsAsync($"mongodb://localhost/?tlsCAFile={authority}{options}"))
            .SslSettings.ServerCertificateValidationCallback;

        Assert.Equal(isAccepted, validate(this, server.Certificates.Server, null, errors));
        var isAnyAccepted = options.Contains("Certificates", StringComparison.Ordinal);
        Assert.Equal(isAnyAccepted, validate(this, other.Certificates.Server, null, SslPolicyErrors.RemoteCertificateChainErrors));
    }

    [Fact]
    public async Task Naming_an_authority_switches_tls_on()
    {
        await using var server = MongoDouble.Start(new() { Tls = true });
        var (authority, _) = server.Certificates.WritePem(_folder);
        await using var deployment =
            Connect(await SettingsAsync($"mongodb://{server.Nodes[0].Address}/?directConnection=true&tlsCAFile={authority}"));

        await deployment.RunAsync("""{"ping": 1}""");
    }

    [Fact]
    public async Task Certificate_file_that_is_missing_is_named()
    {
        var missing = Path.Combine(_folder, "nothing.pem");
        var refusal = await Assert.ThrowsAsync<CdcConnectionException>(() => SettingsAsync($"mongodb://localhost/?tlsCAFile={missing}"));

        Assert.Contains(missing, refusal.Message, StringComparison.Ordinal);
        Assert.False(refusal.IsTransient);
    }

    private static async Task PingAsync(MongoDouble server, string options = "", string userInfo = "")
    {
        await using var deployment = await ConnectAsync(server, options, userInfo);
        await deployment.RunAsync("""{"ping": 1}""");
    }
}
