using System.Text;
using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;
using CdcEmbedded.Sources;
using CdcEmbedded.Transactions;
using FsCheck;
using FsCheck.Fluent;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>Offsets: those that version 1 wrote, damaged ones, and what they cost inside a transaction.</summary>
public sealed class OffsetTests
{
    private const string Token = "826B09C7AB0000000480000000000000006652E99F";
    private const string Gone = "826B09C7AB000000048000000000010000276C3654";
    private const string Id = """{"$binary":{"base64":"pvSX6clJRmmMPUiKCTKPlg==","subType":"04"}}""";
    private const string User = """{"$binary":{"base64":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","subType":"00"}}""";
    private const string Session = $$$"""{"id":{{{Id}}},"uid":{{{User}}}}""";

    private const string InTransaction = $$$"""
        {"v":1,"source":"mongodb","scope":"*","set":"rs0","token":{"_data":"826B09C7AB000000048000000002000000C5FA6B7D"},
        "time":{"t":1795803051,"i":4},"tx":[{"lsid":{{{Session}}},"txn":1,"ts_ms":1795803051753,"time":{"t":1795803051,"i":4},
        "events":3,"collections":[["shop","orders",2],["shop","lines",1]]}]}
        """;

    // Written by the revision before version 2, reading its own scripted server.
    [Theory]
    [InlineData("""{"v":1,"source":"mongodb","scope":"*","set":"rs0","time":{"t":1795803051,"i":1},"after":true}""",
        "*", "rs0", false, 1, true)]
    [InlineData($$$"""{"v":1,"source":"mongodb","scope":"*","set":"rs0","token":{"_data":"{{{Token}}}"},"time":{"t":1795803051,"i":4}}""",
        "*", "rs0", true, 4, false)]
    [InlineData(
        $$$"""{"v":1,"source":"mongodb","scope":"shop","set":"rs0","token":{"_data":"{{{Token}}}"},"time":{"t":1795803051,"i":4}}""",
        "shop", "rs0", true, 4, false)]
    [InlineData(
        $$$"""{"v":1,"source":"mongodb","scope":"shop.orders","set":"rs0","token":{"_data":"{{{Token}}}"},"time":{"t":1795803051,"i":4}}""",
        "shop.orders", "rs0", true, 4, false)]
    [InlineData($$$"""{"v":1,"source":"mongodb","scope":"*","token":{"_data":"{{{Token}}}"},"time":{"t":1795803051,"i":4}}""",
        "*", null, true, 4, false)]
    [InlineData(
        $$$"""{"v":1,"source":"mongodb","scope":"shop.orders","set":"rs0","token":{"_data":"{{{Gone}}}"},"time":{"t":1795803051,"i":4}}""",
        "shop.orders", "rs0", true, 4, false)]
    public void An_offset_of_version_1_is_read_and_written_as_version_2(
        string text, string scope, string? set, bool hasToken, int ordinal, bool isAfter)
    {
        var read = OffsetDocument.Read(CdcOffset.Parse(text));
        var written = read.ToOffset();
        Assert.StartsWith("""{"v":2,"source":{"kind":"mongodb""", written.ToString(), StringComparison.Ordinal);
        foreach (var document in (OffsetDocument[])[read, OffsetDocument.Read(written)])
        {
            Assert.Equal(
                (scope, set, hasToken, isAfter), (document.Scope, document.Set, document.Point.Token.HasValue, document.Point.IsAfter));
            Assert.Equal(new ClusterTime(1795803051, (uint)ordinal), document.Point.Time);
            Assert.Equal(hasToken ? OffsetDocument.Read(CdcOffset.Parse(text)).Point.Token : default, document.Point.Token);
        }
    }

    [Fact]
    public void An_offset_of_version_1_that_a_person_wrote_needs_no_scope()
    {
        var document = OffsetDocument.Read(CdcOffset.Parse("""{"v":1,"source":"mongodb","time":{"t":1700000000,"i":3}}"""));
        Assert.Equal((null, null, new ClusterTime(1700000000, 3)), (document.Scope, document.Set, document.Point.Time));
    }

    // Written by the last revision of version 1 with these pipelines.
    [Theory]
    [InlineData("a03f179e54b549fd", """{"$match":{"operationType":{"$in":["insert","delete"]}}}""")]
    [InlineData("3a36d47ce24cecdb", """{"$match":{"fullDocument.n":{"$gt":1.5}}}""",
        """
        {"$set":{"seen":true,"big":{"$numberLong":"5"},"small":5,"none":null,"at":{"$date":"2026-01-02T03:04:05Z"},
        "price":{"$numberDecimal":"1.10"},"r":{"$regularExpression":{"pattern":"^a","options":"i"}}}}
        """)]
    public void The_pipeline_of_an_offset_of_version_1_is_known(string fingerprint, params string[] stages)
    {
        var offset = CdcOffset.Parse($$$"""
            {"v":1,"source":"mongodb","scope":"*","set":"rs0","pipeline":"{{{fingerprint}}}",
            "token":{"_data":"826B0B77720000000280000000000000007C5F98D4"},"time":{"t":1795913586,"i":2}}
            """.Trim());

        Assert.Equal(fingerprint, OffsetDocument.Read(offset).Pipeline);
        Assert.Equal(fingerprint, PipelineCheck.Fingerprint([.. stages.Select(BsonDocument.Parse)]));
    }

    // Written by the last revision of version 1 on a sharded cluster.
    [Theory]
    [InlineData(0, """
        {"v":1,"source":"mongodb","scope":"*","time":{"t":1795913586,"i":3},"after":true,"tx":[{"lsid":{"id":{"$binary":{"base64":
        "NdMh7hCtQ5iPRy8X/xdXnw==","subType":"04"}},"uid":{"$binary":{"base64":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "subType":"00"}}},"txn":1,"ts_ms":1795913586714,"time":{"t":1795913586,"i":4},"events":0,"collections":[]}]}
        """)]
    [InlineData(2, """
        {"v":1,"source":"mongodb","scope":"*","token":{"_data":"826B0B777200000004800000000100000089FA55FF"},"time":{"t":1795913586,"i":4},
        "tx":[{"lsid":{"id":{"$binary":{"base64":"NdMh7hCtQ5iPRy8X/xdXnw==","subType":"04"}},"uid":{"$binary":{"base64":
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","subType":"00"}}},"txn":1,"ts_ms":1795913586714,"time":{"t":1795913586,"i":4},
        "events":2,"collections":[["shop","orders",1],["shop","lines",1]]}]}
        """)]
    public void An_offset_of_version_1_inside_a_transaction_of_a_sharded_cluster_is_read(int collections, string text)
    {
        var document = OffsetDocument.Read(CdcOffset.Parse(text.Trim()));

        var open = Assert.Single(document.Open);
        Assert.Equal("35d321ee-10ad-4398-8f47-2f17ff17579f", open.Transaction.Session["id"u8].AsGuid().ToString("D"));
        Assert.Equal((1L, new ClusterTime(1795913586, 4)), (open.Transaction.Number, open.LastTime));
        Assert.Equal((null, collections), (document.Set, open.Delivered.Length));
    }

    [Fact]
    public void An_offset_of_version_1_inside_a_transaction_keeps_its_counts_and_is_saved_as_version_2()
    {
        var offset = CdcOffset.Parse(InTransaction.Trim());
        var document = OffsetDocument.Read(offset);
        var stream = new StreamIdentity { Name = "test", SetName = "rs0", Scope = new StreamScope(null, null) };
        var tracker = new TransactionTracker(wantsItems: true);
        tracker.Start(offset);
        tracker.OnOpened(new MongoPosition(document));
        var assembler = new ChangeStreamAssembler(stream, document.Point, document.Open, true, null);
        var output = assembler.Process(Batch(Event("826B09C7AB000000048000000003000000C5FA6B7D", 0, "orders", Session)));
        tracker.Process(output);
        var changes = Assert.Single(output.Entries, static entry => entry.Changes is not null).Changes;
        Assert.Equal((4L, 3L), (changes?.GetTotalOrder(0), changes?.GetTableOrder(0)));
        var saved = changes?.PlaceAfter(0).ToOffset(null).ToString() ?? "";
        Assert.StartsWith("""{"v":2,""", saved, StringComparison.Ordinal);
        Assert.Contains("""["shop","orders",3],["shop","lines",1]""", saved, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_offset_is_refused_as_such_wherever_the_damage_is()
    {
        var sources = (string[])[InTransaction.Trim(), OffsetDocument.Read(CdcOffset.Parse(InTransaction.Trim())).ToOffset().ToString()];
        string[] damages = ["\ud800", "\\ud800", "\\u0000", "\"", "-", "1e99", "{", "]", "9999999999999999999", "null", "\u00e9", ""];
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>().Filter(static seed => seed >= 0),
            seed =>
            {
                var text = sources[seed % sources.Length];
                var damage = damages[seed / 2 % damages.Length];
                var at = (int)((seed * 2654435761L) % text.Length);
                var damaged = new StringBuilder(text).Remove(at, seed % 3 == 0 ? 0 : 1).Insert(at, damage).ToString();
                var failure = Xunit.Record.Exception(() => OffsetDocument.Read(CdcOffset.Parse(damaged)));
                Assert.True(failure is null or OffsetFormatException, $"{failure}\n{damaged}");
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
        foreach (var damage in damages)
        {
            var text = """{"v":2,"source":{"kind":"mongodb","id":"aX"},"position":{"scope":"X","token":{"_data":"X"}}}"""
                .Replace("X", damage, StringComparison.Ordinal);
            var failure = Xunit.Record.Exception(() => OffsetDocument.Read(CdcOffset.Parse(text)).ToOffset());
            Assert.True(failure is null or OffsetFormatException, $"{failure}\n{text}");
        }
    }

    [Fact]
    public void The_offset_of_a_change_costs_the_same_however_large_its_transaction_is()
    {
        Assert.InRange(BytesOfLastOffset(20_000), 1, 2 * BytesOfLastOffset(200));
    }

    [Fact]
    public void A_change_costs_the_same_however_many_sessions_have_transactions()
        => Assert.InRange(BytesOfLastSessions(4000), 1, 3 * BytesOfLastSessions(400));

    private static long BytesOfLastSessions(int sessions)
    {
        var stream = new StreamIdentity { Name = "test", Scope = new StreamScope(null, null), IsSharded = true };
        var assembler = new ChangeStreamAssembler(stream, StreamPoint.At(new ClusterTime(1, 1), false), [], true, null);
        var batches = Enumerable.Range(0, sessions / 100).Select(batch => Batch([.. Enumerable.Range(batch * 100, 100).Select(
            static n => Event($"82000000050000000100{n:X8}", n, "orders", $$"""{"id":{{n}}}"""))])).ToList();
        long allocated = 0;
        foreach (var batch in batches)
        {
            allocated = GC.GetAllocatedBytesForCurrentThread();
            assembler.Process(batch);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        }

        return allocated;
    }

    private static long BytesOfLastOffset(int changes)
    {
        var stream = new StreamIdentity { Name = "test", SetName = "rs0", Scope = new StreamScope(null, null) };
        var assembler = new ChangeStreamAssembler(stream, StreamPoint.At(new ClusterTime(1, 1), false), [], true, null);
        var tracker = new TransactionTracker(wantsItems: true);
        tracker.Start(null);
        tracker.OnOpened(assembler.Position);
        ChangeSet? last = null;
        for (var i = 0; i < changes; i += 100)
        {
            var events = Enumerable.Range(i, 100).Select(
                n => Event($"82000000050000000100{n:X8}", n, n % 2 == 0 ? "orders" : "lines", """{"id":1}"""));
            var output = assembler.Process(Batch([.. events]));
            tracker.Process(output);
            last = output.Entries[^1].Changes;
        }

        Assert.NotNull(last);
        last.PlaceAfter(last.Count - 1).ToOffset(null);
        var before = GC.GetAllocatedBytesForCurrentThread();
        last.PlaceAfter(last.Count - 1).ToOffset(null);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static RawBson Event(string token, int key, string collection, string session) => RawBson.Parse($$$"""
        {"_id":{"_data":"{{{token}}}"},"operationType":"insert","clusterTime":{"$timestamp":{"t":1795803051,"i":4}},
        "lsid":{{{session}}},"txnNumber":1,"ns":{"db":"shop","coll":"{{{collection}}}"},"documentKey":{"_id":{{{key}}}}}
        """);

    private static MongoBatch Batch(params RawBson[] events)
    {
        var cursor = new BsonDocument
        {
            { "id", 1L }, { "ns", "a.b" }, { "nextBatch", new BsonArray(events.Select(static one => one.ToRawDocument())) },
        };
        return new MongoBatch(new RawBson(new BsonDocument("cursor", cursor).ToBson()));
    }
}
