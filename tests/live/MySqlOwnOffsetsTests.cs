using System.Collections.Concurrent;
using CdcEmbedded.DeadLetters;
using CdcEmbedded.Hosting;
using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MySqlConnector;

namespace CdcEmbedded.ServerTests;

/// <summary>Offsets that are stored in the server that is captured.</summary>
public sealed class MySqlOwnOffsetsTests(MySql97Fixture mySql97)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Offsets_in_the_captured_server_are_not_delivered_and_do_not_store_each_other(bool useGtids)
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync(useGtids ? [] : ["--gtid-mode=OFF"]);
        await server.ExecuteAsync("CREATE DATABASE own; CREATE TABLE own.a (id INT PRIMARY KEY)");
        await using var database = new MySqlDataSource(server.ConnectionString + ";Database=own");
        var store = new DbOffsetStore(database);
        await store.CreateTableAsync();
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString, HeartbeatInterval = TimeSpan.FromMilliseconds(50),
        });
        CdcEngineOptions options = new()
        {
            Name = "own",
            StartFrom = StartPosition.At(await Capture.EndOfLogAsync(server)),
            CommitPolicy = new CommitPolicy { Interval = TimeSpan.FromMilliseconds(20) },
        };
        await using var capture = new LiveCapture(source, options, store);
        await server.ExecuteAsync("INSERT INTO own.a VALUES (1); INSERT INTO own.a VALUES (2)");
        await capture.CountAsync(2);
        await capture.CaughtUpAsync();
        await Task.Delay(500);
        long stored = await VersionAsync(store);

        // Ten intervals and twenty heartbeats.
        await Task.Delay(1000);
        Assert.Equal(stored, await VersionAsync(store));
        Assert.Equal(["create a {id: 1}", "create a {id: 2}"], capture.Texts);

        // A wait for everything that the server has executed includes the stored offsets.
        if (useGtids)
        {
            Assert.True(await capture.Engine.WaitUntilProcessedAsync(await Capture.EndOfLogAsync(server), Capture.Patience));
        }

        // Traffic that is not captured, and a new file, are stored once each.
        await server.ExecuteAsync("FLUSH BINARY LOGS");
        await Task.Delay(500);
        long afterFile = await VersionAsync(store);
        Assert.True(afterFile > stored, $"{afterFile} after {stored}");
        await Task.Delay(1000);
        Assert.Equal(afterFile, await VersionAsync(store));

        await server.ExecuteAsync("INSERT INTO own.a VALUES (3)");
        await capture.CountAsync(3);
        await capture.UntilAsync(() => VersionAsync(store).AsTask().Result > afterFile, () => "the third change was not stored");
    }

    [Fact]
    public async Task An_offset_table_that_is_named_is_delivered()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        await server.ExecuteAsync("CREATE DATABASE own");
        await using var database = new MySqlDataSource(server.ConnectionString + ";Database=own");
        var store = new DbOffsetStore(database);
        await store.CreateTableAsync();
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await store.SaveAsync("another", "{}", 0);
        foreach (string include in (string[])["own.cdc_offsets", "own.*"])
        {
            var source = new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = [include] });
            List<CapturedChange> changes = await Capture.ReadAsync(source, Capture.UpToNow(start), store);
            Assert.Equal(include == "own.*", changes.Count == 0);
        }
    }

    [Fact]
    public async Task A_table_of_offsets_without_a_database_is_that_of_its_connection_and_no_other()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        await server.ExecuteAsync("CREATE DATABASE own; CREATE DATABASE other; CREATE TABLE other.cdc_offsets (id INT PRIMARY KEY)");
        await using var database = new MySqlDataSource(server.ConnectionString + ";Database=own");
        var store = new DbOffsetStore(database);
        Assert.Equal("own.cdc_offsets", store.TableName);
        await store.CreateTableAsync();
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await store.SaveAsync("another", "{}", 0);
        await server.ExecuteAsync("INSERT INTO other.cdc_offsets VALUES (1)");
        var source = new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString });
        Assert.Equal(["create cdc_offsets {id: 1}"], Capture.Texts(await Capture.ReadAsync(source, Capture.UpToNow(start), store)));
    }

    [Fact]
    public async Task Dead_letters_in_the_captured_server_are_not_delivered()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        await server.ExecuteAsync("CREATE DATABASE own; CREATE TABLE own.a (id INT PRIMARY KEY)");
        await using var database = new MySqlDataSource(server.ConnectionString + ";Database=own");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var seen = new ConcurrentQueue<string>();
        builder.Services.AddCdc("own")
            .From(_ => new MySqlSource(new MySqlSourceOptions
            {
                ConnectionString = server.ConnectionString, HeartbeatInterval = TimeSpan.FromMilliseconds(50),
            }))
            .StoreOffsetsIn(database)
            .Configure(options =>
            {
                options.LeaseDuration = null;
                options.Retry.MaxAttempts = 1;
                options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
            })
            .Handle((change, _, _) =>
            {
                seen.Enqueue($"{change.Table} {change.Key}");
                return change.Key["id"].AsInt64() == 1 ? throw new InvalidOperationException("Poison.") : default;
            });
        using IHost host = builder.Build();
        var store = new DbOffsetStore(database);
        await store.CreateTableAsync();
        await store.SaveAsync("own", (await Capture.EndOfLogAsync(server)).ToString(), 0);
        await server.ExecuteAsync("INSERT INTO own.a VALUES (1)");
        await host.StartAsync();
        IDeadLetterStore letters = host.Services.GetRequiredService<CdcStreams>().GetDeadLetters("own");
        Assert.Equal("own.cdc_dead_letters", letters.TableName);
        while (!seen.Contains("a {id: 1}") || !await letters.ReadAsync("own", CancellationToken.None).AnyAsync())
        {
            await Task.Delay(20);
        }

        await server.ExecuteAsync("INSERT INTO own.a VALUES (2)");
        while (!seen.Contains("a {id: 2}"))
        {
            await Task.Delay(20);
        }

        await host.StopAsync();
        Assert.Equal(["a {id: 1}", "a {id: 2}"], seen.Distinct());
    }

    private static async ValueTask<long> VersionAsync(DbOffsetStore store)
        => (await store.LoadAsync("own"))?.Version ?? 0;
}
