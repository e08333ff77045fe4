using System.Collections.Concurrent;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Matrix;

/// <summary>A separate server for each combination, which starts when the first test asks for it.</summary>
public sealed class MatrixServers : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<MySqlTestServer>>> _servers = new(StringComparer.Ordinal);

    /// <summary>Returns the server, and starts it if necessary. Skips the calling test if this machine has none, unless
    /// servers are required.</summary>
    public Task<MySqlTestServer> ServerAsync(Combination combination) => ServerFixture.OrSkipAsync(_servers.GetOrAdd(
        combination.Name,
        _ => new Lazy<Task<MySqlTestServer>>(() => Task.Run(() => MySqlTestServer.StartAsync(
            combination.Kind, new MySqlServerOptions { Owned = true, Arguments = combination.Arguments })))).Value);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (Lazy<Task<MySqlTestServer>> server in _servers.Values)
        {
            if (server.Value.IsCompletedSuccessfully)
            {
                await (await server.Value).DisposeAsync();
            }
        }
    }
}
