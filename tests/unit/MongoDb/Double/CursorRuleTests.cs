using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Security;

namespace CdcEmbedded.MongoDb.Tests.Double;

/// <summary>Who may use a cursor of the double, and for how long.</summary>
public sealed class CursorRuleTests
{
    private static readonly Doc _one = new() { { "id", Guid.Parse("00000000-0000-4000-8000-000000000001") } };
    private static readonly Doc _two = new() { { "id", Guid.Parse("00000000-0000-4000-8000-000000000002") } };

    [Fact]
    public async Task GetMore_in_another_session_than_the_cursors_is_refused()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        await InsertAsync(deployment);
        long inSession = await FindAsync(client, _one);
        long without = await FindAsync(client, null);
        Assert.Equal(50738, await CodeAsync(client, GetMore(inSession, _two)));
        Assert.Equal(50737, await CodeAsync(client, GetMore(inSession, null)));
        Assert.Equal(50736, await CodeAsync(client, GetMore(without, _one)));
        Assert.Null(await CodeAsync(client, GetMore(inSession, _one)));
        Assert.Null(await CodeAsync(client, GetMore(without, null)));
    }

    [Fact]
    public async Task GetMore_of_a_user_in_another_session_is_unauthorized()
    {
        await using MongoDouble deployment = MongoDouble.Start(
            new MongoDoubleOptions { Users = [new DoubleUser("u", "p") { Mechanisms = ["PLAIN"] }] });
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        await client.RunAsync("$external", new Doc { { "saslStart", 1 }, { "mechanism", "PLAIN" }, { "payload", "\0u\0p"u8.ToArray() } });
        await InsertAsync(deployment);
        long cursor = await FindAsync(client, _one);
        Assert.Equal(13, await CodeAsync(client, GetMore(cursor, _two)));
        Assert.Equal(13, await CodeAsync(client, GetMore(cursor, null)));
        Assert.Null(await CodeAsync(client, GetMore(cursor, _one)));
    }

    [Fact]
    public async Task GetMore_has_to_name_the_cursors_collection()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        await InsertAsync(deployment);
        long cursor = await FindAsync(client, null);
        Assert.Equal(13, await CodeAsync(client, new Doc { { "getMore", cursor }, { "collection", "others" } }));
        Assert.Equal(40414, await CodeAsync(client, new Doc { { "getMore", cursor } }));
    }

    [Fact]
    public async Task GetMore_with_a_time_limit_needs_a_cursor_that_waits()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        await InsertAsync(deployment);
        Assert.Equal(2, await CodeAsync(client, DoubleStreamTests.GetMore(await FindAsync(client, null), 100)));
    }

    [Fact]
    public async Task Cursor_serves_one_getMore_at_a_time_and_killing_it_interrupts_that_one()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        using RawClient other = await RawClient.ConnectAsync(deployment.Nodes[0]);
        long cursor = await DoubleStreamTests.OpenAsync(client, new Doc());
        Task<Doc> waiting = client.RunAsync("shop", DoubleStreamTests.GetMore(cursor, 60_000));
        await deployment.Commands.WaitAsync(command => command.Name == "getMore", TestContext.Current.CancellationToken);
        Doc second = await other.RunAsync("shop", DoubleStreamTests.GetMore(cursor, 10));
        Assert.Equal(143, second.Number("code"));
        await other.RunAsync("shop", new Doc { { "killCursors", "orders" }, { "cursors", new object[] { cursor } } });
        Assert.Equal(237, (await waiting).Number("code"));
    }

    [Fact]
    public async Task Cursor_of_a_client_that_is_gone_is_closed()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using (RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]))
        {
            long cursor = await DoubleStreamTests.OpenAsync(client, new Doc());
            Task<Doc> waiting = client.RunAsync("shop", DoubleStreamTests.GetMore(cursor, 60_000));
            await deployment.Commands.WaitAsync(command => command.Name == "getMore", TestContext.Current.CancellationToken);
            deployment.Nodes[0].CutConnections();
            await Assert.ThrowsAnyAsync<IOException>(() => waiting);
        }

        await CSharpDriver.Eventually.TrueAsync(() => deployment.OpenCursors == 0);
    }

    [Fact]
    public async Task Idle_cursor_without_session_times_out_and_one_of_a_session_does_not()
    {
        var time = new SteppedTime();
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Time = time });
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        await InsertAsync(deployment);
        long idle = await FindAsync(client, null);
        long used = await FindAsync(client, null);
        long inSession = await FindAsync(client, _one);
        time.Advance(TimeSpan.FromMinutes(9));
        Assert.Null(await CodeAsync(client, GetMore(used, null)));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(43, await CodeAsync(client, GetMore(idle, null)));
        Assert.Null(await CodeAsync(client, GetMore(used, null)));
        Assert.Null(await CodeAsync(client, GetMore(inSession, _one)));
    }

    [Fact]
    public async Task Session_that_is_refreshed_keeps_its_cursor_and_one_that_expires_loses_it()
    {
        var time = new SteppedTime();
        await using MongoDouble deployment = MongoDouble.Start(new MongoDoubleOptions { Time = time });
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        await InsertAsync(deployment);
        long refreshed = await FindAsync(client, _one);
        long forgotten = await FindAsync(client, _two);
        time.Advance(TimeSpan.FromMinutes(20));
        await client.RunAsync("admin", new Doc { { "refreshSessions", new[] { _one.Clone() } } });
        time.Advance(TimeSpan.FromMinutes(20));
        Assert.Null(await CodeAsync(client, GetMore(refreshed, _one)));
        Assert.Equal(43, await CodeAsync(client, GetMore(forgotten, _two)));
    }

    [Fact]
    public async Task Session_that_ended_loses_its_cursor_at_the_next_refresh()
    {
        await using MongoDouble deployment = MongoDouble.Start();
        using RawClient client = await RawClient.ConnectAsync(deployment.Nodes[0]);
        await InsertAsync(deployment);
        await FindAsync(client, _one);
        await client.RunAsync("admin", new Doc { { "endSessions", new[] { _one.Clone() } } });
        Assert.Equal((1, 1), (deployment.OpenCursors, deployment.OpenSessions));
        deployment.RefreshSessions();
        Assert.Equal((0, 0), (deployment.OpenCursors, deployment.OpenSessions));
    }

    private static Task<Doc> InsertAsync(MongoDouble deployment) =>
        DoubleStreamTests.InsertAsync(deployment, [.. Enumerable.Range(1, 50).Select(id => new Doc { { "_id", id } })]);

    private static async Task<long> FindAsync(RawClient client, Doc? session)
    {
        Doc command = new Doc { { "find", "orders" }, { "batchSize", 1 } }.AddUnlessNull("lsid", session?.Clone());
        Doc reply = await client.RunAsync("shop", command);
        return reply.Path("cursor", "id") as long? ?? throw new InvalidOperationException(reply.ToString());
    }

    private static Doc GetMore(long cursor, Doc? session) => new Doc
    {
        { "getMore", cursor }, { "collection", "orders" }, { "batchSize", 1 },
    }.AddUnlessNull("lsid", session?.Clone());

    private static async Task<long?> CodeAsync(RawClient client, Doc command) => (await client.RunAsync("shop", command)).Number("code");
}
