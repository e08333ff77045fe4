using CdcEmbedded;
using CdcEmbedded.MongoDb;
using CdcEmbedded.Offsets;

namespace ReadmeSnippets;

/// <summary>The ten lines of the README's section on MongoDB.</summary>
public static class MongoDbLoop
{
    /// <summary>Prints every change.</summary>
    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        var source = new MongoSource(new MongoSourceOptions
        {
            ConnectionString = "mongodb://cdc:...@db1,db2,db3/?replicaSet=rs0&tls=true", Include = ["shop.orders", "shop.customers"],
        });
        await using var engine = new CdcEngine(source, new FileOffsetStore("offsets.json"), new CdcEngineOptions { Name = "read-model" });
        await foreach (var change in engine.ReadAsync(cancellationToken))
        {
            var from = (MongoSourceInfo)change.Source;                          // tells whether After is exact, looked up later, or not there
            Console.WriteLine($"{from.OperationType} {change.Table} {from.KeyJson}: {change.After["status"]} ({from.AfterState})");
        }
    }
}
