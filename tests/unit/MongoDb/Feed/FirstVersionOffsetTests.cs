using System.Text.Json.Nodes;
using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.Offsets;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Streams that resume at offsets of version 1, as the last revision that wrote them did.</summary>
public sealed class FirstVersionOffsetTests
{
    [Fact]
    public async Task A_stream_resumes_at_the_resume_token_of_an_offset_of_version_1()
    {
        await using var fixture = new StreamFixture();
        var reading = await fixture.OpenAsync(items: false);
        foreach (var id in (int[])[1, 2, 3])
        {
            await fixture.InsertAsync($$"""{"_id":{{id}}}""");
        }

        await reading.ChangeAsync();
        var second = await reading.ChangeAsync();
        await reading.DisposeAsync();
        var point = OffsetDocument.Read(second.Offset).Point;
        Assert.NotNull(point.Time);
        await RestoreAsync(fixture, $$"""
            {"v":1,"source":"mongodb","scope":"*","set":"rs0","token":{{point.Token.ToJson()}},"time":{{Json(point.Time.Value)}}}
            """);

        reading = await fixture.OpenAsync(items: false);
        var next = await reading.ChangeAsync();

        Assert.Equal(3, next.Key["_id"].AsInt32());
        Assert.StartsWith("""{"v":2,""", next.Offset.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task A_stream_resumes_at_or_after_the_cluster_time_of_an_offset_of_version_1(bool isAfter, int expected)
    {
        await using var fixture = new StreamFixture();
        await fixture.InsertAsync("""{"_id":1}""");
        var time = MongoOffsets.TimeOf(fixture.Double);
        await fixture.InsertAsync("""{"_id":2}""");
        var after = isAfter ? ",\"after\":true" : "";
        await RestoreAsync(fixture, $$"""{"v":1,"source":"mongodb","scope":"*","set":"rs0","time":{{Json(time)}}{{after}}}""");

        var reading = await fixture.OpenAsync(items: false);

        Assert.Equal(expected, (await reading.ChangeAsync()).Key["_id"].AsInt32());
    }

    [Fact]
    public async Task A_stream_resumes_inside_a_transaction_at_an_offset_of_version_1_and_its_orders_continue()
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"orders"}""");
        await fixture.WriteAsync("""{"create":"lines"}""");
        var reading = await fixture.OpenAsync();
        await fixture.TransactAsync(
            StreamFixture.Insert("""{"_id":1}"""), StreamFixture.Insert("""{"_id":2}""", "lines"), StreamFixture.Insert("""{"_id":3}"""));
        await reading.NextAsync<TransactionBegin>();
        await reading.ChangeAsync();
        var second = await reading.ChangeAsync();
        await reading.DisposeAsync();
        var document = OffsetDocument.Read(second.Offset);
        var open = Assert.Single(document.Open);
        Assert.NotNull(document.Point.Time);
        await RestoreAsync(fixture, $$"""
            {"v":1,"source":"mongodb","scope":"*","set":"rs0","token":{{document.Point.Token.ToJson()}},
            "time":{{Json(document.Point.Time.Value)}},"tx":[{"lsid":{{open.Transaction.Session.ToJson()}},
            "txn":{{open.Transaction.Number}},"ts_ms":1795803051753,"time":{{Json(open.LastTime)}},
            "events":2,"collections":[["shop","orders",1],["shop","lines",1]]}]}
            """);

        reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":4}""");
        var third = await reading.ChangeAsync();
        var end = await reading.NextAsync<TransactionEnd>();

        Assert.Equal((3, 3L, 2L), (third.Key["_id"].AsInt32(), third.TotalOrder, third.DataCollectionOrder));
        Assert.Equal(3, end.EventCount);
    }

    [Fact]
    public async Task A_stream_with_a_pipeline_resumes_at_every_offset_of_version_1()
    {
        await using var fixture = new StreamFixture();
        fixture.Options = new MongoSourceOptions
        {
            Pipeline = [BsonDocument.Parse("""{"$match":{"operationType":{"$in":["insert","delete"]}}}""")],
        };

        var changes = await AssertResumesEverywhereAsync(fixture, async () =>
        {
            await fixture.InsertAsync("""{"_id":1},{"_id":2}""");
            await fixture.WriteAsync(StreamFixture.Update(1, """{"$set":{"n":1}}"""));
            await fixture.WriteAsync("""{"delete":"orders","deletes":[{"q":{"_id":1},"limit":1}]}""");
            await fixture.InsertAsync("""{"_id":3}""", "lines");
        });

        Assert.Equal(4, changes.Count);
        Assert.All(changes, static change => Assert.Contains("\"pipeline\":\"a03f179e54b549fd\"", FirstVersion(change.Offset),
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stream_resumes_at_offsets_of_version_1_after_a_split_event_and_inside_its_transaction()
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { MaxEventSize = 3000 });
        await fixture.WriteAsync("""{"create":"orders","changeStreamPreAndPostImages":{"enabled":true}}""");
        await fixture.InsertAsync($$"""{"_id":1,"text":"{{new string('a', 2000)}}"}""");

        var changes = await AssertResumesEverywhereAsync(fixture, async () =>
        {
            await fixture.TransactAsync(
                StreamFixture.Insert("""{"_id":2}"""),
                StreamFixture.Update(1, $$$"""{"$set":{"text":"{{{new string('b', 2000)}}}"}}"""),
                StreamFixture.Insert("""{"_id":3}"""));
            await fixture.InsertAsync("""{"_id":4}""");
        });

        Assert.Equal([1, 2, 3, 1], changes.Select(static change => change.TotalOrder));
        Assert.Equal(2000, changes[1].Before["text"].AsString().Length);
    }

    [Fact]
    public async Task A_stream_resumes_at_offsets_of_version_1_after_an_invalidate()
    {
        await using var fixture = new StreamFixture();
        await fixture.InsertAsync("""{"_id":1}""");
        fixture.Options = new MongoSourceOptions { Database = "shop", Collection = "orders", OnInvalidate = InvalidatePolicy.Fail };
        var reading = await fixture.OpenAsync();
        await fixture.WriteAsync("""{"drop":"orders"}""");
        await reading.FailureAsync<StreamInvalidatedException>();
        await reading.DisposeAsync();
        await fixture.InsertAsync("""{"_id":2}""");
        var stored = await fixture.Store.LoadAsync("test", TestContext.Current.CancellationToken);
        await RestoreAsync(fixture, FirstVersion(CdcOffset.Parse(stored?.Text ?? "")));

        reading = await fixture.OpenAsync(items: false);

        Assert.Equal(2, (await reading.ChangeAsync()).Key["_id"].AsInt32());
    }

    [Fact]
    public async Task A_stream_of_a_sharded_cluster_resumes_at_every_offset_of_version_1_with_transactions_of_several_sessions_open()
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { Topology = DoubleTopology.Sharded, Nodes = 2 });
        await fixture.InsertAsync("""{"_id":0}""");
        await fixture.WriteAsync("""{"create":"lines"}""");

        var changes = await AssertResumesEverywhereAsync(fixture, async () =>
        {
            await fixture.TransactAsync(StreamFixture.Insert("""{"_id":1},{"_id":2},{"_id":3},{"_id":4}"""));
            await fixture.TransactAsync(StreamFixture.Insert("""{"_id":5},{"_id":6},{"_id":7},{"_id":8}""", "lines"));
            await fixture.InsertAsync("""{"_id":9}""");
        });

        Assert.Equal(9, changes.Count);
        Assert.Contains(changes, static change => FirstVersion(change.Offset).Contains("\"tx\":[{", StringComparison.Ordinal));
        Assert.All(changes, static change => Assert.DoesNotContain("\"set\":", FirstVersion(change.Offset), StringComparison.Ordinal));
    }

    /// <summary>Reads what is written, then from the offset of each change on, as version 1 wrote it.</summary>
    private static async Task<List<ChangeEvent>> AssertResumesEverywhereAsync(StreamFixture fixture, Func<Task> write)
    {
        var start = MongoOffsets.Now(fixture.Double);
        await write();
        var all = await ReadAsync(fixture, start, null);
        for (var i = 0; i < all.Count; i++)
        {
            var rest = await ReadAsync(fixture, null, FirstVersion(all[i].Offset));
            Assert.Equal(all.Skip(i + 1).Select(Describe), rest.Select(Describe));
        }

        return all;
    }

    private static async Task<List<ChangeEvent>> ReadAsync(StreamFixture fixture, StartPosition? start, string? stored)
    {
        var store = new InMemoryOffsetStore();
        if (stored is not null)
        {
            await store.SaveAsync("test", stored, 0, TestContext.Current.CancellationToken);
        }

        await using var engine = new CdcEngine(
            fixture.Source(), store, new CdcEngineOptions { Name = "test", StartFrom = start, StopWhenCaughtUp = true });
        var changes = new List<ChangeEvent>();
        await foreach (var change in engine.ReadAsync(TestContext.Current.CancellationToken))
        {
            changes.Add(change);
        }

        return changes;
    }

    private static string Describe(ChangeEvent change)
        => $"{change.Operation} {change.Table} {change.Key} {change.TotalOrder}/{change.DataCollectionOrder} {change.EventId}";

    /// <summary>The offset as version 1 wrote it: the position beside the source, with the counts of each open transaction.</summary>
    private static string FirstVersion(CdcOffset offset)
    {
        var second = JsonNode.Parse(offset.ToString())?.AsObject() ?? [];
        var counters = second["transaction"] switch
        {
            JsonArray several => several.Select(static one => one?.AsObject() ?? []).ToList(),
            JsonObject one => [one],
            _ => [],
        };
        var first = new JsonObject { ["v"] = 1, ["source"] = "mongodb" };
        foreach (var (property, value) in second["position"]?.AsObject() ?? [])
        {
            first[property] = value?.DeepClone();
        }

        if (second["source"]?["id"] is { } set)
        {
            first["set"] = set.DeepClone();
        }

        foreach (var open in first["tx"]?.AsArray() ?? [])
        {
            var session = new Guid(Convert.FromBase64String(open?["lsid"]?["id"]?["$binary"]?["base64"]?.GetValue<string>() ?? ""), true);
            var counted = counters.Find(one => one["id"]?.GetValue<string>() == $"{session:D}:{open?["txn"]}");
            if (open is JsonObject transaction)
            {
                transaction["events"] = counted?["total"]?.DeepClone() ?? 0;
                transaction["collections"] = counted?["tables"]?.DeepClone() ?? new JsonArray();
            }
        }

        return first.ToJsonString();
    }

    private static async Task RestoreAsync(StreamFixture fixture, string text)
    {
        var token = TestContext.Current.CancellationToken;
        var stored = await fixture.Store.LoadAsync("test", token);
        await fixture.Store.SaveAsync("test", text.Trim(), stored?.Version ?? 0, token);
    }

    private static string Json(ClusterTime time) => $$"""{"t":{{time.Seconds}},"i":{{time.Ordinal}}}""";
}
