using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>A rolling deployment on a server whose log names no columns: for a moment two instances run under one name.</summary>
public sealed class OverlappingInstancesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerKind.MySql97, "--binlog-row-metadata=MINIMAL")]
    [InlineData(ServerKind.MariaDb118, "--binlog-row-metadata=NO_LOG")]
    public async Task Columns_are_right_after_an_instance_that_started_at_the_older_offset_has_lost(ServerKind kind, string argument)
    {
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind,
            new MySqlServerOptions { Owned = true, Arguments = [argument] }, Cancellation));
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY, price INT, stock INT)");
        MySqlSource source = Capture.Source(server, "d");
        var store = new InMemoryOffsetStore();
        await using CdcEngine first = Engine(source, store);
        await using IAsyncEnumerator<ChangeEvent> ahead = first.ReadAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        ValueTask<bool> reading = ahead.MoveNextAsync();
        while (await store.LoadAsync("rolling", Cancellation) is null)
        {
            await Task.Delay(20, Cancellation);
        }

        string rows = string.Join(',', Enumerable.Range(1, 50).Select(id => $"({id},10,20,0)"));
        await server.ExecuteAsync($"""
            USE d;
            ALTER TABLE t ADD note INT;
            INSERT INTO t (id, price, stock, note) VALUES {rows};
            ALTER TABLE t MODIFY price INT AFTER stock;
            INSERT INTO t (id, price, stock) VALUES (51, 10, 20);
            """);
        Assert.True(await reading);
        for (int i = 2; i <= 51; i++)
        {
            Assert.True(await ahead.MoveNextAsync());
        }

        Assert.Equal(51, ahead.Current.After["id"].AsInt64());

        // It starts at the first position, and has read the first statement when the other one stores its offset.
        await using CdcEngine second = Engine(source, store);
        await using IAsyncEnumerator<ChangeEvent> late = second.ReadAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await late.MoveNextAsync());
        await first.CommitAsync(ahead.Current, Cancellation);
        await Assert.ThrowsAsync<OffsetConflictException>(async () => await second.CommitAsync(late.Current, Cancellation));
        await late.DisposeAsync();
        await ahead.DisposeAsync();
        await server.ExecuteAsync("INSERT INTO d.t (id, price, stock) VALUES (52, 10, 20)");

        await using CdcEngine third = Engine(source, store);
        await using IAsyncEnumerator<ChangeEvent> rest = third.ReadAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await rest.MoveNextAsync());

        Assert.Equal((52, 10, 20),
            (rest.Current.After["id"].AsInt64(), rest.Current.After["price"].AsInt64(), rest.Current.After["stock"].AsInt64()));
    }

    private static CdcEngine Engine(MySqlSource source, InMemoryOffsetStore store) => new(source, store, new CdcEngineOptions
    {
        Name = "rolling",
        Acknowledgement = AcknowledgementMode.Manual,
        MaxBatchSize = 1,
        MaxBufferedChanges = 1,
    });
}
