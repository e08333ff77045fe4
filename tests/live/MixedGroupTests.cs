using CdcEmbedded.MongoDb;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>A MySQL server and a MongoDB deployment in one loop.</summary>
public sealed class MixedGroupTests(MySql97Fixture mySql97)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_source_keeps_its_order_and_its_offset_over_loops_that_are_left()
    {
        await using Sources sources = await Sources.StartAsync(mySql97);
        for (int id = 1; id <= 40; id++)
        {
            await sources.InsertAsync("mysql", id);
            await sources.InsertAsync("mongo", id);
        }

        // Each loop is left at its seventh change, which nobody has acknowledged: the next loop begins with it.
        Dictionary<string, List<long>> acknowledged = new() { ["mysql"] = [], ["mongo"] = [] };
        while (acknowledged.Values.Sum(ids => ids.Count) < 80)
        {
            await using CdcEngineGroup group = sources.Open();
            (string Engine, long Id)? current = null;
            int read = 0;
            await foreach (ChangeEvent change in group.ReadAsync(Cancellation))
            {
                Acknowledge();
                current = (group.EngineOf(change).Name, change.Key[0].AsInt64());
                Assert.Equal(current.Value.Engine, change.Source.Name);
                if (++read == 7 || acknowledged.Values.Sum(ids => ids.Count) == 79)
                {
                    if (acknowledged.Values.Sum(ids => ids.Count) == 79)
                    {
                        await group.CommitAsync(Cancellation);
                        Acknowledge();
                    }

                    break;
                }
            }

            void Acknowledge()
            {
                if (current is var (engine, id))
                {
                    acknowledged[engine].Add(id);
                }
            }
        }

        Assert.All(acknowledged.Values, ids => Assert.Equal(Enumerable.Range(1, 40).Select(id => (long)id), ids));
        Assert.Contains("\"kind\":\"mysql\"", (await sources.Store.LoadAsync("mysql", Cancellation))?.Text, StringComparison.Ordinal);
        Assert.Contains("\"kind\":\"mongodb\"", (await sources.Store.LoadAsync("mongo", Cancellation))?.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_one_source_is_away_the_other_is_read_and_the_first_one_loses_nothing()
    {
        await using Sources sources = await Sources.StartAsync(mySql97);
        await using CdcEngineGroup group = sources.Open();
        await using IAsyncEnumerator<ChangeEvent> changes = group.ReadAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        await sources.InsertAsync("mysql", 1);
        Assert.Equal(("mysql", 1), await NextAsync(changes));
        await sources.InsertAsync("mongo", 1);
        Assert.Equal(("mongo", 1), await NextAsync(changes));

        await sources.MySql.KillAsync(Cancellation);
        for (int id = 2; id <= 20; id++)
        {
            await sources.InsertAsync("mongo", id);
            Assert.Equal(("mongo", id), await NextAsync(changes));
        }

        await sources.MySql.RestartAsync(cancellationToken: Cancellation);
        await sources.InsertAsync("mysql", 2);
        Assert.Equal(("mysql", 2), await NextAsync(changes));

        // The other way round.
        sources.Mongo.StepDown();
        sources.Mongo.KillCursors();
        await sources.InsertAsync("mysql", 3);
        Assert.Equal(("mysql", 3), await NextAsync(changes));
        await sources.InsertAsync("mongo", 21);
        Assert.Equal(("mongo", 21), await NextAsync(changes));
    }

    [Fact]
    public async Task A_source_that_fails_is_named_and_the_other_one_resumes_where_it_was()
    {
        await using Sources sources = await Sources.StartAsync(mySql97);
        await using (CdcEngineGroup first = sources.Open())
        {
            await using IAsyncEnumerator<ChangeEvent> changes = first.ReadAsync(Cancellation).GetAsyncEnumerator(Cancellation);
            await sources.InsertAsync("mongo", 1);
            Assert.Equal(("mongo", 1), await NextAsync(changes));
            await sources.InsertAsync("mysql", 1);
            Assert.Equal(("mysql", 1), await NextAsync(changes));
        }

        await sources.InsertAsync("mongo", 2);
        sources.Mongo.TruncateOplog(keep: 1);
        await sources.InsertAsync("mysql", 2);
        long last;
        await using (CdcEngineGroup lost = sources.Open())
        {
            var ids = new List<long>();
            EngineFailedException failure = await Assert.ThrowsAsync<EngineFailedException>(async () =>
            {
                await foreach (ChangeEvent change in lost.ReadAsync(Cancellation))
                {
                    Assert.Equal("mysql", change.Source.Name);
                    ids.Add(change.Key[0].AsInt64());
                }
            });
            Assert.Contains("'mongo'", failure.Message, StringComparison.Ordinal);
            Assert.IsType<OffsetLostException>(failure.InnerException);
            Assert.Equal(new List<long> { 1, 2 }.Take(ids.Count), ids);

            // The loop has asked for more after each of them.
            last = ids.Count;
        }

        await using CdcEngineGroup again = sources.Open(OffsetLostPolicy.StartFromLatest);
        await using IAsyncEnumerator<ChangeEvent> rest = again.ReadAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        while (last < 2)
        {
            Assert.Equal(("mysql", ++last), await NextAsync(rest));
        }

        Task<bool> waiting = rest.MoveNextAsync().AsTask();
        while (again.Engines[1].Status.State != EngineState.CaughtUp && !waiting.IsCompleted)
        {
            await Task.Delay(20, Cancellation);
        }

        await sources.InsertAsync("mongo", 3);
        Assert.True(await waiting.WaitAsync(Capture.Patience, Cancellation));
        Assert.Equal(("mongo", 3L), (rest.Current.Source.Name, rest.Current.Key[0].AsInt64()));
    }

    private static async Task<(string Engine, long Id)> NextAsync(IAsyncEnumerator<ChangeEvent> changes)
    {
        Assert.True(await changes.MoveNextAsync().AsTask().WaitAsync(Capture.Patience, Cancellation));
        return (changes.Current.Source.Name, changes.Current.Key[0].AsInt64());
    }

    /// <summary>A server of each kind, and the store of both engines.</summary>
    private sealed class Sources(MySqlTestServer mySql, MongoDouble mongo, CdcOffset mySqlStart, CdcOffset mongoStart) : IAsyncDisposable
    {
        public MySqlTestServer MySql => mySql;

        public MongoDouble Mongo => mongo;

        public InMemoryOffsetStore Store { get; } = new();

        public static async Task<Sources> StartAsync(MySql97Fixture fixture)
        {
            MySqlTestServer server = await fixture.StartOwnAsync();
            await server.ExecuteAsync("CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY)");
            MongoDouble mongo = MongoDouble.Start(new MongoDoubleOptions { Nodes = 3 });
            await mongo.RunAsync("shop", DocJson.Parse("""{"insert":"orders","documents":[{"_id":0}]}"""));
            ulong now = mongo.ClusterTime.Value;
            return new Sources(server, mongo, await Capture.EndOfLogAsync(server),
                MongoOffset.FromClusterTime(new global::MongoDB.Bson.BsonTimestamp((long)now + 1)));
        }

        public Task InsertAsync(string engine, int id) => engine == "mysql"
            ? mySql.ExecuteAsync($"INSERT INTO shop.orders VALUES ({id})", cancellationToken: Cancellation)
            : mongo.RunAsync("shop", DocJson.Parse($$"""{"insert":"orders","documents":[{"_id":{{id}}}]}"""));

        public CdcEngineGroup Open(OffsetLostPolicy onLost = OffsetLostPolicy.Fail)
        {
            var source = new MySqlSource(new MySqlSourceOptions
            {
                ConnectionString = mySql.ConnectionString, Include = ["shop.orders"], HeartbeatInterval = TimeSpan.FromMilliseconds(100),
            });
            var deployment = new MongoSource(new MongoSourceOptions
            {
                ConnectionString = mongo.ConnectionString, Include = ["shop.orders"], HeartbeatInterval = TimeSpan.FromMilliseconds(100),
            });
            return new CdcEngineGroup(new CdcEngine(source, Store, Options("mysql", mySqlStart, onLost)),
                new CdcEngine(deployment, Store, Options("mongo", mongoStart, onLost)));
        }

        public async ValueTask DisposeAsync()
        {
            await mongo.DisposeAsync();
            await mySql.DisposeAsync();
        }

        private static CdcEngineOptions Options(string name, CdcOffset start, OffsetLostPolicy onLost) => new()
        {
            Name = name,
            StartFrom = StartPosition.At(start),
            OnOffsetLost = onLost,
            Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(20), MaxDelay = TimeSpan.FromMilliseconds(200) },
        };
    }
}
