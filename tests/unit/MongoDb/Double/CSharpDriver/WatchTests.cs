using CdcEmbedded.MongoDb.Double;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Tests.Double.CSharpDriver;

/// <summary>The C# driver's <c>Watch</c> on the double.</summary>
public sealed class WatchTests
{
    private static readonly ChangeStreamOptions _short = new() { MaxAwaitTime = TimeSpan.FromMilliseconds(200) };

    [Theory]
    [InlineData("collection")]
    [InlineData("database")]
    [InlineData("deployment")]
    public async Task Watch_reports_insert_update_replace_and_delete(string scope)
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        using var stream = new WatchedStream(scope switch
        {
            "collection" => await client.Orders.WatchAsync(_short),
            "database" => await client.Database.WatchAsync(_short),
            _ => await client.Client.WatchAsync(_short),
        });
        await client.Orders.InsertOneAsync(BsonDocument.Parse("{ _id: 1, a: 1, list: [1, 2, 3] }"));
        await client.Orders.UpdateOneAsync(
            new BsonDocument("_id", 1), BsonDocument.Parse("{ $set: { a: 2, 'deep.b': 1 }, $unset: { list: 1 } }"));
        await client.Orders.ReplaceOneAsync(new BsonDocument("_id", 1), new BsonDocument("a", 3));
        await client.Orders.DeleteOneAsync(new BsonDocument("_id", 1));
        ChangeStreamDocument<BsonDocument>[] changes = await stream.NextAsync(4);
        Assert.Equal(
            [
                ChangeStreamOperationType.Insert, ChangeStreamOperationType.Update, ChangeStreamOperationType.Replace,
                ChangeStreamOperationType.Delete,
            ],
            changes.Select(change => change.OperationType));
        Assert.All(changes, change => Assert.Equal("shop.orders", change.CollectionNamespace.FullName));
        Assert.All(changes, change => Assert.Equal(new BsonDocument("_id", 1), change.DocumentKey));
        Assert.All(changes, change => Assert.NotNull(change.WallTime));
        Assert.True(changes[0].ClusterTime < changes[3].ClusterTime);
        Assert.Equal(BsonDocument.Parse("{ _id: 1, a: 1, list: [1, 2, 3] }"), changes[0].FullDocument);
        Assert.Equal(BsonDocument.Parse("{ a: 2, deep: { b: 1 } }"), changes[1].UpdateDescription.UpdatedFields);
        Assert.Equal(["list"], changes[1].UpdateDescription.RemovedFields);
        Assert.Null(changes[1].FullDocument);
        Assert.Equal(BsonDocument.Parse("{ _id: 1, a: 3 }"), changes[2].FullDocument);
    }

    [Theory]
    [InlineData("resumeAfter")]
    [InlineData("startAfter")]
    public async Task Watch_resumes_after_a_token(string option)
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders);
        await client.Orders.InsertManyAsync(Enumerable.Range(1, 3).Select(id => new BsonDocument("_id", id)));
        BsonDocument token = (await stream.NextAsync()).ResumeToken;
        var options = WatchedStream.Options;
        options.ResumeAfter = option == "resumeAfter" ? token : null;
        options.StartAfter = option == "startAfter" ? token : null;
        using WatchedStream resumed = await WatchedStream.OpenAsync(client.Orders, options);
        Assert.Equal([2, 3], (await resumed.NextAsync(2)).Select(change => change.DocumentKey["_id"].AsInt32));
    }

    [Fact]
    public async Task Watch_starts_at_an_operation_time()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders);
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 2));
        ChangeStreamDocument<BsonDocument>[] changes = await stream.NextAsync(2);
        var options = WatchedStream.Options;
        options.StartAtOperationTime = changes[1].ClusterTime;
        using WatchedStream timed = await WatchedStream.OpenAsync(client.Orders, options);
        Assert.Equal(2, (await timed.NextAsync()).DocumentKey["_id"]);
    }

    [Fact]
    public async Task Watch_survives_a_cut_connection_and_a_resumable_error()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders);
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        Assert.Equal(1, (await stream.NextAsync()).DocumentKey["_id"]);
        deployment.Nodes[0].CutConnections();
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 2));
        Assert.Equal(2, (await stream.NextAsync()).DocumentKey["_id"]);
        deployment.KillCursors(91);
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 3));
        Assert.Equal(3, (await stream.NextAsync()).DocumentKey["_id"]);
        Assert.Contains(deployment.Commands.Named("aggregate"), command => command.Command.ToString().Contains("resumeAfter"));
    }

    [Fact]
    public async Task Watch_ends_with_invalidate_and_starts_after_it()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders);
        await client.Database.DropCollectionAsync("orders");
        Assert.Equal(ChangeStreamOperationType.Drop, (await stream.NextAsync()).OperationType);
        ChangeStreamDocument<BsonDocument> last = await stream.NextAsync();
        Assert.Equal(ChangeStreamOperationType.Invalidate, last.OperationType);
        Assert.False(await stream.Cursor.MoveNextAsync());
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 2));
        var options = WatchedStream.Options;
        options.StartAfter = last.ResumeToken;
        using WatchedStream again = await WatchedStream.OpenAsync(client.Orders, options);
        Assert.Equal(2, (await again.NextAsync()).DocumentKey["_id"]);
        options.StartAfter = null;
        options.ResumeAfter = last.ResumeToken;
        var refused = await Assert.ThrowsAsync<MongoDB.Driver.MongoCommandException>(() => WatchedStream.OpenAsync(client.Orders, options));
        Assert.Equal(260, refused.Code);
    }

    [Fact]
    public async Task Watch_gives_images_before_and_after_where_the_collection_records_them()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        await client.Database.CreateCollectionAsync(
            "orders", new CreateCollectionOptions { ChangeStreamPreAndPostImagesOptions = new() { Enabled = true } });
        await client.Orders.InsertOneAsync(BsonDocument.Parse("{ _id: 1, a: 1 }"));
        var options = WatchedStream.Options;
        options.FullDocument = ChangeStreamFullDocumentOption.WhenAvailable;
        options.FullDocumentBeforeChange = ChangeStreamFullDocumentBeforeChangeOption.WhenAvailable;
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders, options);
        await client.Orders.UpdateOneAsync(new BsonDocument("_id", 1), Builders<BsonDocument>.Update.Set("a", 2));
        await client.Orders.UpdateOneAsync(new BsonDocument("_id", 1), Builders<BsonDocument>.Update.Set("a", 3));
        await client.Orders.DeleteOneAsync(new BsonDocument("_id", 1));
        ChangeStreamDocument<BsonDocument>[] changes = await stream.NextAsync(3);
        Assert.Equal([2, 3], changes.Take(2).Select(change => change.FullDocument["a"].AsInt32));
        Assert.Equal([1, 2, 3], changes.Select(change => change.FullDocumentBeforeChange["a"].AsInt32));
    }

    [Fact]
    public async Task Watch_with_updateLookup_gives_the_document_as_it_is_now()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        await client.Orders.InsertOneAsync(BsonDocument.Parse("{ _id: 1, a: 1 }"));
        var options = WatchedStream.Options;
        options.FullDocument = ChangeStreamFullDocumentOption.UpdateLookup;
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders, options);
        await client.Orders.UpdateOneAsync(new BsonDocument("_id", 1), Builders<BsonDocument>.Update.Set("a", 2));
        Assert.Equal(2, (await stream.NextAsync()).FullDocument["a"]);
    }

    [Fact]
    public async Task Watch_reports_expanded_events_where_asked()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        var options = WatchedStream.Options;
        options.ShowExpandedEvents = true;
        using var stream = new WatchedStream(await client.Database.WatchAsync(options));
        await client.Database.CreateCollectionAsync("orders");
        await client.Orders.Indexes.CreateOneAsync(
            new CreateIndexModel<BsonDocument>(Builders<BsonDocument>.IndexKeys.Ascending("x")));
        await client.Orders.InsertOneAsync(BsonDocument.Parse("{ _id: 1, a: { '1': 1 } }"));
        await client.Orders.UpdateOneAsync(new BsonDocument("_id", 1), BsonDocument.Parse("{ $set: { 'a.1': 2 } }"));
        await client.Database.RenameCollectionAsync("orders", "archive");
        ChangeStreamDocument<BsonDocument>[] changes = await stream.NextAsync(5);
        Assert.Equal(
            [
                ChangeStreamOperationType.Create, ChangeStreamOperationType.CreateIndexes, ChangeStreamOperationType.Insert,
                ChangeStreamOperationType.Update, ChangeStreamOperationType.Rename,
            ],
            changes.Select(change => change.OperationType));
        Assert.All(changes, change => Assert.NotNull(change.CollectionUuid));
        Assert.Equal(
            BsonDocument.Parse("{ 'a.1': ['a', '1'] }"), changes[3].UpdateDescription.DisambiguatedPaths);
        Assert.Equal("shop.archive", changes[4].RenameTo.FullName);
    }

    [Fact]
    public async Task Watch_merges_the_fragments_of_a_large_event()
    {
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { MaxEventSize = 4000 });
        using DriverClient client = DriverClient.Connect(deployment);
        await client.Database.CreateCollectionAsync(
            "orders", new CreateCollectionOptions { ChangeStreamPreAndPostImagesOptions = new() { Enabled = true } });
        await client.Orders.InsertOneAsync(new BsonDocument { { "_id", 1 }, { "text", new string('a', 2500) } });
        var options = WatchedStream.Options;
        options.FullDocument = ChangeStreamFullDocumentOption.Required;
        options.FullDocumentBeforeChange = ChangeStreamFullDocumentBeforeChangeOption.Required;
        PipelineDefinition<ChangeStreamDocument<BsonDocument>, ChangeStreamDocument<BsonDocument>> pipeline =
            new EmptyPipelineDefinition<ChangeStreamDocument<BsonDocument>>().ChangeStreamSplitLargeEvent();
        using var stream = new WatchedStream(await client.Orders.WatchAsync(pipeline, options));
        await client.Orders.UpdateOneAsync(
            new BsonDocument("_id", 1), Builders<BsonDocument>.Update.Set("text", new string('b', 2500)));
        ChangeStreamDocument<BsonDocument> first = await stream.NextAsync();
        Assert.Equal(1, first.SplitEvent.Fragment);
        ChangeStreamDocument<BsonDocument>[] rest = await stream.NextAsync(first.SplitEvent.Of - 1);
        Assert.Equal(Enumerable.Range(2, rest.Length), rest.Select(part => part.SplitEvent.Fragment));
    }

    [Fact]
    public async Task Watch_applies_the_pipeline_on_the_server()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        PipelineDefinition<ChangeStreamDocument<BsonDocument>, ChangeStreamDocument<BsonDocument>> pipeline =
            new EmptyPipelineDefinition<ChangeStreamDocument<BsonDocument>>()
                .Match(BsonDocument.Parse("{ operationType: 'insert', 'fullDocument.keep': true }"));
        using var stream = new WatchedStream(await client.Orders.WatchAsync(pipeline, _short));
        await client.Orders.InsertManyAsync([BsonDocument.Parse("{ _id: 1, keep: false }"), BsonDocument.Parse("{ _id: 2, keep: true }")]);
        Assert.Equal(2, (await stream.NextAsync()).DocumentKey["_id"]);
    }

    [Fact]
    public async Task Watch_of_an_idle_collection_advances_its_token()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        using WatchedStream stream = await WatchedStream.OpenAsync(client.Orders);
        string before = stream.Cursor.GetResumeToken()["_data"].AsString;
        await client.Database.GetCollection<BsonDocument>("others").InsertOneAsync(new BsonDocument("_id", 1));

        // The first batch is the empty one that the aggregate returned.
        string after = before;
        for (int i = 0; i < 20 && after == before; i++)
        {
            Assert.True(await stream.Cursor.MoveNextAsync());
            Assert.Empty(stream.Cursor.Current);
            after = stream.Cursor.GetResumeToken()["_data"].AsString;
        }

        Assert.True(string.CompareOrdinal(after, before) > 0, $"{before} then {after}");
    }
}
