using CdcEmbedded.ServerTests.Stores;
using CdcEmbedded.TestServers;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace CdcEmbedded.ServerTests.Stores;

/// <summary>The shared PostgreSQL server. A test class receives it as a constructor parameter.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<PostgresTestServer>? _server;

    /// <summary>The shared server. Skips the calling test with the reason if this machine has none, unless servers are required.</summary>
    public async Task<PostgresTestServer> ServerAsync()
    {
        lock (_lock)
        {
            _server ??= Task.Run(() => PostgresTestServer.StartAsync());
        }

        try
        {
            return await _server;
        }
        catch (Exception e) when (ServerAvailability.SkipReason(e) is not null)
        {
            Assert.Skip(e.Message);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is { IsCompletedSuccessfully: true })
        {
            await (await _server).DisposeAsync();
        }
    }
}
