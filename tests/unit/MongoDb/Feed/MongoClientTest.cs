using CdcEmbedded.MongoDb.Double;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>What tests of stores in MongoDB share: a deployment, and the official client of it.</summary>
public abstract class MongoClientTest : IAsyncDisposable
{
    protected MongoClientTest() => Client = new MongoClient(Double.ConnectionString);

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected MongoDouble Double { get; } = MongoDouble.Start(new MongoDoubleOptions());

    protected MongoClient Client { get; }

    public async ValueTask DisposeAsync()
    {
        ClusterRegistry.Instance.UnregisterAndDisposeCluster(Client.Cluster);
        await Double.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
