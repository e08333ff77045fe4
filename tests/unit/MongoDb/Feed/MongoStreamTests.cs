using MongoDB.Bson;
using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Double;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Change streams through the engine, over the wire, from a double.</summary>
public sealed class MongoStreamTests
{
    [Fact]
    public async Task Insert_update_replace_and_delete_come_with_key_images_and_honesty_marks()
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"orders","changeStreamPreAndPostImages":{"enabled":true}}""");
        var reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":1,"qty":5}""");
        await fixture.WriteAsync(StreamFixture.Update(1, """{"$set":{"qty":6}}"""));
        await fixture.WriteAsync(StreamFixture.Update(1, """{"name":"x"}"""));
        await fixture.WriteAsync("""{"delete":"orders","deletes":[{"q":{"_id":1},"limit":1}]}""");

        var insert = await reading.ChangeAsync();
        Assert.Equal((ChangeOperation.Create, "shop", "orders"), (insert.Operation, insert.Database, insert.Table));
        Assert.Equal((1L, 5L, false), (insert.Key["_id"].AsInt64(), insert.After["qty"].AsInt64(), insert.Before.HasValue));
        var source = Assert.IsType<MongoSourceInfo>(insert.Source);
        Assert.Equal(("insert", AfterState.Exact, BeforeState.None), (source.OperationType, source.AfterState, source.BeforeState));
        Assert.Equal("""{"_id":{"$numberInt":"1"}}""", source.KeyJson);
        Assert.Equal(insert.EventId, source.ResumeToken["_data"].AsString);

        var update = await reading.ChangeAsync();
        source = Assert.IsType<MongoSourceInfo>(update.Source);
        Assert.Equal((ChangeOperation.Update, 5L, 6L), (update.Operation, update.Before["qty"].AsInt64(), update.After["qty"].AsInt64()));
        Assert.Equal((AfterState.Exact, BeforeState.Present), (source.AfterState, source.BeforeState));
        Assert.Equal("""{"qty":6}""", source.UpdateDescription.UpdatedFields.ToExtendedJson());
        Assert.Equal(update.After.ToBsonDocument(), source.UpdateDescription.Apply(update.Before).ToBsonDocument());
        Assert.Equal(update.After.ToBsonDocument(), source.UpdateDescription.Apply(update.Before.ToBsonDocument()));

        var replace = await reading.ChangeAsync();
        source = Assert.IsType<MongoSourceInfo>(replace.Source);
        Assert.Equal((ChangeOperation.Update, "replace", AfterState.Exact), (replace.Operation, source.OperationType, source.AfterState));
        Assert.True(replace.After["qty"].IsAbsent);

        var delete = await reading.ChangeAsync();
        Assert.Equal((ChangeOperation.Delete, false, "x"), (delete.Operation, delete.After.HasValue, delete.Before["name"].AsString()));
    }

    [Fact]
    public async Task Lookups_are_marked_as_such_and_a_document_that_is_gone_has_none()
    {
        await using var fixture = new StreamFixture();
        await fixture.InsertAsync("""{"_id":1,"qty":5}""");
        var reading = await fixture.OpenAsync(MongoOffsets.Now(fixture.Double));
        await reading.DisposeAsync();
        await fixture.WriteAsync(StreamFixture.Update(1, """{"$set":{"qty":6}}"""));
        await fixture.WriteAsync(StreamFixture.Update(1, """{"$set":{"qty":7}}"""));
        reading = await fixture.OpenAsync();
        var change = await reading.ChangeAsync();
        Assert.Equal((7L, AfterState.Lookup, BeforeState.NotConfigured),
            (change.After["qty"].AsInt64(), ((MongoSourceInfo)change.Source).AfterState, ((MongoSourceInfo)change.Source).BeforeState));
        await reading.Engine.CommitAsync(await reading.ChangeAsync(), TestContext.Current.CancellationToken);
        await reading.DisposeAsync();

        await fixture.WriteAsync(StreamFixture.Update(1, """{"$set":{"qty":8}}"""));
        await fixture.WriteAsync("""{"delete":"orders","deletes":[{"q":{"_id":1},"limit":1}]}""");
        reading = await fixture.OpenAsync();
        change = await reading.ChangeAsync();
        Assert.Equal((ChangeOperation.Update, false, AfterState.None),
            (change.Operation, change.After.HasValue, ((MongoSourceInfo)change.Source).AfterState));
        Assert.Equal("""{"qty":8}""", ((MongoSourceInfo)change.Source).UpdateDescription.UpdatedFields.ToExtendedJson());
    }

    [Fact]
    public async Task Expired_images_are_distinguished_from_those_that_never_existed()
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"orders","changeStreamPreAndPostImages":{"enabled":true}}""");
        await fixture.InsertAsync("""{"_id":1}""");
        await fixture.WriteAsync(StreamFixture.Update(1, """{"$set":{"a":1}}"""));
        fixture.Double.ExpireImages();
        fixture.Options = new MongoSourceOptions { FullDocument = FullDocumentMode.WhenAvailable };
        var reading = await fixture.OpenAsync(StartPosition.Earliest);
        Assert.Equal("create", (await reading.NextAsync<SchemaChange>()).Operation);
        await reading.ChangeAsync();
        var source = (MongoSourceInfo)(await reading.ChangeAsync()).Source;
        Assert.Equal((AfterState.None, BeforeState.Expired), (source.AfterState, source.BeforeState));
    }

    [Fact]
    public async Task Required_images_that_are_missing_end_the_stream_with_what_to_do()
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"orders","changeStreamPreAndPostImages":{"enabled":true}}""");
        fixture.Options = new MongoSourceOptions { FullDocument = FullDocumentMode.Required };
        var reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":1}""", "other");
        await fixture.WriteAsync(StreamFixture.Update(1, """{"$set":{"a":1}}""", "other"));
        var failure = await reading.FailureAsync<SourceInconsistentException>();
        Assert.Contains("WhenAvailable", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_has_begin_end_orders_and_counts()
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"orders"}""");
        await fixture.WriteAsync("""{"create":"lines"}""");
        var reading = await fixture.OpenAsync();
        await fixture.TransactAsync(StreamFixture.Insert("""{"_id":1}"""), StreamFixture.Insert("""{"_id":1}""", "lines"),
            StreamFixture.Insert("""{"_id":2}"""));
        var begin = await reading.NextAsync<TransactionBegin>();
        (long, long)[] orders = [(1, 1), (2, 1), (3, 2)];
        foreach (var expected in orders)
        {
            var change = await reading.ChangeAsync();
            Assert.Equal(expected, (change.TotalOrder, change.DataCollectionOrder));
            Assert.Same(begin.Transaction, change.Transaction);
        }

        // No further event: the post-batch token of an empty batch ends it.
        fixture.Double.AdvanceClusterTime();
        var end = await reading.NextAsync<TransactionEnd>();
        Assert.Equal(3, end.EventCount);
        Assert.Equal([new("shop.orders", 2), new("shop.lines", 1)], end.DataCollections);
        Assert.Equal(begin.Transaction.Id, end.Transaction.Id);
    }

    [Fact]
    public async Task A_restart_inside_a_transaction_continues_to_count_and_does_not_begin_it_again()
    {
        await using var fixture = new StreamFixture();
        await fixture.WriteAsync("""{"create":"orders"}""");
        await fixture.WriteAsync("""{"create":"lines"}""");
        var reading = await fixture.OpenAsync();
        await fixture.TransactAsync(StreamFixture.Insert("""{"_id":1}"""), StreamFixture.Insert("""{"_id":2}"""),
            StreamFixture.Insert("""{"_id":3}"""));
        await fixture.InsertAsync("""{"_id":4}""");
        var begin = await reading.NextAsync<TransactionBegin>();
        await reading.ChangeAsync();
        await reading.ChangeAsync();
        await reading.DisposeAsync();

        reading = await fixture.OpenAsync();
        var change = await reading.ChangeAsync();
        Assert.Equal((2L, 2L, 2L), (change.Key["_id"].AsInt64(), change.TotalOrder, change.DataCollectionOrder));
        Assert.Equal(begin.Transaction.Id, change.Transaction?.Id);
        Assert.Equal(3, (await reading.ChangeAsync()).TotalOrder);
        Assert.Equal(3, (await reading.NextAsync<TransactionEnd>()).EventCount);
        Assert.Null((await reading.ChangeAsync()).Transaction);
    }

    [Fact]
    public async Task Include_and_exclude_are_applied_by_the_server_and_choose_the_scope()
    {
        await using var fixture = new StreamFixture();
        fixture.Options = new MongoSourceOptions { Include = ["shop.ord*", "shop.x?"], Exclude = ["shop.orders_old"] };
        var reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":1}""", "lines");
        await fixture.InsertAsync("""{"_id":2}""", "orders_old");
        await fixture.InsertAsync("""{"_id":3}""");
        await fixture.WriteAsync(StreamFixture.Insert("""{"_id":4}"""), "crm");
        Assert.Equal("create orders", $"{(await reading.NextAsync<SchemaChange>()).Operation} orders");
        Assert.Equal(3, (await reading.ChangeAsync()).Key["_id"].AsInt64());
        await reading.QuietAsync();
        Assert.Contains("\"scope\":\"shop\"", (await fixture.Store.LoadAsync("test", TestContext.Current.CancellationToken))?.Text ?? "",
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drop_rename_and_dropDatabase_are_items_and_do_not_end_a_stream_of_the_deployment()
    {
        await using var fixture = new StreamFixture();
        await fixture.InsertAsync("""{"_id":1}""");
        await fixture.InsertAsync("""{"_id":1}""", "lines");
        var reading = await fixture.OpenAsync();
        await fixture.WriteAsync("""{"renameCollection":"shop.orders","to":"shop.sales"}""", "admin");
        await fixture.WriteAsync("""{"drop":"lines"}""");
        await fixture.WriteAsync("""{"dropDatabase":1}""");
        await fixture.InsertAsync("""{"_id":9}""");
        var rename = await reading.NextAsync<SchemaChange>();
        Assert.Equal((SchemaChangeKind.Rename, "shop", "orders", "shop", "sales"),
            (rename.Kind, rename.Database, rename.Table, rename.NewDatabase, rename.NewTable));
        var drop = await reading.NextAsync<SchemaChange>();
        Assert.Equal((SchemaChangeKind.Drop, "lines"), (drop.Kind, drop.Table));
        while (drop.Kind != SchemaChangeKind.DropDatabase)
        {
            drop = await reading.NextAsync<SchemaChange>();
        }

        Assert.Equal("create", (await reading.NextAsync<SchemaChange>()).Operation);
        Assert.Equal(9, (await reading.ChangeAsync()).Key["_id"].AsInt64());
    }

    [Theory]
    [InlineData(InvalidatePolicy.Fail)]
    [InlineData(InvalidatePolicy.Continue)]
    public async Task A_dropped_collection_ends_its_stream_or_not_as_the_policy_says(InvalidatePolicy policy)
    {
        await using var fixture = new StreamFixture();
        await fixture.InsertAsync("""{"_id":1}""");
        fixture.Options = new MongoSourceOptions { Database = "shop", Collection = "orders", OnInvalidate = policy,
            ShowExpandedEvents = false };
        var reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":2}""");
        await fixture.WriteAsync("""{"drop":"orders"}""");
        Assert.Equal(2, (await reading.ChangeAsync()).Key["_id"].AsInt64());
        Assert.Equal(SchemaChangeKind.Drop, (await reading.NextAsync<SchemaChange>()).Kind);
        Assert.Equal(SchemaChangeKind.Invalidate, (await reading.NextAsync<SchemaChange>()).Kind);
        if (policy == InvalidatePolicy.Fail)
        {
            await reading.FailureAsync<StreamInvalidatedException>();
            await reading.DisposeAsync();
            reading = await fixture.OpenAsync();
        }

        await fixture.InsertAsync("""{"_id":3}""");
        Assert.Equal(3, (await reading.ChangeAsync()).Key["_id"].AsInt64());
    }

    [Fact]
    public async Task Split_events_come_whole_and_the_offset_is_that_of_the_last_fragment()
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { MaxEventSize = 3000 });
        await fixture.WriteAsync("""{"create":"orders","changeStreamPreAndPostImages":{"enabled":true}}""");
        await fixture.InsertAsync($$"""{"_id":1,"text":"{{new string('a', 2000)}}"}""");
        var reading = await fixture.OpenAsync();
        await fixture.WriteAsync(StreamFixture.Update(1, $$$"""{"$set":{"text":"{{{new string('b', 2000)}}}"}}"""));
        await fixture.InsertAsync("""{"_id":2}""");
        var change = await reading.ChangeAsync();
        Assert.Equal((2000, 2000), (change.Before["text"].AsString().Length, change.After["text"].AsString().Length));
        Assert.Equal('b', change.After["text"].AsString()[0]);
        await reading.Engine.CommitAsync(change, TestContext.Current.CancellationToken);
        await reading.DisposeAsync();
        reading = await fixture.OpenAsync();
        Assert.Equal(2, (await reading.ChangeAsync()).Key["_id"].AsInt64());
    }

    [Theory]
    [InlineData(OversizeEventPolicy.Fail)]
    [InlineData(OversizeEventPolicy.Reduce)]
    public async Task An_event_that_is_too_large_fails_or_comes_without_its_documents(OversizeEventPolicy policy)
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { MaxEventSize = 1500 });
        await fixture.InsertAsync("""{"_id":0}""");
        fixture.Options = new MongoSourceOptions { OnOversizeEvent = policy };
        var reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":1}""");
        await fixture.InsertAsync($$"""{"_id":2,"text":"{{new string('a', 2000)}}"}""");
        await fixture.InsertAsync("""{"_id":3}""");
        if (policy == OversizeEventPolicy.Fail)
        {
            Assert.Contains("OnOversizeEvent", (await reading.FailureAsync<OversizeEventException>()).Message, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(1, (await reading.ChangeAsync()).Key["_id"].AsInt64());
        var large = await reading.ChangeAsync();
        Assert.Equal((2L, false, true), (large.Key["_id"].AsInt64(), large.After.HasValue, ((MongoSourceInfo)large.Source).IsReduced));
        var next = await reading.ChangeAsync();
        Assert.Equal((3L, true, false), (next.Key["_id"].AsInt64(), next.After.HasValue, ((MongoSourceInfo)next.Source).IsReduced));
    }

    [Theory]
    [InlineData(43)]
    [InlineData(11602)]
    [InlineData(10107)]
    public async Task A_resumable_error_is_not_seen(int code)
    {
        await using var fixture = new StreamFixture();
        var reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":1}""", "a");
        await reading.NextAsync<SchemaChange>();
        Assert.Equal(1, (await reading.ChangeAsync()).Key["_id"].AsInt64());
        fixture.Double.KillCursors(code);
        await fixture.InsertAsync("""{"_id":2}""", "a");
        Assert.Equal(2, (await reading.ChangeAsync()).Key["_id"].AsInt64());
        Assert.Equal(0, reading.Engine.Status.Reconnects);
    }

    [Fact]
    public async Task A_step_down_moves_the_stream_to_the_new_primary()
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { Nodes = 3 });
        var reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":1}""", "a");
        await reading.NextAsync<SchemaChange>();
        await reading.ChangeAsync();
        fixture.Double.StepDown();
        await fixture.InsertAsync("""{"_id":2}""", "a");
        Assert.Equal(2, (await reading.ChangeAsync()).Key["_id"].AsInt64());
    }

    [Fact]
    public async Task History_that_is_gone_is_a_lost_offset()
    {
        await using var fixture = new StreamFixture();
        var reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":1}""", "a");
        await reading.NextAsync<SchemaChange>();
        await reading.ChangeAsync();
        await reading.DisposeAsync();
        await fixture.InsertAsync("""{"_id":2}""", "a");
        fixture.Double.TruncateOplog();
        reading = await fixture.OpenAsync();
        Assert.Contains("oplog", (await reading.FailureAsync<OffsetLostException>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_offset_of_another_scope_or_pipeline_is_refused_unless_accepted()
    {
        await using var fixture = new StreamFixture();
        var reading = await fixture.OpenAsync();
        await reading.NextAsync<Heartbeat>();
        await reading.DisposeAsync();
        fixture.Options = new MongoSourceOptions { Pipeline = [BsonDocument.Parse("""{"$match":{"operationType":"insert"}}""")] };
        reading = await fixture.OpenAsync();
        var refusal = (await reading.FailureAsync<OffsetFormatException>()).Message;
        Assert.StartsWith("The offset of engine 'test' belongs to a stream with the pipeline ''", refusal, StringComparison.Ordinal);
        Assert.Contains("delete the stored offset", refusal, StringComparison.Ordinal);
        await reading.DisposeAsync();
        fixture.Options = new MongoSourceOptions { Database = "shop" };
        reading = await fixture.OpenAsync();
        Assert.Contains("scope", (await reading.FailureAsync<OffsetFormatException>()).Message, StringComparison.Ordinal);
        await reading.DisposeAsync();
        fixture.Options = new MongoSourceOptions { Database = "shop", AcceptOtherOffset = true };
        reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":1}""");
        await reading.NextAsync<SchemaChange>();
        await reading.ChangeAsync();
    }

    [Fact]
    public async Task An_idle_stream_moves_the_offset_so_that_the_oplog_may_roll()
    {
        await using var fixture = new StreamFixture();
        fixture.Options = new MongoSourceOptions { Include = ["shop.orders"] };
        var reading = await fixture.OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            await fixture.InsertAsync($$"""{"_id":{{i}}}""", "elsewhere");
        }

        fixture.Double.AdvanceClusterTime();
        var time = MongoOffsets.TimeOf(fixture.Double);
        var heartbeat = await reading.NextAsync<Heartbeat>();
        while (OffsetDocument.Read(heartbeat.Offset).Point.Time < time)
        {
            heartbeat = await reading.NextAsync<Heartbeat>();
        }

        await reading.Engine.CommitAsync(heartbeat, TestContext.Current.CancellationToken);
        await reading.DisposeAsync();
        fixture.Double.TruncateOplog(keep: 1);
        reading = await fixture.OpenAsync();
        await fixture.InsertAsync("""{"_id":7}""");
        await reading.NextAsync<SchemaChange>();
        Assert.Equal(7, (await reading.ChangeAsync()).Key["_id"].AsInt64());
    }

    [Fact]
    public async Task StopWhenCaughtUp_ends_after_what_existed_at_the_start()
    {
        await using var fixture = new StreamFixture();
        for (var i = 0; i < 20; i++)
        {
            await fixture.InsertAsync($$"""{"_id":{{i}}}""");
        }

        await using var engine = new CdcEngine(fixture.Source(), fixture.Store, new CdcEngineOptions
        {
            Name = "test", StartFrom = StartPosition.Earliest, StopWhenCaughtUp = true,
        });
        var seen = 0;
        await foreach (var change in engine.ReadAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal(seen++, change.Key["_id"].AsInt64());
        }

        Assert.Equal(20, seen);
    }
    [Fact]
    public async Task A_run_until_caught_up_does_not_wait_for_the_heartbeat_interval()
    {
        await using var fixture = new StreamFixture();
        await fixture.InsertAsync("""{"_id":1}""");
        var source = new MongoSource(new MongoSourceOptions
        {
            ConnectionString = fixture.Double.ConnectionString, HeartbeatInterval = TimeSpan.FromHours(1),
        });
        await using var engine = new CdcEngine(source, fixture.Store, new CdcEngineOptions
        {
            Name = "test", StartFrom = StartPosition.Earliest, StopWhenCaughtUp = true,
        });
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await foreach (var change in engine.ReadAsync(patience.Token))
        {
            Assert.Equal(1, change.Key["_id"].AsInt64());
        }

        Assert.Equal(EngineState.Stopped, engine.Status.State);
    }
}
