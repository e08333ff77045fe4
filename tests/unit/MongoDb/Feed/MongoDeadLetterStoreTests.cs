using CdcEmbedded.Offsets;
using CdcEmbedded.Tests.Shared;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters;

namespace CdcEmbedded.MongoDb.Tests.Feed;

public sealed class MongoDeadLetterStoreTests : MongoClientTest
{
    [Fact]
    public async Task Letters_are_stored_found_and_removed_also_in_a_transaction()
    {
        var store = new MongoDeadLetterStore(Client.GetDatabase("app"));

        Assert.Equal("app.cdc_dead_letters", store.TableName);
        await DeadLetterContract.VerifyAsync(store, async (work, isCommitted) =>
        {
            using var session = await Client.StartSessionAsync(cancellationToken: Cancellation);
            session.StartTransaction();
            await work(session);
            await (isCommitted ? session.CommitTransactionAsync(Cancellation) : session.AbortTransactionAsync(Cancellation));
        }, Cancellation);
    }

    [Fact]
    public async Task Letters_that_are_stored_at_once_get_different_numbers()
    {
        var store = new MongoDeadLetterStore(Client.GetDatabase("app"));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i
            => store.ParkAsync(DeadLetterContract.Letter($"{i}", "at once"), null, Cancellation).AsTask()));

        var letters = await store.ReadAsync(DeadLetterContract.Stream, Cancellation).ToListAsync(Cancellation);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), letters.Select(letter => letter.Id));
        Assert.Equal(20, letters.Select(letter => letter.Key).Distinct().Count());
    }

    [Fact]
    public async Task A_change_that_is_too_large_to_be_stored_twice_keeps_what_a_replay_needs()
    {
        var store = new MongoDeadLetterStore(Client.GetDatabase("app"));
        var large = new string('x', 8 * 1024 * 1024);

        await store.ParkAsync(DeadLetterContract.Letter("1", large) with { Content = large }, null, Cancellation);

        var letter = await store.ReadAsync(DeadLetterContract.Stream, Cancellation).SingleAsync(Cancellation);
        Assert.Equal("""{"error":"The change has 8388608 bytes as JSON."}""", letter.Event);
        Assert.Equal(large.Length, letter.Content.Length);
    }

    [Fact]
    public void Transactions_are_shared_with_offsets_of_the_same_client_only()
    {
        using var other = new MongoClient($"{Double.ConnectionString}&appName=other");
        var store = new MongoDeadLetterStore(Client.GetDatabase("app"));

        Assert.True(store.SharesTransactionsOf(new MongoOffsetStore(Client.GetDatabase("offsets"))));
        Assert.False(store.SharesTransactionsOf(new MongoOffsetStore(other.GetDatabase("app"))));
        ClusterRegistry.Instance.UnregisterAndDisposeCluster(other.Cluster);
    }
}
