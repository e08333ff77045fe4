using System.Security.Cryptography;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>Turns <c>mongodb+srv://</c> into servers and options (specification "Initial DNS Seedlist Discovery").</summary>
internal static class SrvSeedlist
{
    private static readonly string[] AllowedInTxt = ["authsource", "replicaset", "loadbalanced"];

    /// <summary>Reads the records.</summary>
    /// <param name="settings">Settings with a <see cref="MongoConnectionSettings.SrvHost"/>.</param>
    /// <param name="dns">Reads records.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The settings with their servers.</returns>
    /// <exception cref="CdcConnectionException">There are no records, or they name foreign servers; the latter is not
    /// transient.</exception>
    /// <exception cref="ArgumentException">The options in DNS do not go with the connection string.</exception>
    public static async ValueTask<MongoConnectionSettings> ResolveAsync(
        MongoConnectionSettings settings, IDnsResolver dns, CancellationToken cancellationToken)
    {
        var host = settings.SrvHost ?? throw new ArgumentException("There is no SRV host.", nameof(settings));
        var name = $"_{settings.SrvServiceName}._tcp.{host}";
        var records = await dns.ResolveSrvAsync(name, cancellationToken).ConfigureAwait(false);
        if (records.Count == 0)
        {
            throw new CdcConnectionException($"DNS has no SRV records for {name}, so no server is known.");
        }

        // A forged answer must not lead the client, and its password, to servers of another domain.
        var domain = host[host.IndexOf('.')..];
        foreach (var record in records)
        {
            if (!record.Host.EndsWith(domain, StringComparison.OrdinalIgnoreCase))
            {
                throw new CdcConnectionException(
                    $"The SRV record of {name} names {record.Host}, which is not in the domain {domain[1..]} of the connection string.",
                        isTransient: false);
            }
        }

        var options = await ReadTxtAsync(host, dns, cancellationToken).ConfigureAwait(false);
        var hosts = Limit(records, settings.SrvMaxHosts)
            .Select(record => new ServerAddress(record.Host.ToLowerInvariant(), record.Port))
            .ToList();
        return ConnectionOptions.Read(settings.Uri, options, hosts);
    }

    private static async ValueTask<List<KeyValuePair<string, string>>> ReadTxtAsync(
        string host, IDnsResolver dns, CancellationToken cancellationToken)
    {
        var texts = await dns.ResolveTxtAsync(host, cancellationToken).ConfigureAwait(false);
        if (texts.Count > 1)
        {
            throw MongoUri.Invalid($"DNS has {texts.Count} TXT records for {host}, and at most one may hold options");
        }

        var options = texts.Count == 0 ? [] : MongoUri.ParseOptions(texts[0]);
        return options.Find(option => !AllowedInTxt.Contains(option.Key)) is { Key: not null } foreign
            ? throw MongoUri.Invalid(
                $"the TXT record of {host} holds the option {foreign.Key}, and only {string.Join(", ", AllowedInTxt)} may stand there")
            : options;
    }

    private static IReadOnlyList<SrvRecord> Limit(IReadOnlyList<SrvRecord> records, int most)
    {
        if (most == 0 || most >= records.Count)
        {
            return records;
        }

        var shuffled = records.ToArray();
        RandomNumberGenerator.Shuffle(shuffled.AsSpan());
        return shuffled[..most];
    }
}
