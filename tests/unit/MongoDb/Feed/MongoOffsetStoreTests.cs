using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Offsets in a collection, through the official driver.</summary>
public sealed class MongoOffsetStoreTests : MongoClientTest
{
    private IMongoDatabase Database => Client.GetDatabase("app");

    [Fact]
    public async Task It_keeps_the_contract_also_in_transactions()
        => await OffsetStoreConformance.VerifyTransactionsAsync<IClientSessionHandle>(
            () => new MongoOffsetStore(Database), BeginAsync, Cancellation);

    [Fact]
    public async Task A_session_without_a_transaction_is_refused()
    {
        using var session = await Client.StartSessionAsync(cancellationToken: Cancellation);

        var e = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await new MongoOffsetStore(Database).SaveAsync("a", "x", 0, session, Cancellation));

        Assert.Contains("no open transaction", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lease_that_is_renewed_during_a_transaction_costs_the_transaction_and_not_the_stream()
    {
        var store = new MongoOffsetStore(Database);
        var script = new ScriptedSource().Begin().Insert("shop.orders", ("id", 1)).Commit().End();
        var options = new CdcEngineOptions
        {
            Name = "leased", CommitPolicy = CommitPolicy.Never, Lease = new LeaseOptions { Duration = TimeSpan.FromMilliseconds(600) },
        };
        await using var engine = new CdcEngine(script, store, options);
        await foreach (var batch in engine.ReadBatchesAsync(Cancellation))
        {
            await using (var transaction = await store.BeginAsync(Cancellation))
            {
                // A server's transaction sees all collections as of its first statement, the double's each as of the first one there.
                var before = (await store.LoadAsync("leased", (IClientSessionHandle)transaction.Transaction, Cancellation))!.Version;
                while ((await store.LoadAsync("leased", Cancellation))!.Version == before)
                {
                    await Task.Delay(10, Cancellation);
                }

                var e = await Assert.ThrowsAnyAsync<MongoException>(async () => await transaction.SaveAsync(batch, Cancellation));
                Assert.True(store.IsTransient(new InvalidOperationException("A handler's.", e)));
            }

            await using var second = await store.BeginAsync(Cancellation);
            await second.SaveAsync(batch, Cancellation);
            await second.CommitAsync(Cancellation);
        }

        Assert.True((await store.LoadAsync("leased", Cancellation))!.Version > 1);
    }

    [Fact]
    public async Task Two_instances_at_once_apply_everything_once()
    {
        const int Count = 30;
        var script = new ScriptedSource();
        for (var i = 1; i <= Count; i++)
        {
            script.Begin().Insert("shop.orders", ("id", i)).Commit().Wait(Task.CompletedTask);
        }

        script.End();
        await Database.CreateCollectionAsync("effects", cancellationToken: Cancellation);

        await Task.WhenAll(Task.Run(() => RunAsync(script)), Task.Run(() => RunAsync(script)));

        var effects = await Database.GetCollection<BsonDocument>("effects").Find(FilterDefinition<BsonDocument>.Empty)
            .ToListAsync(Cancellation);
        Assert.Equal(Enumerable.Range(1, Count).Select(i => (long)i), effects.Select(effect => effect["id"].ToInt64()).Order());
    }

    private async Task RunAsync(ScriptedSource script)
    {
        var store = new MongoOffsetStore(Database);
        while (true)
        {
            try
            {
                var options = new CdcEngineOptions { Name = "twice", CommitPolicy = CommitPolicy.Never };
                await using var engine = new CdcEngine(script, store, options);
                await foreach (var batch in engine.ReadBatchesAsync(Cancellation))
                {
                    using var session = await Client.StartSessionAsync(cancellationToken: Cancellation);
                    await session.WithTransactionAsync(
                        async (transaction, token) =>
                        {
                            foreach (var change in batch)
                            {
                                await Database.GetCollection<BsonDocument>("effects")
                                    .InsertOneAsync(transaction, new BsonDocument("id", change.After["id"].AsInt64()), null, token);
                            }

                            await store.SaveAsync(batch, transaction, token);
                            return 0;
                        },
                        cancellationToken: Cancellation);
                }

                return;
            }
            catch (OffsetConflictException)
            {
                // The loser starts again, as a service does.
            }
        }
    }

    private async ValueTask<StoreTransaction<IClientSessionHandle>> BeginAsync(CancellationToken cancellationToken)
    {
        var session = await Client.StartSessionAsync(cancellationToken: cancellationToken);
        session.StartTransaction();
        return new OpenSession(session);
    }

    private sealed class OpenSession(IClientSessionHandle session) : StoreTransaction<IClientSessionHandle>
    {
        public override IClientSessionHandle Transaction => session;

        public override Task CommitAsync(CancellationToken cancellationToken) => session.CommitTransactionAsync(cancellationToken);

        public override Task RollbackAsync(CancellationToken cancellationToken) => session.AbortTransactionAsync(cancellationToken);

        public override ValueTask DisposeAsync()
        {
            session.Dispose();
            return default;
        }
    }
}
