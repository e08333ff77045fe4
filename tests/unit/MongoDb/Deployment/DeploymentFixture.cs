using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Tests.Deployment;

/// <summary>Connects to doubles and builds what tests send.</summary>
internal static class DeploymentFixture
{
    /// <summary>A deployment over the double's connection string and more options.</summary>
    public static async Task<TestDeployment> ConnectAsync(MongoDouble server, string options = "", string userInfo = "")
        => Connect(await SettingsAsync(Uri(server, options, userInfo)));

    /// <summary>A deployment over settings.</summary>
    public static TestDeployment Connect(MongoClientSettings settings) => new(settings);

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

    public static Task<Doc> InsertAsync(this MongoDouble server, string database, string collection, params int[] ids)
        => server.RunAsync(database, new Doc
        {
            { "insert", collection },
            { "documents", ids.Select(id => (object?)new Doc { { "_id", id } }).ToList() },
        });

    /// <summary>A fail point of the server's own kind.</summary>
    public static Doc FailPoint(int times, string[] commands, bool closeConnection = false, int? errorCode = null, params string[] labels)
        => new()
    {
        { "configureFailPoint", "failCommand" },
        { "mode", new Doc { { "times", times } } },
        {
            "data", new Doc { { "failCommands", commands.Select(command => (object?)command).ToList() },
                { "closeConnection", closeConnection } }
                .AddUnlessNull("errorCode", errorCode)
                .AddUnlessNull("errorLabels", labels.Length == 0 ? null : labels.Select(label => (object?)label).ToList())
        },
    };
}
