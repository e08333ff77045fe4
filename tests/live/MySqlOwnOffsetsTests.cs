using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;
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

    private static async ValueTask<long> VersionAsync(DbOffsetStore store)
        => (await store.LoadAsync("own"))?.Version ?? 0;
}
