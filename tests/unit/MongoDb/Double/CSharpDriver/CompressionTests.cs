using CdcEmbedded.MongoDb.Double;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Tests.Double.CSharpDriver;

/// <summary>The C# driver and the double compress their messages.</summary>
public sealed class CompressionTests
{
    [Theory]
    [InlineData("snappy")]
    [InlineData("zlib")]
    [InlineData("zstd")]
    public async Task Commands_and_replies_are_compressed_as_agreed(string compressor)
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment, "compressors=" + compressor);
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders);
        string text = string.Concat(Enumerable.Range(0, 20_000).Select(number => number.ToString(null, null)));
        await client.Orders.InsertOneAsync(new BsonDocument { { "_id", 1 }, { "text", text } });
        Assert.Equal(text, (await stream.NextAsync()).FullDocument["text"]);
        Assert.Equal(text, (await client.Orders.Find(new BsonDocument()).SingleAsync())["text"]);
        Assert.All(
            deployment.Commands.All.Where(command => command.Name is "insert" or "find" or "aggregate" or "getMore"),
            command => Assert.Equal(compressor, command.Compressor));
        Assert.All(deployment.Commands.All.Where(command => command.IsHello), command => Assert.Null(command.Compressor));
    }

    [Fact]
    public async Task Commands_are_plain_where_the_server_has_none_of_the_clients_compressors()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Compressors = ["zlib"] });
        using DriverClient client = DriverClient.Connect(deployment, "compressors=snappy,zstd");
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        Assert.Null(Assert.Single(deployment.Commands.Named("insert")).Compressor);
    }

    [Fact]
    public async Task Login_is_never_compressed()
    {
        await using MongoDouble deployment = MongoDouble.Start(
            new MongoDoubleOptions { Users = [new CdcEmbedded.MongoDb.Double.Security.DoubleUser("u", "p")] });
        using DriverClient client = DriverClient.Connect(
            deployment, "compressors=zstd", settings => settings.Credential = MongoCredential.CreateCredential("admin", "u", "p"));
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        Assert.Equal("zstd", Assert.Single(deployment.Commands.Named("insert")).Compressor);
        Assert.All(
            deployment.Commands.All.Where(command => command.Name.StartsWith("sasl", StringComparison.Ordinal)),
            command => Assert.Null(command.Compressor));
    }
}
