using Microsoft.Extensions.Logging;
using MongoDB.Driver;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>Where the settings of a source's client come from: the application's client, or a connection string. Immutable.</summary>
internal sealed class ClientSettings
{
    private readonly MongoClientSettings? _settings;
    private readonly ConnectionUri? _uri;

    private ClientSettings(MongoClientSettings? settings, ConnectionUri? uri)
    {
        _settings = settings;
        _uri = uri;
    }

    /// <summary>Takes the options' client or connection string. Opens no connection, and reads no file.</summary>
    /// <exception cref="ArgumentException">Both are set or none is, or the connection string is unusable.</exception>
    public static ClientSettings Create(MongoSourceOptions options)
    {
        if (options.ConnectionString is null == options.Client is null)
        {
            throw new ArgumentException(options.Client is null
                ? "Neither Client nor ConnectionString is set: the source does not know its deployment."
                : "Client and ConnectionString are both set. Remove one of them.", nameof(options));
        }

        if (options.Client is not { } client)
        {
            return new ClientSettings(null, ConnectionUri.Parse(options.ConnectionString ?? ""));
        }

        var settings = client.Settings.Clone();
        LoginRules.Check(settings.Credential?.Mechanism, settings.UseTls);
        return new ClientSettings(settings, null);
    }

    /// <summary>The settings. Reads certificate files and DNS records where the connection string names any.</summary>
    /// <exception cref="CdcConnectionException">DNS does not answer, or a certificate file cannot be used.</exception>
    public async ValueTask<MongoClientSettings> ResolveAsync(ILoggerFactory loggerFactory, CancellationToken cancellationToken)
    {
        var settings = _settings?.Clone() ?? (_uri is { } uri ? await uri.ResolveAsync(cancellationToken).ConfigureAwait(false)
            : new MongoClientSettings());
        var logger = loggerFactory.CreateLogger<MongoSource>();
        foreach (var option in _uri?.Ignored ?? [])
        {
            Log.OptionIgnored(logger, option);
        }

        if (settings is { UseTls: false, Credential: not null })
        {
            Log.NotEncrypted(logger, string.Join(", ", settings.Servers));
        }

        return settings;
    }
}
