using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Tests.Deployment;

/// <summary>A deployment with a client of its own, closed with it.</summary>
internal sealed class TestDeployment : IAsyncDisposable
{
    private readonly DriverClient _client;
    private readonly DriverDeployment _deployment;

    public TestDeployment(MongoClientSettings settings, ILoggerFactory? loggers = null)
    {
        _client = DriverClient.Create(settings, loggers ?? NullLoggerFactory.Instance, TimeProvider.System);
        _deployment = new DriverDeployment(_client, NullLogger.Instance, TimeProvider.System);
    }

    public IMongoDeployment Commands => _deployment;

    public SilenceLimit Silence => _deployment.Silence;

    public ValueTask<RawBson> RunAsync(string command, string database = "admin")
        => _deployment.RunCommandAsync(database, BsonDocument.Parse(command), TestContext.Current.CancellationToken);

    public ValueTask<IMongoCursor> WatchAsync(TimeSpan? awaitTime = null)
        => _deployment.OpenCursorAsync(
            "admin",
            BsonDocument.Parse(
                """{"aggregate": 1, "pipeline": [{"$changeStream": {"allChangesForCluster": true}}], "cursor": {"batchSize": 100}}"""),
            new CursorOptions { MaxAwaitTime = awaitTime ?? TimeSpan.FromMilliseconds(200) },
            TestContext.Current.CancellationToken);

    public ValueTask<IMongoCursor> FindAsync(int? batchSize = null)
    {
        var command = new BsonDocument("find", "orders");
        if (batchSize is { } size)
        {
            command.Add("batchSize", size);
        }

        return _deployment.OpenCursorAsync("shop", command, new CursorOptions { BatchSize = batchSize },
            TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _deployment.DisposeAsync();
        await _client.DisposeAsync();
    }
}
