using CdcEmbedded.MongoDb.Double;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Tests.Double.CSharpDriver;

/// <summary>The C# driver writes to the double and reads back.</summary>
public sealed class CrudTests
{
    [Fact]
    public async Task Document_with_every_type_is_read_back_as_inserted()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        var document = new BsonDocument
        {
            { "_id", 1 }, { "long", 9007199254740993 }, { "decimal", MongoDB.Bson.Decimal128.Parse("12.50") }, { "double", -0.0 },
            { "uuid", new BsonBinaryData(Guid.NewGuid(), GuidRepresentation.Standard) }, { "bytes", new byte[] { 1, 2 } },
            { "date", new BsonDateTime(86_400_000) }, { "regex", new BsonRegularExpression("a+b", "i") },
            { "timestamp", new BsonTimestamp(5, 6) }, { "id", ObjectId.GenerateNewId() }, { "null", BsonNull.Value },
            { "nested", new BsonDocument("list", new BsonArray { 1, "two", BsonNull.Value, new BsonDocument("three", 3) }) },
            { "code", new BsonJavaScript("f()") }, { "scoped", new BsonJavaScriptWithScope("g()", new BsonDocument("x", 1)) },
            { "symbol", BsonSymbol.Create("s") }, { "min", BsonMinKey.Value }, { "max", BsonMaxKey.Value },
            { "undefined", BsonUndefined.Value }, { "bool", true },
        };
        await client.Orders.InsertOneAsync(document);
        BsonDocument read = await client.Orders.Find(new BsonDocument("_id", 1)).SingleAsync();
        Assert.Equal(document.ToBson(), read.ToBson());
    }

    [Fact]
    public async Task InsertMany_and_a_find_over_several_batches_give_every_document()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        await client.Orders.InsertManyAsync(Enumerable.Range(1, 250).Select(id => new BsonDocument { { "_id", id }, { "n", id % 10 } }));
        List<BsonDocument> found = await client.Orders.Find(Builders<BsonDocument>.Filter.Gt("_id", 1))
            .Sort(Builders<BsonDocument>.Sort.Descending("_id")).Limit(200).ToListAsync();
        Assert.Equal(Enumerable.Range(51, 200).Reverse(), found.Select(document => document["_id"].AsInt32));
        Assert.Equal(250, await client.Orders.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty));
        Assert.Equal(250, await client.Orders.EstimatedDocumentCountAsync());
        Assert.Equal(10, (await client.Orders.DistinctAsync<int>("n", FilterDefinition<BsonDocument>.Empty)).ToList().Count);
    }

    [Fact]
    public async Task Cursor_disposed_before_its_end_is_killed_on_the_server()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        await client.Orders.InsertManyAsync(Enumerable.Range(1, 50).Select(id => new BsonDocument("_id", id)));
        var options = new FindOptions<BsonDocument> { BatchSize = 10 };
        using (IAsyncCursor<BsonDocument> cursor = await client.Orders.FindAsync(FilterDefinition<BsonDocument>.Empty, options))
        {
            Assert.True(await cursor.MoveNextAsync());
            Assert.Equal(10, cursor.Current.Count());
            Assert.Equal(1, deployment.OpenCursors);
        }

        await deployment.Commands.WaitAsync(command => command.Name == "killCursors", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => deployment.OpenCursors == 0);
    }

    [Fact]
    public async Task Update_replace_and_delete_report_what_they_did()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        await client.Orders.InsertManyAsync(Enumerable.Range(1, 20).Select(id => new BsonDocument { { "_id", id }, { "n", id } }));
        UpdateResult many = await client.Orders.UpdateManyAsync(
            Builders<BsonDocument>.Filter.Lt("n", 11), Builders<BsonDocument>.Update.Inc("n", 100));
        Assert.Equal((10, 10), (many.MatchedCount, many.ModifiedCount));
        ReplaceOneResult made = await client.Orders.ReplaceOneAsync(
            new BsonDocument("_id", "new"), new BsonDocument("a", 1), new ReplaceOptions { IsUpsert = true });
        Assert.Equal("new", made.UpsertedId);
        BsonDocument after = await client.Orders.FindOneAndUpdateAsync<BsonDocument>(
            new BsonDocument("_id", "new"), Builders<BsonDocument>.Update.Set("a", 2),
            new FindOneAndUpdateOptions<BsonDocument> { ReturnDocument = ReturnDocument.After });
        Assert.Equal(2, after["a"]);
        Assert.Equal(10, (await client.Orders.DeleteManyAsync(Builders<BsonDocument>.Filter.Gt("n", 100))).DeletedCount);
        Assert.Equal(11, await client.Orders.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty));
    }

    [Fact]
    public async Task Duplicate_key_is_a_write_exception_of_that_category()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        await client.Orders.InsertOneAsync(new BsonDocument("_id", 1));
        MongoWriteException e = await Assert.ThrowsAsync<MongoWriteException>(
            () => client.Orders.InsertOneAsync(new BsonDocument("_id", 1)));
        Assert.Equal(ServerErrorCategory.DuplicateKey, e.WriteError.Category);
    }

    [Fact]
    public async Task Unordered_bulk_write_runs_all_that_it_can_and_reports_the_rest()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        WriteModel<BsonDocument>[] writes =
        [
            new InsertOneModel<BsonDocument>(new BsonDocument("_id", 1)),
            new InsertOneModel<BsonDocument>(new BsonDocument("_id", 1)),
            new InsertOneModel<BsonDocument>(new BsonDocument("_id", 2)),
            new UpdateOneModel<BsonDocument>(new BsonDocument("_id", 2), Builders<BsonDocument>.Update.Set("a", 1)),
            new DeleteOneModel<BsonDocument>(new BsonDocument("_id", 1)),
        ];
        var e = await Assert.ThrowsAsync<MongoBulkWriteException<BsonDocument>>(
            () => client.Orders.BulkWriteAsync(writes, new BulkWriteOptions { IsOrdered = false }));
        Assert.Equal(11000, Assert.Single(e.WriteErrors).Code);
        Assert.Equal((2, 1, 1), (e.Result.InsertedCount, e.Result.ModifiedCount, e.Result.DeletedCount));
    }

    [Fact]
    public async Task Client_bulk_write_reaches_several_collections_in_one_command()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        BulkWriteModel[] writes =
        [
            new BulkWriteInsertOneModel<BsonDocument>("shop.orders", new BsonDocument("_id", 1)),
            new BulkWriteInsertOneModel<BsonDocument>("shop.customers", new BsonDocument("_id", 7)),
            new BulkWriteUpdateOneModel<BsonDocument>(
                "shop.orders", new BsonDocument("_id", 1), Builders<BsonDocument>.Update.Set("paid", true)),
            new BulkWriteDeleteOneModel<BsonDocument>("shop.customers", new BsonDocument("_id", 7)),
        ];
        ClientBulkWriteResult result = await client.Client.BulkWriteAsync(writes);
        Assert.Equal((2, 1, 1), (result.InsertedCount, result.ModifiedCount, result.DeletedCount));
        Assert.True((await client.Orders.Find(new BsonDocument("_id", 1)).SingleAsync())["paid"].AsBoolean);
        Assert.Single(deployment.Commands.Named("bulkWrite"));
    }

    [Fact]
    public async Task Catalog_lists_databases_collections_and_indexes()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using DriverClient client = DriverClient.Connect(deployment);
        await client.Database.CreateCollectionAsync("orders");
        await client.Orders.Indexes.CreateOneAsync(
            new CreateIndexModel<BsonDocument>(Builders<BsonDocument>.IndexKeys.Ascending("status")));
        Assert.Contains("shop", await (await client.Client.ListDatabaseNamesAsync()).ToListAsync());
        Assert.Equal(["orders"], await (await client.Database.ListCollectionNamesAsync()).ToListAsync());
        List<BsonDocument> indexes = await (await client.Orders.Indexes.ListAsync()).ToListAsync();
        Assert.Equal(["_id_", "status_1"], indexes.Select(index => index["name"].AsString));
        await client.Database.RenameCollectionAsync("orders", "archive");
        await client.Database.DropCollectionAsync("archive");
        Assert.Empty(await (await client.Database.ListCollectionNamesAsync()).ToListAsync());
    }
}
