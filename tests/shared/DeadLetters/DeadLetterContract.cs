using System.Data.Common;
using CdcEmbedded.DeadLetters;

namespace CdcEmbedded.Tests.Shared;

/// <summary>What a store of dead letters must do, on any server.</summary>
internal static class DeadLetterContract
{
    public const string Stream = "dead letters";
    private const string Table = "cdc_dead_letters";

    public static async Task VerifyAsync(DbDataSource source, CancellationToken cancellation)
    {
        await using (var drop = source.CreateCommand($"DROP TABLE IF EXISTS {Table}"))
        {
            await drop.ExecuteNonQueryAsync(cancellation);
        }

        var stores = Enumerable.Range(0, 4).Select(_ => new DbDeadLetterStore(source)).ToList();
        await Task.WhenAll(stores.Select(created => created.CreateTableAsync(cancellation).AsTask()));
        await VerifyAsync(stores[0], async (work, isCommitted) =>
        {
            await using var connection = await source.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await work(transaction);
            if (isCommitted)
            {
                await transaction.CommitAsync(cancellation);
            }
        }, cancellation);
    }

    /// <param name="store">The store, without letters.</param>
    /// <param name="inTransaction">Does something in a transaction, and commits it or not.</param>
    /// <param name="cancellation">Cancels the test.</param>
    public static async Task VerifyAsync(IDeadLetterStore store, Func<Func<object, Task>, bool, Task> inTransaction,
        CancellationToken cancellation)
    {
        var first = Letter("1", "quote ' \" \\ and ünïcödé 漢字 😀 " + new string('x', 100_000));
        var second = Letter("2", "b") with { FormerKey = "1" };
        var third = Letter("3", "c") with { Table = "shop.other", Key = DeadLetter.WholeTable, Attempts = 0 };
        foreach (var letter in (DeadLetter[])[first, second, third, first with { Stream = "another" }])
        {
            await store.ParkAsync(letter, null, cancellation);
        }

        var stored = await ReadAsync();
        Assert.Equal([first, second, third], stored.Select(letter => letter with { Id = 0 }));
        Assert.Equal(stored.Select(letter => letter.Id).Order(), stored.Select(letter => letter.Id));

        Assert.True(await HasAsync("shop.orders", "1"));
        Assert.True(await HasAsync("shop.orders", "0", "2"));
        Assert.True(await HasAsync("shop.orders"));
        Assert.True(await HasAsync("shop.other", "9", DeadLetter.WholeTable));
        Assert.False(await HasAsync("shop.orders", "9", DeadLetter.WholeTable));
        Assert.False(await HasAsync("shop.nothing"));
        Assert.False(await store.HasAsync(Stream, "another handler", "shop.orders", [], null, cancellation));

        await inTransaction(ParkAndRemoveAsync, false);
        Assert.Equal(3, (await ReadAsync()).Count);
        await inTransaction(ParkAndRemoveAsync, true);
        Assert.Equal(["b", "c", "in a transaction"], (await ReadAsync()).Select(letter => letter.Event));

        Assert.False(await store.RemoveAsync(stored[0], null, cancellation));
        Assert.True(await store.RemoveAsync(stored[1], null, cancellation));
        Assert.False(await HasAsync("shop.orders", "1"));

        // A letter that is removed may not remove the one that is stored next.
        var removed = (await ReadAsync())[^1];
        Assert.True(await store.RemoveAsync(removed, null, cancellation));
        await store.ParkAsync(Letter("5", "next"), null, cancellation);
        Assert.False(await store.RemoveAsync(removed, null, cancellation));
        Assert.Equal("next", (await ReadAsync())[^1].Event);

        async Task ParkAndRemoveAsync(object transaction)
        {
            await store.ParkAsync(Letter("4", "in a transaction"), transaction, cancellation);
            Assert.True(await store.HasAsync(Stream, "handler", "shop.orders", ["4"], transaction, cancellation));
            Assert.True(await store.RemoveAsync(stored[0], transaction, cancellation));
        }

        async Task<bool> HasAsync(string table, params string[] keys)
            => await store.HasAsync(Stream, "handler", table, keys, null, cancellation);

        async Task<List<DeadLetter>> ReadAsync() => await store.ReadAsync(Stream, cancellation).ToListAsync(cancellation);
    }

    public static DeadLetter Letter(string key, string text) => new()
    {
        Stream = Stream,
        Handler = "handler",
        Table = "shop.orders",
        Key = key,
        EventId = "event " + key,
        Event = text,
        Content = "{}",
        Error = "It failed.",
        Attempts = 5,
        ParkedAt = new DateTimeOffset(2026, 1, 1, 0, 0, 0, 123, TimeSpan.Zero),
    };
}
