using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>One server that all tests of the assembly share; it starts when the first test asks for it.</summary>
public abstract class ServerFixture(ServerKind kind) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<MySqlTestServer>? _server;

    /// <summary>The shared server. Skips the calling test with the reason if this machine has none, unless servers are required.</summary>
    public Task<MySqlTestServer> ServerAsync()
    {
        lock (_lock)
        {
            // Not tied to one test's token: the other tests wait for the same start.
            _server ??= Task.Run(() => MySqlTestServer.StartAsync(kind));
        }

        return OrSkipAsync(_server);
    }

    /// <summary>Starts a new server that only the calling test may stop, kill and examine, with the same rule about skipping. The
    /// test disposes it.</summary>
    public Task<MySqlTestServer> StartOwnAsync(params string[] arguments) =>
        OrSkipAsync(MySqlTestServer.StartAsync(kind, new MySqlServerOptions { Owned = true, Arguments = arguments }));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is { IsCompletedSuccessfully: true })
        {
            await (await _server).DisposeAsync();
        }
    }

    /// <summary>Waits for a server to start. Skips the calling test if there is none and none is required.</summary>
    public static async Task<MySqlTestServer> OrSkipAsync(Task<MySqlTestServer> start)
    {
        try
        {
            return await start;
        }
        catch (Exception e) when (ServerAvailability.SkipReason(e) is not null)
        {
            Assert.Skip(e.Message);
            throw;
        }
    }
}
