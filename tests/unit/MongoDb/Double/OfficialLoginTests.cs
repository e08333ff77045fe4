using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Security;

namespace CdcEmbedded.MongoDb.Tests.Double;

/// <summary>Logging in to the double with the official drivers.</summary>
public sealed class OfficialLoginTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cdc-double-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("node", "SCRAM-SHA-256")]
    [InlineData("node", "SCRAM-SHA-1")]
    [InlineData("node", null)]
    [InlineData("python", "SCRAM-SHA-256")]
    [InlineData("python", "SCRAM-SHA-1")]
    [InlineData("python", null)]
    public async Task Official_client_logs_in_with_a_password(string client, string? mechanism)
    {
        OfficialClient official = await OfficialClient.GetAsync(client);
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Users = [new DoubleUser("reader", "p@ss:w%rd")] });
        string uri = WithCredentials(deployment, "reader", "p@ss:w%rd", mechanism, "admin");
        await official.CheckAsync("login", uri, """{ "user": "reader" }""");
        await official.CheckAsync("watch", uri);
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Official_client_with_a_wrong_password_is_refused(string client)
    {
        OfficialClient official = await OfficialClient.GetAsync(client);
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Users = [new DoubleUser("reader", "right")] });
        await official.CheckAsync("refused", WithCredentials(deployment, "reader", "right", null, "admin"));
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Official_client_watches_over_tls(string client)
    {
        OfficialClient official = await OfficialClient.GetAsync(client);
        await using MongoDouble deployment = MongoDouble.Start(
            new MongoDoubleOptions { Tls = true, Nodes = 3, Users = [new DoubleUser("u", "p")] });
        (string authority, _) = deployment.Certificates.WritePem(_folder);
        await official.CheckAsync("watch", $"{WithCredentials(deployment, "u", "p", null, "admin")}&tlsCAFile={authority}");
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Official_client_logs_in_with_a_certificate(string client)
    {
        OfficialClient official = await OfficialClient.GetAsync(client);
        var user = new DoubleUser(DoubleCertificates.ClientSubject, "") { Mechanisms = ["MONGODB-X509"], Database = "$external" };
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Tls = true, Users = [user] });
        (string authority, string certificate) = deployment.Certificates.WritePem(_folder);
        string uri = $"{deployment.ConnectionString}&authMechanism=MONGODB-X509&tlsCAFile={authority}&tlsCertificateKeyFile={certificate}";
        await official.CheckAsync("login", uri, $$"""{ "user": "{{DoubleCertificates.ClientSubject}}" }""");
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Official_client_logs_in_with_plain_over_tls(string client)
    {
        OfficialClient official = await OfficialClient.GetAsync(client);
        var user = new DoubleUser("ldap-user", "secret") { Mechanisms = ["PLAIN"], Database = "$external" };
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Tls = true, Users = [user] });
        (string authority, _) = deployment.Certificates.WritePem(_folder);
        string uri = WithCredentials(deployment, "ldap-user", "secret", "PLAIN", "$external");
        await official.CheckAsync("login", $"{uri}&tlsCAFile={authority}", """{ "user": "ldap-user" }""");
    }

    private static string WithCredentials(MongoDouble deployment, string user, string password, string? mechanism, string source)
    {
        string credentials = $"{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password)}@";
        string uri = deployment.ConnectionString.Replace("://", "://" + credentials, StringComparison.Ordinal);
        return $"{uri}&authSource={Uri.EscapeDataString(source)}{(mechanism is null ? "" : "&authMechanism=" + mechanism)}";
    }
}
