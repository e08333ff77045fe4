using CdcEmbedded.MongoDb.Deployment;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MongoDb.Snapshots;

/// <summary>The connections of one snapshot reader: a client of its own, so that reading collections never waits for a connection that
/// awaits events, and ends with the reader.</summary>
/// <param name="connect">Makes a deployment for one flow.</param>
/// <param name="client">Closed in the end; null for none.</param>
internal sealed class SnapshotClient(Func<IMongoDeployment> connect, DriverClient? client) : IAsyncDisposable
{
    /// <summary>True if several commands can run at the same time.</summary>
    public bool IsParallel => client?.Settings.LoadBalanced != true;

    /// <summary>True if the client's Stable API refuses what is not part of it.</summary>
    public bool IsStrict => client?.Settings.ServerApi?.Strict == true;

    /// <summary>Creates the client. The first command finds the servers.</summary>
    /// <exception cref="CdcConnectionException">DNS does not answer, or a certificate file cannot be used.</exception>
    public static async ValueTask<SnapshotClient> OpenAsync(ClientSettings settings, SourceContext context,
        CancellationToken cancellationToken)
    {
        var resolved = await settings.ResolveAsync(context.LoggerFactory, cancellationToken).ConfigureAwait(false);
        var client = DriverClient.Create(resolved, context.LoggerFactory, context.TimeProvider);
        var logger = context.LoggerFactory.CreateLogger<MongoSource>();
        return new SnapshotClient(() => new DriverDeployment(client, logger, context.TimeProvider), client);
    }

    /// <summary>Makes a deployment for one flow.</summary>
    public IMongoDeployment Connect() => connect();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => client?.DisposeAsync() ?? default;
}
