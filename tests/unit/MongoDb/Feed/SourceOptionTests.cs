using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Options of the source that are wrong: each is named when the source is created.</summary>
public sealed class SourceOptionTests
{
    private const string Uri = "mongodb://db1/?replicaSet=rs0";

    public static TheoryData<string, MongoSourceOptions> Bad => new()
    {
        { "Neither Client nor ConnectionString is set", new() },
        { "Client and ConnectionString are both set", new() { ConnectionString = Uri, Client = new MongoClient(Uri) } },
        { "Include, Exclude or Pipeline is null", new() { ConnectionString = Uri, Include = null! } },
        { "'orders' is not a table pattern", new() { ConnectionString = Uri, Include = ["orders"] } },
        { "Exclude skips everything", new() { ConnectionString = Uri, Include = ["shop.orders"], Exclude = ["*.orders"] } },
        { "Collection is 'orders' and Database is not set", new() { ConnectionString = Uri, Collection = "orders" } },
        { "Database is 'shop.orders'", new() { ConnectionString = Uri, Database = "shop.orders" } },
        { "Database is ''", new() { ConnectionString = Uri, Database = "" } },
        {
            "Collection is 'shop.orders', which Include does not have or Exclude has",
            new() { ConnectionString = Uri, Database = "shop", Collection = "orders", Exclude = ["shop.o*"] }
        },
        {
            "Collection is 'shop.orders', which Include does not have or Exclude has",
            new() { ConnectionString = Uri, Database = "shop", Collection = "orders", Include = ["shop.l*"] }
        },
        { "Collection is blank", new() { ConnectionString = Uri, Database = "shop", Collection = " " } },
        { "Include has 'crm.*' and Database is 'shop'", new() { ConnectionString = Uri, Database = "shop", Include = ["crm.*"] } },
        {
            "Include has 'shop.lines' and Collection is 'orders'",
            new() { ConnectionString = Uri, Database = "shop", Collection = "orders", Include = ["shop.lines"] }
        },
        { "HeartbeatInterval is 00:00:00", new() { ConnectionString = Uri, HeartbeatInterval = TimeSpan.Zero } },
        { "MinOplogWindow is -00:00:01", new() { ConnectionString = Uri, MinOplogWindow = TimeSpan.FromSeconds(-1) } },
        { "FullDocument is 9", new() { ConnectionString = Uri, FullDocument = (FullDocumentMode)9 } },
        { "BeforeImages is 9", new() { ConnectionString = Uri, BeforeImages = (BeforeImageMode)9 } },
        { "OnInvalidate is 9", new() { ConnectionString = Uri, OnInvalidate = (InvalidatePolicy)9 } },
        { "OnOversizeEvent is 9", new() { ConnectionString = Uri, OnOversizeEvent = (OversizeEventPolicy)9 } },
        { "HeartbeatWrite.Table is 'beats'", new() { ConnectionString = Uri, HeartbeatWrite = new() { Table = "beats" } } },
        { "HeartbeatWrite.Table is 'ops.*'", new() { ConnectionString = Uri, HeartbeatWrite = new() { Table = "ops.*" } } },
        {
            "HeartbeatWrite.Statement is set",
            new() { ConnectionString = Uri, HeartbeatWrite = new() { Table = "ops.beats", Statement = "INSERT" } }
        },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void The_source_names_an_option_that_is_wrong(string expected, MongoSourceOptions options)
        => Assert.StartsWith(expected, Assert.ThrowsAny<ArgumentException>(() => new MongoSource(options)).Message,
            StringComparison.Ordinal);
}
