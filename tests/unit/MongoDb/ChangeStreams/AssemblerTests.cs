using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.MongoDb.Documents;
using MongoDB.Bson;
using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.Sources;
using CdcEmbedded.Transactions;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>What batches become: cases that a random history does not have.</summary>
public sealed class AssemblerTests
{
    private static readonly StreamIdentity _stream = new() { Name = "test", SetName = "rs0", Scope = new StreamScope(null, null) };

    [Fact]
    public void Transactions_of_one_time_that_interleave_keep_their_own_orders_and_both_survive_a_restart()
    {
        var assembler = New(StreamPoint.At(new ClusterTime(1, 1), false));
        var first = assembler.Process(Batch(Event(5, 1, 1), Event(5, 2, 2), Event(5, 3, 1)));
        var transactions = Tracker(null);
        Assert.Equal(["Begin 1", "1/1", "Begin 2", "2/1", "1/2"], Texts(first, transactions));
        var offset = first.Entries[^1].Place.ToOffset(null);
        var document = OffsetDocument.Read(offset);
        Assert.Equal([1L, 2L], document.Open.Select(static open => open.Transaction.Number).Order());

        var resumed = New(document.Point, document.Open);
        Assert.Equal(["2/2", "1/3", "End 2 (2)", "End 1 (3)", "-"],
            Texts(resumed.Process(Batch(Event(5, 4, 2), Event(5, 5, 1), Event(6, 1))), Tracker(offset)));
    }

    [Fact]
    public void A_transaction_of_a_cluster_ends_when_no_shard_can_have_more_of_it()
    {
        var sharded = new StreamIdentity { Name = "test", Scope = new StreamScope(null, null), IsSharded = true };
        var assembler = new ChangeStreamAssembler(sharded, StreamPoint.At(new ClusterTime(1, 1), false), [], true, null);
        var transactions = Tracker(null);
        Assert.Equal(["Begin 1", "1/1", "-", "1/2"],
            Texts(assembler.Process(Batch(Event(5, 1, 1), Event(7, 1), Event(15, 1, 1))), transactions));
        Assert.Equal(["Heartbeat"], Texts(assembler.Process(Batch(History.Token(25, 0, 0))), transactions));
        Assert.Equal(["End 1 (2)", "Heartbeat"], Texts(assembler.Process(Batch(History.Token(26, 0, 0))), transactions));
        Assert.Equal(["Begin 3", "3/1", "End 3 (1)", "Begin 4", "4/1"],
            Texts(assembler.Process(Batch(Event(30, 1, 3), Event(31, 1, 4))), transactions));
        Assert.Equal(["End 4 (1)", ""], Texts(assembler.Process(Batch(Event(32, 1, 4, "endOfTransaction"))), transactions));
    }

    [Fact]
    public void Events_that_a_router_repeats_after_an_invalidate_are_skipped()
    {
        var token = "8200000005000000012B042C0100296F1404";
        var start = new StreamPoint(RawBson.Parse($$"""{"_data":"{{token}}"}"""), new ClusterTime(5, 1), false);
        var assembler = New(start);
        assembler.OnReopened();
        Assert.Equal(["-"], Texts(assembler.Process(Batch(
            Insert("8200000004000000012B042C0100296E1404", 4), Insert("8200000005000000012B042C0100296E1404", 5),
            Insert(token, 5), Insert("8200000006000000012B042C0100296E1404", 6)))));
    }

    [Fact]
    public void A_token_that_is_not_later_ends_nothing_and_moves_nothing_back()
    {
        var assembler = New(StreamPoint.At(new ClusterTime(1, 1), false));
        var transactions = Tracker(null);
        Assert.Equal(["Begin 1", "1/1"], Texts(assembler.Process(Batch(Event(5, 1, 1))), transactions));
        var token = assembler.Point.Token;
        Assert.Equal(["Heartbeat"], Texts(assembler.Process(Batch(History.Token(5, 0, 0)))));
        Assert.Equal(token, assembler.Point.Token);
        Assert.Equal(["Heartbeat"], Texts(assembler.Process(Batch((string?)null))));
        Assert.Equal(["End 1 (1)", "Heartbeat"], Texts(assembler.Process(Batch(History.Token(6, 0, 0))), transactions));
    }

    [Theory]
    [InlineData("82zz")]
    [InlineData("8200000006000000012B042C0100296E140")]
    [InlineData("82000000060000\u00e9012B042C0100296E1404")]
    public void A_token_that_begins_as_a_key_string_and_is_none_is_never_a_position(string token)
    {
        var assembler = New(StreamPoint.At(new ClusterTime(1, 1), false));
        Assert.Equal(["-"], Texts(assembler.Process(Batch(Event(5, 1)))));
        var before = assembler.Point.Token;

        Assert.Equal(["Heartbeat"], Texts(assembler.Process(Batch(token))));
        Assert.Equal(before, assembler.Point.Token);
        Assert.True(Assert.Throws<CdcProtocolException>(() => assembler.Process(Batch(Insert(token, 6)))).IsTransient);
        Assert.Equal(before, assembler.Point.Token);
    }

    [Fact]
    public void Events_at_the_start_itself_are_skipped_if_the_latest_position_was_requested()
    {
        var assembler = New(StreamPoint.At(new ClusterTime(5, 1), isAfter: true));
        Assert.Equal(["Heartbeat"], Texts(assembler.Process(Batch(History.Token(5, 0, 0)))));
        Assert.True(assembler.Point.IsAfter);
        Assert.Equal(["-"], Texts(assembler.Process(Batch(Event(5, 1), Event(6, 1)))));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(1, 0)]
    public void A_split_event_that_begins_wrongly_is_an_error(int fragment, int of)
        => Assert.Throws<SourceInconsistentException>(() => New(default).Process(Batch(Fragment(fragment, of))));

    [Fact]
    public void A_gap_in_a_split_event_is_an_error_and_moves_nothing()
    {
        var assembler = New(StreamPoint.At(new ClusterTime(1, 1), false));
        Assert.Empty(assembler.Process(Batch(History.Token(9, 0, 0), Fragment(1, 3))).Entries);
        Assert.False(assembler.Point.Token.HasValue);
        Assert.Throws<SourceInconsistentException>(() => assembler.Process(Batch(Fragment(3, 3))));
        Assert.Throws<SourceInconsistentException>(() => assembler.Process(Batch(Event(6, 1))));
    }

    [Fact]
    public void What_came_before_a_damaged_event_is_handed_over_first()
    {
        var assembler = New(StreamPoint.At(new ClusterTime(1, 1), false));
        Assert.Equal(["-", "-"], Texts(assembler.Process(Batch(History.Token(9, 0, 0), Event(5, 1), Event(6, 1), Fragment(2, 3)))));
        Assert.Equal(new ClusterTime(6, 1), assembler.Point.Time);
        Assert.IsType<SourceInconsistentException>(assembler.Failure?.SourceException);
    }

    [Fact]
    public void An_operation_that_is_not_known_and_one_without_a_name_are_items()
    {
        var output = New(default).Process(Batch(
            RawBson.Parse("""{"_id":{"_data":"8200"},"operationType":"inventedLater","ns":{"db":"shop","odd":1}}"""),
                RawBson.Parse("""{"_id":{"_data":"8201"}}""")));
        Assert.Equal(["inventedLater", ""], output.Entries.Select(static entry => Assert.IsType<SchemaChange>(entry.Item))
            .Select(static item => item.Operation));
    }

    [Fact]
    public void An_event_without_an_operation_is_an_error_for_a_loop_over_changes_that_would_not_see_it()
    {
        var assembler = new ChangeStreamAssembler(_stream, StreamPoint.At(new ClusterTime(1, 1), false), [], wantsItems: false, null);
        var output = assembler.Process(Batch(Event(5, 1), RawBson.Parse($$$"""
            {"_id":{"_data":"{{{History.Token(6, 1, 0)}}}"},"ns":{"db":"shop","coll":"orders"},"documentKey":{"_id":1}}
            """)));
        Assert.Equal(["-"], Texts(output));
        Assert.Contains("operationType", Assert.Throws<CdcProtocolException>(() => assembler.Failure!.Throw()).Message,
            StringComparison.Ordinal);
        Assert.Equal(new ClusterTime(5, 1), ResumeTokens.TimeOf(assembler.Point.Token));
    }

    [Fact]
    public void A_server_without_post_batch_tokens_ends_a_transaction_by_its_time_and_never_by_an_earlier_one()
    {
        var assembler = New(StreamPoint.At(new ClusterTime(1, 1), false));
        var transactions = Tracker(null);
        Assert.Equal(["Begin 1", "1/1"], Texts(assembler.Process(Batch(Event(5, 1, 1))), transactions));
        Assert.Equal(["Heartbeat"], Texts(assembler.Process(Batch(null, time: 5)), transactions));
        Assert.Equal(["End 1 (1)", "Heartbeat"], Texts(assembler.Process(Batch(null, time: 6)), transactions));
        Assert.Equal(new ClusterTime(5, 1), ResumeTokens.TimeOf(assembler.Point.Token));
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(9, true)]
    [InlineData(null, true)]
    public void A_stream_that_ends_when_it_has_caught_up_ends_by_the_token_of_an_empty_batch(int? seconds, bool ends)
    {
        // As the offset of a first start: a time, without a token.
        var assembler = new ChangeStreamAssembler(_stream, StreamPoint.At(new ClusterTime(5, 1), isAfter: true), [], true,
            end: new ClusterTime(9, 1));
        assembler.Process(Batch(seconds is { } time ? $"82{time:X8}00000001000000" : null));
        Assert.Equal(ends, assembler.HasReachedEnd);
    }

    [Fact]
    public void A_session_and_a_collection_whose_ids_are_no_uuids_after_all_can_be_read()
    {
        var document = RawBson.Parse("""
            {"_id":{"_data":"8201"},"operationType":"insert","ns":{"db":"shop","coll":"orders"},"documentKey":{"_id":1},"txnNumber":1.0,
            "lsid":{"id":{"$binary":{"base64":"AQID","subType":"00"}}},"collectionUUID":{"$binary":{"base64":"AQID","subType":"00"}}}
            """).Bytes.ToArray();

        // The subtype of a UUID, which no parser gives to three bytes.
        ReadOnlySpan<byte> value = [3, 0, 0, 0, 0, 1, 2, 3];
        for (var at = document.AsSpan().IndexOf(value); at >= 0; at = document.AsSpan().IndexOf(value))
        {
            document[at + 4] = 4;
        }

        var output = New(default).Process(Batch(new RawBson(document)));
        var change = Assert.Single(output.Entries).Changes!.ToEvent(0);
        Assert.EndsWith(":1", change.Transaction?.Id, StringComparison.Ordinal);
        Assert.Null(((MongoSourceInfo)change.Source).CollectionUuid);
    }

    [Fact]
    public void Every_change_of_a_batch_has_the_names_of_its_own_namespace()
    {
        string[] places =
        [
            .. Enumerable.Range(0, 60).Select(static i => $$"""{"db":"shop{{i % 7}}","coll":"c{{i % 5}}_orders"}"""),
            """{"db":"shop"}""", """{"coll":"orders"}""", "{}", """{"db":5,"coll":"x"}""", """{"db":"été","coll":"été"}""", "7",
        ];
        var output = New(default).Process(Batch([.. places.Select(static (place, i) => RawBson.Parse(
            $$$"""{"_id":{"_data":"82{{{i:X4}}}"},"operationType":"insert","ns":{{{place}}},"documentKey":{"_id":1}}"""))]));
        var changes = Assert.Single(output.Entries).Changes!;
        for (var read = 0; read < 2; read++)
        {
            for (var i = 0; i < places.Length; i++)
            {
                var expected = i < places.Length - 1 ? RawBson.Parse(places[i]) : RawBson.Empty;
                Assert.Equal((expected.TryGetString("db"u8, out var database) ? database : "",
                    expected.TryGetString("coll"u8, out var collection) ? collection : ""),
                    (changes.GetDatabase(i), changes.GetTable(i)));
            }
        }
    }

    [Fact]
    public void An_event_without_a_token_is_an_error_that_names_the_pipeline()
        => Assert.Contains("pipeline", Assert.Throws<CdcProtocolException>(
            () => New(default).Process(Batch(RawBson.Parse("""{"operationType":"insert"}""")))).Message, StringComparison.Ordinal);

    [Fact]
    public void An_offset_keeps_tokens_of_any_form()
    {
        var token = RawBson.Parse("""{"_data":{"$binary":{"base64":"gqs=","subType":"00"}},"n":{"$numberLong":"5"}}""");
        var offset = MongoOffset.FromResumeToken(token.ToRecord().ToBsonDocument());
        Assert.Equal(token, OffsetDocument.Read(CdcOffset.Parse(offset.ToString())).Point.Token);
    }

    [Theory]
    [InlineData("""{"v":1,"source":"mongodb"}""")]
    [InlineData("""{"v":1,"source":"mongodb","token":5}""")]
    [InlineData("""{"v":1,"source":"mongodb","time":{"t":-1,"i":0}}""")]
    [InlineData("""{"v":1,"source":"mongodb","time":{"t":1,"i":0},"tx":[{"lsid":{}}]}""")]
    [InlineData("""{"v":1,"source":"mysql","file":"a","pos":4}""")]
    public void A_damaged_offset_is_refused(string text)
        => Assert.Throws<OffsetFormatException>(() => OffsetDocument.Read(CdcOffset.Parse(text)));

    private static ChangeStreamAssembler New(StreamPoint start, IReadOnlyCollection<TransactionProgress>? open = null)
        => new(_stream, start, open ?? [], true, null);

    private static TransactionTracker Tracker(CdcOffset? start)
    {
        var tracker = new TransactionTracker(wantsItems: true);
        tracker.Start(start);
        tracker.OnOpened(new MongoPosition(_stream, StreamPoint.At(new ClusterTime(1, 1), false), MongoPosition.NoneOpen));
        return tracker;
    }

    private static List<string> Texts(FeedBatch batch, TransactionTracker? transactions = null)
    {
        (transactions ?? Tracker(null)).Process(batch);
        return [.. Texts(batch.Entries)];
    }

    private static IEnumerable<string> Texts(IReadOnlyList<FeedEntry> entries)
    {
        foreach (var entry in entries)
        {
            switch (entry.Item)
            {
                case TransactionBegin begin:
                    yield return $"Begin {Number(begin.Transaction)}";
                    break;
                case TransactionEnd end:
                    yield return $"End {Number(end.Transaction)} ({end.EventCount})";
                    break;
                case Heartbeat:
                    yield return "Heartbeat";
                    break;
                case SchemaChange:
                    yield return "";
                    break;
                default:
                    for (var i = 0; i < entry.Changes?.Count; i++)
                    {
                        yield return entry.Changes.Transaction is { } transaction
                            ? $"{Number(transaction)}/{entry.Changes.GetTotalOrder(i)}" : "-";
                    }

                    break;
            }
        }
    }

    private static string Number(TransactionInfo transaction) => transaction.Id.Split(':')[^1];

    private static RawBson Insert(string token, uint time) => RawBson.Parse($$$"""
        {"_id":{"_data":"{{{token}}}"},"operationType":"insert","clusterTime":{"$timestamp":{"t":{{{time}}},"i":1}},
        "ns":{"db":"shop","coll":"orders"},"documentKey":{"_id":1}}
        """);

    private static RawBson Event(uint time, int index, int? transaction = null, string operation = "insert") => RawBson.Parse($$$"""
        {"_id":{"_data":"{{{History.Token(time, index, 0)}}}"},"operationType":"{{{operation}}}",
        "clusterTime":{"$timestamp":{"t":{{{time}}},"i":1}},
        {{{(transaction is null ? "" : $"\"lsid\":{{\"id\":1}},\"txnNumber\":{transaction},")}}}
        "ns":{"db":"shop","coll":"orders"},"documentKey":{"_id":1}}
        """);

    private static RawBson Fragment(int fragment, int of) => RawBson.Parse(
        $$$"""{"_id":{"_data":"{{{History.Token(5, 1, fragment)}}}"},"splitEvent":{"fragment":{{{fragment}}},"of":{{{of}}}}}""");

    private static MongoBatch Batch(params RawBson[] events) => Batch(null, events);

    private static MongoBatch Batch(string? token, uint time)
        => new(new RawBson(Batch(token).Reply.ToRecord().ToBsonDocument().Add("operationTime", new BsonTimestamp((int)time, 1)).ToBson()));

    private static MongoBatch Batch(string? token, params RawBson[] events)
    {
        var cursor = new BsonDocument
        {
            { "id", 1L },
            { "ns", "a.b" },
            { "nextBatch", new BsonArray(events.Select(static one => one.ToRawDocument())) },
        };
        if (token is not null)
        {
            cursor.Add("postBatchResumeToken", new BsonDocument("_data", token));
        }

        return new MongoBatch(new RawBson(new BsonDocument("cursor", cursor).ToBson()));
    }
}
