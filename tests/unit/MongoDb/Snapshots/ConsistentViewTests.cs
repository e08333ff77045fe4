using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.Tests.Snapshots;

/// <summary>All collections at one cluster time.</summary>
public sealed class ConsistentViewTests
{
    [Theory]
    [InlineData(DoubleTopology.ReplicaSet)]
    [InlineData(DoubleTopology.Sharded)]
    [InlineData(DoubleTopology.LoadBalanced)]
    public async Task All_readers_see_all_collections_at_one_time_whatever_is_written_meanwhile(DoubleTopology topology)
    {
        await using var fixture = new SnapshotFixture(new() { Topology = topology });
        await fixture.InsertAsync("a", Enumerable.Range(0, 50).Select(static id => new Doc { { "_id", id } }));
        await fixture.InsertAsync("b", Enumerable.Range(0, 50).Select(static id => new Doc { { "_id", $"k{id}" } }));
        SnapshotReader reader = await fixture.OpenAsync();
        CancellationToken token = TestContext.Current.CancellationToken;
        IReadOnlyList<SnapshotTable> tables = await reader.ListTablesAsync([], token);
        List<string> a = await fixture.DocumentsAsync("a"), b = await fixture.DocumentsAsync("b");
        await using ConsistentView view = await reader.OpenConsistentViewAsync(tables, 2, token);
        Assert.Equal(topology == DoubleTopology.LoadBalanced ? 1 : 2, view.Readers);
        await fixture.RunAsync("""{"delete":"a","deletes":[{"q":{},"limit":0}]}""");
        await fixture.RunAsync("""{"update":"b","updates":[{"q":{"_id":"k7"},"u":{"$set":{"x":1}}}]}""");
        await fixture.InsertAsync("b", new Doc { { "_id", "new" } });
        Task<List<string>> first = view.OfViewAsync(0, tables[0], 8);
        Task<List<string>> second = view.OfViewAsync(view.Readers - 1, tables[1], 8);
        Assert.Equal(a, await first);
        Assert.Equal(b, await second);
        Assert.Contains("no lock", view.Lock, StringComparison.Ordinal);
    }

    /// <summary>All kinds of keys, with and without a strict Stable API.</summary>
    public static TheoryData<string, bool> Kinds()
    {
        var data = new TheoryData<string, bool>();
        foreach (string kind in KeyKinds.All.Keys)
        {
            data.Add(kind, false);
            data.Add(kind, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Ranges_have_every_document_in_the_servers_order_whatever_the_types_of_its_keys(string kind, bool isStrict)
    {
        const int Readers = 3;
        await using var fixture = new SnapshotFixture();
        await fixture.InsertAsync(kind, Enumerable.Range(0, 90).Select(number => new Doc { { "_id", KeyKinds.All[kind](number) },
            { "n", number } }).DistinctBy(static document => DocJson.Write(document["_id"])));
        List<string> expected = await fixture.DocumentsAsync(kind);
        SnapshotReader reader = await fixture.OpenAsync(isStrict ? CollectionReadTests.Strict(fixture) : fixture.Source());
        CancellationToken token = TestContext.Current.CancellationToken;
        SnapshotTable table = await reader.TableAsync(kind);
        Assert.True(table.IsDivisible);
        await using ConsistentView view = await reader.OpenConsistentViewAsync([table], Readers, token);
        await fixture.RunAsync(new Doc { { "delete", kind }, { "deletes", new[] { new Doc { { "q", new Doc() }, { "limit", 0 } } } } });
        foreach (int documents in kind == "mixed" ? (int[])[1, 7, 1000] : [7, 1000])
        {
            var found = new List<string>();
            SnapshotKey? after = null;
            for (int range = 0; range == 0 || after is not null; range++)
            {
                SnapshotKey? upTo = await view.FindBoundAsync(range % Readers, table, after, documents, token);
                await using SnapshotCursor cursor = await view.OpenRangeAsync((range + 1) % Readers, table, after, upTo, token);
                while (await cursor.ReadAsync(5, token) is { } chunk)
                {
                    found.AddRange(Enumerable.Range(0, chunk.Count).Select(row => Reading.Json(chunk.GetRow(row))));
                }

                after = upTo;
                Assert.True(upTo is null || found.Count == (range + 1) * documents, $"{found.Count} after {range + 1} ranges");
            }

            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public async Task The_stream_continues_after_the_view_without_a_gap_or_a_repetition()
    {
        await using var fixture = new SnapshotFixture();
        await fixture.InsertAsync("a", new Doc { { "_id", 1 } });
        SnapshotReader reader = await fixture.OpenAsync();
        CancellationToken token = TestContext.Current.CancellationToken;
        ConsistentView view = await reader.OpenConsistentViewAsync([await reader.TableAsync("a")], 1, token);
        CdcOffset offset = view.Position.ToOffset();
        Assert.Equal(offset, fixture.Source().ReadPosition(offset).ToOffset());
        await fixture.InsertAsync("a", new Doc { { "_id", 2 } });
        await using var engine = new CdcEngine(fixture.Source(), new Offsets.InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "after", StartFrom = StartPosition.At(offset),
        });
        await using IAsyncEnumerator<ChangeEvent> changes = engine.ReadAsync(token).GetAsyncEnumerator(token);
        Assert.True(await changes.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), token));
        Assert.Equal(2, changes.Current.Key["_id"].AsInt64());
    }

    [Fact]
    public async Task A_view_whose_history_is_gone_fails_as_transient_and_says_which_setting_keeps_it_longer()
    {
        await using var fixture = new SnapshotFixture();
        await fixture.InsertAsync("a", Enumerable.Range(0, 50).Select(static id => new Doc { { "_id", id } }));
        SnapshotReader reader = await fixture.OpenAsync();
        CancellationToken token = TestContext.Current.CancellationToken;
        SnapshotTable table = await reader.TableAsync("a");
        await using ConsistentView view = await reader.OpenConsistentViewAsync([table], 1, token);
        await using SnapshotCursor cursor = await view.OpenTableAsync(0, table, null, token);
        Assert.Equal(20, (await cursor.ReadAsync(20, token))?.Count);
        fixture.Double.ExpireSnapshots();
        CdcConnectionException lost = await Assert.ThrowsAsync<CdcConnectionException>(async () => await cursor.ReadAsync(20, token));
        Assert.True(lost.IsTransient);
        Assert.Contains("minSnapshotHistoryWindowInSeconds", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_before_5_0_has_no_view_and_says_what_to_use_instead()
    {
        await using var fixture = new SnapshotFixture(new() { Version = "4.4.29", MaxWireVersion = 9 });
        await fixture.InsertAsync("a", new Doc { { "_id", 1 } });
        SnapshotReader reader = await fixture.OpenAsync();
        CancellationToken token = TestContext.Current.CancellationToken;
        SnapshotTable table = await reader.TableAsync("a");
        NotSupportedException refusal = await Assert.ThrowsAsync<NotSupportedException>(async ()
            => await reader.OpenConsistentViewAsync([table], 1, token));
        Assert.Contains("SnapshotMode.Incremental", refusal.Message, StringComparison.Ordinal);
        Assert.Single(await reader.InChunksAsync(table, 10));
    }
}
