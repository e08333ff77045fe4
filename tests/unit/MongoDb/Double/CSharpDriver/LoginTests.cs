using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Security;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Tests.Double.CSharpDriver;

/// <summary>The C# driver logs in to the double.</summary>
public sealed class LoginTests
{
    private static readonly DoubleUser _reader = new("reader", "p@ss:w%rd");

    [Theory]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-1")]
    public async Task Password_login_is_part_of_hello(string mechanism)
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Users = [_reader] });
        using DriverClient client = Connect(deployment, "reader", "p@ss:w%rd", "admin", mechanism);
        Assert.Equal("reader", await UserAsync(client));
        Assert.Contains(deployment.Commands.All, command => command.IsHello && command.Command.Has("speculativeAuthenticate"));
        Assert.Empty(deployment.Commands.Named("saslStart"));
        Assert.NotEmpty(deployment.Commands.Named("saslContinue"));
    }

    [Fact]
    public async Task Default_mechanism_is_the_strongest_that_the_user_has()
    {
        var old = new DoubleUser("old", "p") { Mechanisms = ["SCRAM-SHA-1"] };
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Users = [old] });
        using DriverClient client = Connect(deployment, "old", "p", "admin", null);
        Assert.Equal("old", await UserAsync(client));
        Assert.Contains(deployment.Commands.Named("saslStart"), command => command.Command.Text("mechanism") == "SCRAM-SHA-1");
    }

    [Fact]
    public async Task Wrong_password_is_refused()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Users = [_reader] });
        using DriverClient client = Connect(deployment, "reader", "wrong", "admin", "SCRAM-SHA-256");
        await Assert.ThrowsAsync<MongoAuthenticationException>(() => UserAsync(client));
    }

    [Fact]
    public async Task Command_without_login_is_unauthorized()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Users = [_reader] });
        using DriverClient client = DriverClient.Connect(deployment);
        var e = await Assert.ThrowsAsync<MongoDB.Driver.MongoCommandException>(() => client.Orders.Find(new BsonDocument()).ToListAsync());
        Assert.Equal(13, e.Code);
    }

    [Fact]
    public async Task Certificate_login_over_tls()
    {
        var user = new DoubleUser(DoubleCertificates.ClientSubject, "") { Mechanisms = ["MONGODB-X509"], Database = "$external" };
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Tls = true, Users = [user] });
        using DriverClient client = DriverClient.Connect(deployment, configure: settings =>
        {
            settings.SslSettings.ClientCertificates = [deployment.Certificates.Client];
            settings.Credential = MongoCredential.CreateMongoX509Credential();
        });
        Assert.Equal(DoubleCertificates.ClientSubject, await UserAsync(client));
    }

    [Fact]
    public async Task Plain_login_over_tls()
    {
        var user = new DoubleUser("ldap-user", "secret") { Mechanisms = ["PLAIN"], Database = "$external" };
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Tls = true, Users = [user] });
        using DriverClient client = DriverClient.Connect(
            deployment,
            configure: settings => settings.Credential = MongoCredential.CreatePlainCredential("$external", "ldap-user", "secret"));
        Assert.Equal("ldap-user", await UserAsync(client));
    }

    [Fact]
    public async Task Expired_login_is_repeated_on_the_same_connection()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Users = [_reader] });
        using DriverClient client = Connect(deployment, "reader", "p@ss:w%rd", "admin", "SCRAM-SHA-256");
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        long connection = deployment.Commands.Named("insert")[0].ConnectionId;
        deployment.ExpireLogins();
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 2));
        Assert.Equal([connection, connection, connection], deployment.Commands.Named("insert").Select(command => command.ConnectionId));
        Assert.Equal(2, await client.Orders.CountDocumentsAsync(new BsonDocument()));
    }

    [Fact]
    public async Task User_sees_only_what_the_privileges_grant()
    {
        var user = new DoubleUser("u", "p") { Privileges = [new DoublePrivilege("shop", "orders", "find", "changeStream")] };
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Users = [user] });
        using DriverClient client = Connect(deployment, "u", "p", "admin", null);
        Assert.Empty(await client.Orders.Find(new BsonDocument()).ToListAsync());
        using (await WatchedStream.OpenAsync(client.Orders))
        {
            var e = await Assert.ThrowsAsync<MongoDB.Driver.MongoCommandException>(() => client.Database.WatchAsync());
            Assert.Equal(13, e.Code);
        }
    }

    private static DriverClient Connect(MongoDouble deployment, string user, string password, string source, string? mechanism) =>
        DriverClient.Connect(deployment, configure: settings => settings.Credential = mechanism is null
            ? MongoCredential.CreateCredential(source, user, password)
            : new MongoCredential(mechanism, new MongoInternalIdentity(source, user), new PasswordEvidence(password)));

    private static async Task<string> UserAsync(DriverClient client)
    {
        IMongoDatabase admin = client.Client.GetDatabase("admin");
        BsonDocument status = await admin.RunCommandAsync<BsonDocument>(new BsonDocument("connectionStatus", 1));
        return status["authInfo"]["authenticatedUsers"][0]["user"].AsString;
    }
}
