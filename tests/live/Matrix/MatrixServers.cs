using System.Collections.Concurrent;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Matrix;

/// <summary>One server of its own for each combination; it starts when the first test asks for it.</summary>
public sealed class MatrixServers : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<MySqlTestServer>>> _servers = new(StringComparer.Ordinal);

    /// <summary>The server, started if need be. Skips the calling test where this machine has none, unless servers are required.</summary>
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
