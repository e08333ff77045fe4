using System.Globalization;
using CdcEmbedded.MySql;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>A reader registers as a replica, so that an operator finds it in SHOW REPLICAS.</summary>
public sealed class ReplicaListTests
{
    private const uint ServerId = 471_147;

    [Theory]
    [InlineData(ServerKind.MySql97)]
    [InlineData(ServerKind.MySql56)]
    [InlineData(ServerKind.MariaDb1011)]
    [InlineData(ServerKind.MariaDb118)]
    public async Task A_reader_is_listed_with_its_id_and_machine_while_it_reads(ServerKind kind)
    {
        await using MySqlTestServer server =
            await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind, new MySqlServerOptions { Owned = true }));
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT)");
        var source =
            new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = ["d.*"], ServerId = ServerId });
        string?[]? listed;
        await using (var live = new LiveCapture(source, LiveCapture.From(StartPosition.Latest)))
        {
            await live.CaughtUpAsync();
            listed = await FindAsync(server, kind);
        }

        string machine = Environment.MachineName;
        Assert.Equal(machine.Length > 60 ? machine[..60] : machine, listed?[1]);

        // A server notices the end of a dump when it next sends to it.
        long started = TimeProvider.System.GetTimestamp();
        while (await FindAsync(server, kind) is not null)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Capture.Patience, "The reader is listed after its end.");
            await server.ExecuteAsync("INSERT INTO d.t VALUES (1)");
            await Task.Delay(50);
        }
    }

    private static async Task<string?[]?> FindAsync(MySqlTestServer server, ServerKind kind)
        => (await server.QueryAsync(kind == ServerKind.MySql97 ? "SHOW REPLICAS" : "SHOW SLAVE HOSTS"))
            .FirstOrDefault(row => row[0] == ServerId.ToString(CultureInfo.InvariantCulture));
}
