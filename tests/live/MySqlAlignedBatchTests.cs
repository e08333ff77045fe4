using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>Batches that end where transactions of a server end, and orders inside them.</summary>
public sealed class MySqlAlignedBatchTests(MySql97Fixture mySql97, MySql56Fixture mySql56)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerKind.MySql97)]
    [InlineData(ServerKind.MySql56)]
    public async Task A_transaction_above_the_limit_of_bytes_arrives_in_parts_and_restarts_continue_its_orders(ServerKind kind)
    {
        await using MySqlTestServer server = kind == ServerKind.MySql97 ? await mySql97.StartOwnAsync() : await mySql56.StartOwnAsync();
        await server.ExecuteAsync("CREATE DATABASE big; CREATE TABLE big.a (id INT PRIMARY KEY, v VARCHAR(4000)); "
            + "CREATE TABLE big.b (id INT PRIMARY KEY)");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        string rows = string.Join(',', Enumerable.Range(100, 100).Select(id => $"({id}, REPEAT('x', 4000))"));
        await server.ExecuteAsync("INSERT INTO big.b VALUES (1); INSERT INTO big.b VALUES (2); "
            + $"BEGIN; INSERT INTO big.b VALUES (3); INSERT INTO big.a VALUES {rows}; INSERT INTO big.b VALUES (4); COMMIT; "
            + "INSERT INTO big.b VALUES (5)");

        var store = new InMemoryOffsetStore();
        List<Part> parts = [];
        while (parts.Sum(part => part.Changes.Count) < 105)
        {
            // A new engine for each batch.
            await using var engine = new CdcEngine(Capture.Source(server, "big"), store, new CdcEngineOptions
            {
                Name = "big", StartFrom = StartPosition.At(start), AlignBatches = true, MaxBufferedBytes = 64 * 1024,
            });
            await foreach (ChangeBatch batch in engine.ReadBatchesAsync(Cancellation))
            {
                parts.Add(new Part(batch.BeginsTransaction, batch.EndsTransaction, batch.ByteSize, [.. batch]));
                await engine.CommitAsync(batch, Cancellation);
                break;
            }
        }

        // What is small is together; what is large is alone, and each part says what it is.
        Assert.All(parts, part => Assert.True(part.Begins || part.Changes[0].TotalOrder > 1));
        List<Part> large = [.. parts.Where(part => !part.Begins || !part.Ends)];
        Assert.True(large.Count >= 4, $"{large.Count} parts");
        Assert.Equal((true, false), (large[0].Begins, large[0].Ends));
        Assert.All(large[1..^1], part => Assert.Equal((false, false), (part.Begins, part.Ends)));
        Assert.Equal((false, true), (large[^1].Begins, large[^1].Ends));
        Assert.Single(large.SelectMany(part => part.Changes).Select(change => change.Transaction?.Id).Distinct());

        // One event of the log may exceed the limit, and is not cut.
        Assert.All(large, part => Assert.InRange(part.Bytes, 1, 2 * 64 * 1024));

        List<ChangeEvent> ofLarge = [.. large.SelectMany(part => part.Changes)];
        Assert.Equal(Enumerable.Range(1, 102).Select(order => (long)order), ofLarge.Select(change => change.TotalOrder));
        Assert.Equal(Enumerable.Range(1, 100).Select(order => (long)order),
            ofLarge.Where(change => change.Table == "a").Select(change => change.DataCollectionOrder));
        Assert.Equal([1L, 2L], ofLarge.Where(change => change.Table == "b").Select(change => change.DataCollectionOrder));
        Assert.Equal([1L, 2L, 3L, 4L, 5L],
            parts.SelectMany(part => part.Changes).Where(change => change.Table == "b").Select(change => change.Key["id"].AsInt64()));
    }

    private sealed record Part(bool Begins, bool Ends, long Bytes, List<ChangeEvent> Changes);
}
