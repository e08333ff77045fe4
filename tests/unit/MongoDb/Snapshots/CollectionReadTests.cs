using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.Tests.Snapshots;

/// <summary>Collections that are read in parts, by keys of every type.</summary>
public sealed class CollectionReadTests
{

    /// <summary>All kinds of keys, over both topologies, with and without a strict Stable API.</summary>
    public static TheoryData<string, bool, bool> Kinds()
    {
        var data = new TheoryData<string, bool, bool>();
        foreach (string kind in KeyKinds.All.Keys)
        {
            data.Add(kind, false, false);
            data.Add(kind, true, false);
            data.Add(kind, false, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Estuary_2026_chunks_have_every_document_in_the_servers_order_whatever_the_types_of_its_keys(
        string kind, bool isSharded,
        bool isStrict)
    {
        await using var fixture = new SnapshotFixture(isSharded ? new() { Topology = DoubleTopology.Sharded } : null);
        await fixture.InsertAsync(kind, Enumerable.Range(0, 90).Select(number => new Doc { { "_id", KeyKinds.All[kind](number) },
            { "n", number } }).DistinctBy(static document => DocJson.Write(document["_id"])));
        if (isSharded)
        {
            await fixture.RunAsync(new Doc { { "shardCollection", $"shop.{kind}" }, { "key", new Doc { { "_id", "hashed" } } } });
        }

        List<string> expected = await fixture.DocumentsAsync(kind);
        Assert.InRange(expected.Count, 60, 90);
        foreach (int limit in (int[])[1, 7, 1000])
        {
            SnapshotReader reader = await fixture.OpenAsync(isStrict ? Strict(fixture) : fixture.Source());
            Assert.Equal(expected, await reader.InChunksAsync(await reader.TableAsync(kind), limit));
        }
    }

    [Fact]
    public async Task Documents_that_arrive_after_the_last_key_was_fixed_are_not_read_and_deleted_bounds_do_not_matter()
    {
        await using var fixture = new SnapshotFixture();
        await fixture.InsertAsync("orders", Enumerable.Range(0, 50).Select(static number => new Doc { { "_id", number } }));
        SnapshotReader reader = await fixture.OpenAsync();
        int next = 0;
        List<string> read = await reader.InChunksAsync(await reader.TableAsync("orders"), 10, null, async () =>
        {
            // What was read last, what is to be read last, and something later.
            await fixture.InsertAsync("orders", new Doc { { "_id", 1000 + next } });
            foreach (int id in (int[])[(++next * 10) - 1, 49])
            {
                var delete = new Doc { { "q", new Doc { { "_id", id } } }, { "limit", 1 } };
                await fixture.RunAsync(new Doc { { "delete", "orders" }, { "deletes", new[] { delete } } });
            }
        });
        Assert.Equal(49, read.Count);
        Assert.Equal(read.Distinct(), read);
    }

    [Fact]
    public async Task A_key_that_is_stored_again_as_a_number_of_another_type_neither_hides_others_nor_stops_the_reading()
    {
        await using var fixture = new SnapshotFixture();
        await fixture.InsertAsync("orders", new Doc { { "_id", 1 } }, new Doc { { "_id", 2 } }, new Doc { { "_id", 3 } });
        SnapshotReader reader = await fixture.OpenAsync();
        SnapshotTable table = await reader.TableAsync("orders");
        CancellationToken token = TestContext.Current.CancellationToken;
        SnapshotKey? last = await reader.GetLastKeyAsync(table, null, token);
        SnapshotChunk first = await reader.ReadChunkAsync(table, null, last, 2, null, token);
        Assert.Equal("""{"$numberInt":"2"}""", first.GetPlace(1)?.Json);
        await fixture.RunAsync("""{"delete":"orders","deletes":[{"q":{"_id":2},"limit":1},{"q":{"_id":3},"limit":1}]}""");
        await fixture.InsertAsync("orders", new Doc { { "_id", 2.0 } }, new Doc { { "_id", 3L } });
        SnapshotChunk second = await reader.ReadChunkAsync(table, first.GetPlace(1), last, 2, null, token);
        Assert.Equal("""{"$numberLong":"3"}""", Assert.Single(Enumerable.Range(0, second.Count).Select(second.GetPlace))?.Json);
        SnapshotChunk third = await reader.ReadChunkAsync(table, second.GetPlace(0), last, 2, null, token);
        Assert.True(third.IsLast);

        // The same document for a change, whatever the type of its key.
        Assert.Equal(table.KeyOf(RawBson.Parse("""{"_id":3}""").ToRecord()), table.KeyOf(second.GetKey(0)));
    }

    [Fact]
    public async Task A_condition_selects_documents_and_bounds_the_reading()
    {
        await using var fixture = new SnapshotFixture();
        await fixture.InsertAsync("orders", Enumerable.Range(0, 50).Select(static number => new Doc { { "_id", number },
            { "open", number % 3 == 0 && number < 30 } }));
        SnapshotReader reader = await fixture.OpenAsync();
        SnapshotTable table = await reader.TableAsync("orders");
        const string Condition = """{"open":true}""";
        Assert.Equal(10, (await reader.InChunksAsync(table, 4, Condition)).Count);
        SnapshotKey? last = await reader.GetLastKeyAsync(table, Condition, TestContext.Current.CancellationToken);
        Assert.Equal("""{"$numberInt":"27"}""", last?.Json);
        FormatException refusal = await Assert.ThrowsAsync<FormatException>(async ()
            => await reader.GetLastKeyAsync(table, "open = true", TestContext.Current.CancellationToken));
        Assert.Contains("filter as extended JSON", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_are_read_again_by_their_keys()
    {
        await using var fixture = new SnapshotFixture();
        await fixture.InsertAsync("mixed", Enumerable.Range(0, 40).Select(static number => new Doc
        {
            { "_id", KeyKinds.All["mixed"](number) }, { "even", number % 2 == 0 },
        }));
        SnapshotReader reader = await fixture.OpenAsync();
        SnapshotTable table = await reader.TableAsync("mixed");
        CancellationToken token = TestContext.Current.CancellationToken;
        SnapshotChunk all = await reader.ReadChunkAsync(table, null, null, 100, null, token);
        Assert.Equal(40, all.Count);
        SnapshotKey[] keys = [.. Enumerable.Range(0, 40).Select(row => table.KeyOf(all.GetRow(row))!)];
        Assert.Equal(40, (await reader.ReadKeysAsync(table, keys, null, token)).Count);
        Assert.Equal(20, (await reader.ReadKeysAsync(table, keys, """{"even":true}""", token)).Count);
    }

    [Fact]
    public async Task Views_time_series_and_unknown_collections_are_refused_by_name_and_others_are_counted()
    {
        await using var fixture = new SnapshotFixture(new() { Version = "7.0.0", MaxWireVersion = 21 });
        await fixture.InsertAsync("orders", new Doc { { "_id", 1 } }, new Doc { { "_id", 2 } });
        await fixture.RunAsync("""{"create":"open","viewOn":"orders","pipeline":[]}""");
        await fixture.RunAsync("""{"create":"weather","timeseries":{"timeField":"at"}}""");
        await fixture.RunAsync("""{"create":"log","capped":true,"size":4096}""");
        SnapshotReader reader = await fixture.OpenAsync();
        var tables = (await reader.ListTablesAsync([], TestContext.Current.CancellationToken)).ToDictionary(static table => table.Name);
        Assert.Equal(["log", "open", "orders", "weather"], tables.Keys);
        Assert.Contains("shop.open is a view", tables["open"].ChunkRefusal, StringComparison.Ordinal);
        Assert.Contains("shop.weather is a time series", tables["weather"].ViewRefusal, StringComparison.Ordinal);
        Assert.Contains("shop.log is capped", tables["log"].ViewRefusal, StringComparison.Ordinal);
        Assert.Null(tables["log"].ChunkRefusal);
        Assert.Null(tables["orders"].ChunkRefusal ?? tables["orders"].ViewRefusal);
        Assert.Equal(2, tables["orders"].EstimatedRows);
        Assert.Null(await reader.FindTableAsync("shop", "gone", TestContext.Current.CancellationToken));
        Assert.Null(await reader.FindTableAsync("other", "orders", TestContext.Current.CancellationToken));
        Assert.Equal("orders", Assert.Single(await reader.ListTablesAsync(["shop.ord*"], TestContext.Current.CancellationToken)).Name);
    }

    [Fact]
    public async Task Clustered_and_collated_collections_are_read_by_the_index_that_they_have()
    {
        await using var fixture = new SnapshotFixture();
        await fixture.RunAsync("""{"create":"clustered","clusteredIndex":{"key":{"_id":1},"unique":true,"name":"own"}}""");
        await fixture.RunAsync("""{"create":"collated","collation":{"locale":"en","strength":2}}""");
        foreach (string collection in (string[])["clustered", "collated"])
        {
            await fixture.InsertAsync(collection, ((string[])["b", "A", "c", "D", "e"]).Select(static id => new Doc { { "_id", id } }));
            SnapshotReader reader = await fixture.OpenAsync();
            SnapshotTable table = await reader.TableAsync(collection);
            Assert.Equal(await fixture.DocumentsAsync(collection), await reader.InChunksAsync(table, 2));
            Assert.Equal(collection == "collated", table.KeyShape.Contains("strength", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_pipeline_that_changes_events_excludes_snapshots()
    {
        await using var fixture = new SnapshotFixture();
        await fixture.InsertAsync("orders", new Doc { { "_id", 1 } });
        foreach ((string stage, bool isRefused) in ((string, bool)[])[("""{"$match":{"operationType":"insert"}}""", false),
            ("""{"$unset":"fullDocument.secret"}""", true)])
        {
            SnapshotReader reader = await fixture.OpenAsync(new MongoSource(new MongoSourceOptions
            {
                ConnectionString = fixture.Double.ConnectionString,
                Pipeline = [MongoDB.Bson.BsonDocument.Parse(stage)],
            }));
            string? refusal = (await reader.TableAsync("orders")).ChunkRefusal;
            Assert.Equal(isRefused, refusal?.Contains("Pipeline", StringComparison.Ordinal) == true);
        }
    }

    internal static MongoSource Strict(SnapshotFixture fixture)
    {
        var settings = MongoDB.Driver.MongoClientSettings.FromConnectionString(fixture.Double.ConnectionString);
        settings.ServerApi = new MongoDB.Driver.ServerApi(MongoDB.Driver.ServerApiVersion.V1, strict: true);
        return new MongoSource(new MongoSourceOptions
        {
            Client = new MongoDB.Driver.MongoClient(settings),
            Include = ["shop.*"],
            ShowExpandedEvents = false,
        });
    }
}
