using MongoDB.Driver;
using MongoDB.Driver.Core.Configuration;

namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>A connection string, parsed by the driver, with the TLS options that the driver does not read. Immutable.</summary>
internal sealed class ConnectionUri
{
    private readonly MongoUrl _url;

    private ConnectionUri(MongoUrl url, TlsOptions tls, IReadOnlyList<string> ignored)
    {
        _url = url;
        Tls = tls;
        Ignored = ignored;
    }

    /// <summary>The TLS options.</summary>
    public TlsOptions Tls { get; }

    /// <summary>Options that neither the driver nor this package knows.</summary>
    public IReadOnlyList<string> Ignored { get; }

    /// <summary>Parses a connection string. Reads no file and asks no name server.</summary>
    /// <exception cref="ArgumentException">It does not follow the grammar, contradicts itself, or has a TLS option that
    /// is not supported.</exception>
    public static ConnectionUri Parse(string text)
    {
        try
        {
            var options = new ConnectionString(text);
            var url = new MongoUrl(text);
            var unknown = options.AllUnknownOptionNames.ToList();
            var tls = TlsOptions.Take(options, unknown);
            if (unknown.Find(static name => name.StartsWith("tls", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("ssl", StringComparison.OrdinalIgnoreCase))
                is { } missed)
            {
                // Ignored, it would weaken the connection without a sign.
                throw Invalid($"the TLS option {missed} is not supported");
            }

            LoginRules.Check(url.AuthenticationMechanism, url.UseTls || tls.ImpliesTls);
            return new ConnectionUri(url, tls, unknown);
        }
        catch (Exception exception) when (exception is MongoConfigurationException or FormatException or OverflowException)
        {
            throw Unreadable(exception, text);
        }
    }

    /// <summary>Makes the driver's settings of it: reads the certificate files, and the SRV and TXT
    /// records of <c>mongodb+srv://</c>.</summary>
    /// <exception cref="CdcConnectionException">DNS does not answer, or a certificate file cannot be used.</exception>
    public async ValueTask<MongoClientSettings> ResolveAsync(CancellationToken cancellationToken)
    {
        MongoClientSettings settings;
        try
        {
            var url = _url.IsResolved ? _url : await _url.ResolveAsync(resolveHosts: false, cancellationToken).ConfigureAwait(false);
            settings = MongoClientSettings.FromUrl(url);
        }
        catch (Exception exception) when (exception is not OperationCanceledException and not ArgumentException)
        {
            throw new CdcConnectionException("The DNS records of the connection string could not be "
                + $"read: {ServerNames.Reason(exception)}.", exception);
        }

        Tls.Apply(settings);
        return settings;
    }

    // An exception whose message had a secret in it is no cause to show.
    private static ArgumentException Unreadable(Exception cause, string text)
    {
        var message = UriSecrets.Remove(cause.Message, text);
        return Invalid($"{message.TrimEnd('.')}. It must begin with mongodb:// or mongodb+srv://, and characters such as @ : / % in the "
            + "user name and the password must be percent-encoded",
            UriSecrets.Remove(cause.ToString(), text) == cause.ToString() ? cause : null);
    }

    /// <summary>The error of every connection string that is refused.</summary>
    public static ArgumentException Invalid(string reason, Exception? cause = null)
        => new($"The MongoDB connection string cannot be used: {reason}.", cause);
}
