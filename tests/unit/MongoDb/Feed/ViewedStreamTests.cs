using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.Offsets;
using CdcEmbedded.Tests.Views;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Transactions through filters, and one source for two engines.</summary>
public sealed class ViewedStreamTests
{
    private static CancellationToken Patience => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Fact]
    public async Task Counts_after_a_filter_are_the_same_after_a_restart_at_any_change_of_a_transaction()
    {
        await using var fixture = new StreamFixture();
        var start = MongoOffsets.Now(fixture.Double);
        await WriteAsync(fixture);

        var (all, offsets) = await ReadAsync(fixture, start);
        CountedChange.AssertCounted(all);
        Assert.Equal([1, 2, 3, 4, 1, 1, 2], all.Select(c => c.TotalOrder));
        Assert.Equal([1, 2, 1, 2, 1, 1, 2], all.Select(c => c.TableOrder));
        for (var i = 0; i < all.Count; i++)
        {
            var (rest, _) = await ReadAsync(fixture, StartPosition.At(offsets[i]));
            Assert.Equal(all.Skip(i + 1), rest);
        }
    }

    [Fact]
    public async Task One_source_serves_two_engines_at_once()
    {
        await using var fixture = new StreamFixture();
        var start = MongoOffsets.Now(fixture.Double);
        await WriteAsync(fixture);
        var source = fixture.Source();
        await using var first = Engine(source, "first", start);
        await using var second = Engine(source, "second", start);
        await using var a = first.ReadAsync(Patience).GetAsyncEnumerator();
        await using var b = second.ReadAsync(Patience).GetAsyncEnumerator();
        for (var i = 0; i < 11; i++)
        {
            Assert.True(await a.MoveNextAsync() && await b.MoveNextAsync());
            Assert.Equal(CountedChange.Of(a.Current), CountedChange.Of(b.Current));
            Assert.Equal(("first", "second"), (a.Current.Source.Name, b.Current.Source.Name));
        }

        // The end of one leaves the other its connection.
        await first.DisposeAsync();
        await fixture.InsertAsync("""{"_id":100}""");
        Assert.True(await b.MoveNextAsync());
        Assert.Equal(100, b.Current.Key["_id"].AsInt64());
    }

    /// <summary>Two transactions over two collections, and one insert between them; even numbers pass the filter.</summary>
    private static async Task WriteAsync(StreamFixture fixture)
    {
        await fixture.TransactAsync(
            StreamFixture.Insert("""{"_id":1},{"_id":2},{"_id":4}"""),
            StreamFixture.Insert("""{"_id":3},{"_id":6},{"_id":8}""", "lines"));
        await fixture.InsertAsync("""{"_id":10}""");
        await fixture.TransactAsync(
            StreamFixture.Insert("""{"_id":12},{"_id":13}"""),
            StreamFixture.Insert("""{"_id":15}""", "lines"),
            StreamFixture.Insert("""{"_id":16}"""));
    }

    private static async Task<(List<CountedChange> Changes, List<CdcOffset> Offsets)> ReadAsync(StreamFixture fixture, StartPosition start)
    {
        var source = new ViewedSource(
            fixture.Source(), set => DroppingView.Of(set, (inner, change) => inner.GetKey(change)["_id"].AsInt64() % 2 == 0));
        await using var engine = Engine(source, "test", start, stops: true);
        var changes = new List<CountedChange>();
        var offsets = new List<CdcOffset>();
        await foreach (var change in engine.ReadAsync(Patience))
        {
            changes.Add(CountedChange.Of(change));
            offsets.Add(change.Offset);
        }

        return (changes, offsets);
    }

    private static CdcEngine Engine(Sources.ISource source, string name, StartPosition start, bool stops = false) => new(
        source, new InMemoryOffsetStore(), new CdcEngineOptions { Name = name, StartFrom = start, StopWhenCaughtUp = stops });
}
