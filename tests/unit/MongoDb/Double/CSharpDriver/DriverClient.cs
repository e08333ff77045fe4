using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using CdcEmbedded.MongoDb.Double;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Events;

namespace CdcEmbedded.MongoDb.Tests.Double.CSharpDriver;

/// <summary>
/// A <see cref="MongoClient"/> for one test. The driver shares connections between clients with equal settings; the event subscriptions,
/// which belong to this client only, keep it apart from all others, so that its connections can be closed with it.
/// </summary>
internal sealed class DriverClient : IDisposable
{
    private DriverClient(MongoClient client, ConcurrentQueue<object> events) => (Client, Events) = (client, events);

    public MongoClient Client { get; }

    /// <summary>The driver's command, heartbeat and connection events, in order.</summary>
    public ConcurrentQueue<object> Events { get; }

    public IMongoDatabase Database => Client.GetDatabase("shop");

    public IMongoCollection<BsonDocument> Orders => Database.GetCollection<BsonDocument>("orders");

    /// <summary>Connects with the double's connection string and more options for it.</summary>
    /// <param name="deployment">The double.</param>
    /// <param name="options">Such as <c>compressors=zlib</c>; empty for none.</param>
    /// <param name="configure">Further settings.</param>
    public static DriverClient Connect(MongoDouble deployment, string options = "", Action<MongoClientSettings>? configure = null)
    {
        string uri = deployment.ConnectionString;
        string separator = uri.Contains('?', StringComparison.Ordinal) ? "&" : "?";
        MongoClientSettings settings = MongoClientSettings.FromConnectionString(options.Length == 0 ? uri : uri + separator + options);
        settings.ServerSelectionTimeout = TimeSpan.FromSeconds(20);
        if (deployment.Options.Tls)
        {
            Trust(settings, deployment.Certificates.Authority);
        }

        configure?.Invoke(settings);
        return Connect(settings);
    }

    /// <summary>Connects with these settings.</summary>
    public static DriverClient Connect(MongoClientSettings settings)
    {
        var events = new ConcurrentQueue<object>();
        Action<MongoDB.Driver.Core.Configuration.ClusterBuilder>? before = settings.ClusterConfigurator;
        settings.ClusterConfigurator = builder =>
        {
            before?.Invoke(builder);
            builder.Subscribe<CommandStartedEvent>(e => events.Enqueue(e));
            builder.Subscribe<CommandFailedEvent>(e => events.Enqueue(e));
            builder.Subscribe<ServerHeartbeatStartedEvent>(e => events.Enqueue(e));
            builder.Subscribe<ServerHeartbeatSucceededEvent>(e => events.Enqueue(e));
            builder.Subscribe<ServerHeartbeatFailedEvent>(e => events.Enqueue(e));
            builder.Subscribe<ConnectionOpenedEvent>(e => events.Enqueue(e));
            builder.Subscribe<ConnectionPoolClearedEvent>(e => events.Enqueue(e));
        };
        return new DriverClient(new MongoClient(settings), events);
    }

    /// <summary>Verifies the server's certificate against one authority only.</summary>
    public static void Trust(MongoClientSettings settings, X509Certificate2 authority)
    {
        settings.SslSettings ??= new SslSettings();
        settings.SslSettings.CheckCertificateRevocation = false;
        settings.SslSettings.ServerCertificateValidationCallback = (_, certificate, _, errors) =>
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(authority);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            using var server = new X509Certificate2(certificate!);
            return (errors & System.Net.Security.SslPolicyErrors.RemoteCertificateNameMismatch) == 0 && chain.Build(server);
        };
    }

    public IEnumerable<T> EventsOf<T>() => Events.OfType<T>();

    /// <summary>Waits for an event, past or future.</summary>
    public async Task<T> WaitForAsync<T>(Func<T, bool> fits)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            foreach (T found in Events.OfType<T>())
            {
                if (fits(found))
                {
                    return found;
                }
            }

            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Closes the client's connections, which disposal of a MongoClient does not.</summary>
    public void Dispose() => Client.Cluster.Dispose();
}
