using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Tests.Deployment;

/// <summary>Connects to doubles and builds what tests send.</summary>
internal static class DeploymentFixture
{
    /// <summary>A deployment over the double's connection string and more options.</summary>
    public static async Task<DriverDeployment> ConnectAsync(MongoDouble server, string options = "", string userInfo = "")
        => Connect(await SettingsAsync(Uri(server, options, userInfo)));

    /// <summary>A deployment over settings.</summary>
    public static DriverDeployment Connect(MongoClientSettings settings)
        => new(DriverClient.Create(settings, NullLoggerFactory.Instance, TimeProvider.System), NullLogger.Instance, TimeProvider.System);

    /// <summary>The settings of a connection string.</summary>
    public static async Task<MongoClientSettings> SettingsAsync(string uri)
        => await ConnectionUri.Parse(uri).ResolveAsync(TestContext.Current.CancellationToken);

    /// <summary>The double's connection string with more options and a user.</summary>
    public static string Uri(MongoDouble server, string options = "", string userInfo = "")
    {
        var uri = server.ConnectionString;
        var separator = uri.Contains('?') ? "&" : uri.EndsWith('/') ? "?" : "/?";
        uri += options.Length == 0 ? "" : separator + options;
        return uri.Replace("mongodb://", $"mongodb://{userInfo}", StringComparison.Ordinal);
    }

    public static BsonDocument Watch()
        => BsonDocument.Parse("""{"aggregate": 1, "pipeline": [{"$changeStream": {"allChangesForCluster": true}}], "cursor": {"batchSize": 100}}""");

    public static ValueTask<RawBson> RunAsync(this DriverDeployment deployment, string command, string database = "admin")
        => deployment.RunCommandAsync(database, BsonDocument.Parse(command), TestContext.Current.CancellationToken);

    public static ValueTask<IMongoCursor> WatchAsync(this DriverDeployment deployment, TimeSpan? awaitTime = null, BsonDocument? command = null)
        => deployment.OpenCursorAsync(
            "admin", command ?? Watch(), new CursorOptions { MaxAwaitTime = awaitTime ?? TimeSpan.FromMilliseconds(200) }, TestContext.Current.CancellationToken);

    public static ValueTask<IMongoCursor> FindAsync(this DriverDeployment deployment, int? batchSize = null)
    {
        var command = new BsonDocument("find", "orders");
        if (batchSize is { } size)
        {
            command.Add("batchSize", size);
        }

        return deployment.OpenCursorAsync("shop", command, new CursorOptions { BatchSize = batchSize }, TestContext.Current.CancellationToken);
    }

    public static Task<Doc> InsertAsync(this MongoDouble server, string database, string collection, params int[] ids)
        => server.RunAsync(database, new Doc
        {
            { "insert", collection },
            { "documents", ids.Select(id => (object?)new Doc { { "_id", id } }).ToList() },
        });

    /// <summary>A fail point of the server's own kind.</summary>
    public static Doc FailPoint(int times, string[] commands, bool closeConnection = false, int? errorCode = null, params string[] labels) => new()
    {
        { "configureFailPoint", "failCommand" },
        { "mode", new Doc { { "times", times } } },
        {
            "data", new Doc { { "failCommands", commands.Select(command => (object?)command).ToList() }, { "closeConnection", closeConnection } }
                .AddUnlessNull("errorCode", errorCode)
                .AddUnlessNull("errorLabels", labels.Length == 0 ? null : labels.Select(label => (object?)label).ToList())
        },
    };
}
