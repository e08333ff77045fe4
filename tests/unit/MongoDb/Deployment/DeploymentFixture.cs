using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Topology;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.MongoDb.Tests.Deployment;

/// <summary>Connects to doubles and builds what tests send.</summary>
internal static class DeploymentFixture
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Connects with the double's connection string and more options.</summary>
    public static async Task<MongoDeployment> ConnectAsync(MongoDouble server, string options = "", string userInfo = "")
    {
        using var patience = new CancellationTokenSource(Patience);
        return await MongoDeployment.ConnectAsync(
            MongoConnectionSettings.Parse(Uri(server, options, userInfo)), NullLoggerFactory.Instance, TimeProvider.System, patience.Token);
    }

    /// <summary>The double's connection string with more options and a user.</summary>
    public static string Uri(MongoDouble server, string options = "", string userInfo = "")
    {
        var uri = server.ConnectionString;
        var separator = uri.Contains('?') ? "&" : uri.EndsWith('/') ? "?" : "/?";
        uri += options.Length == 0 ? "" : separator + options;
        return uri.Replace("mongodb://", $"mongodb://{userInfo}", StringComparison.Ordinal);
    }

    public static RawBson Command(string json) => ExtendedJson.ParseDocument(json);

    public static RawBson Watch()
        => Command("""{"aggregate": 1, "pipeline": [{"$changeStream": {"allChangesForCluster": true}}], "cursor": {"batchSize": 100}}""");

    public static Task<Doc> InsertAsync(this MongoDouble server, string database, string collection, params int[] ids)
        => server.RunAsync(database, new Doc
        {
            { "insert", collection },
            { "documents", ids.Select(id => (object?)new Doc { { "_id", id } }).ToList() },
        });
}
