using System.Collections.Frozen;

namespace CdcEmbedded.MySql.Replication;

/// <summary>The names of the keys, as MySqlConnector has them, without case, spaces, dashes and underscores.</summary>
internal static class ConnectionStringKeys
{
    private static readonly FrozenDictionary<string, ConnectionStringKey> _keys = Table().ToFrozenDictionary(StringComparer.Ordinal);

    // Asking for one of these and not getting it would weaken security without a word.
    private static readonly FrozenSet<string> _refused = new[]
    {
        "certificatestorelocation", "certificatethumbprint", "tlsciphersuites",
    }.ToFrozenSet(StringComparer.Ordinal);

    // Pooling, data conversion, statements of an application: nothing of it exists on a replication connection.
    private static readonly FrozenSet<string> _ignored = new[]
    {
        "allowloadlocalinfile", "allowuservariables", "allowzerodatetime", "autoenlist", "cancellationtimeout", "characterset", "charset",
        "connectionidlepingtime", "connectionidletimeout", "connectionlifetime", "connectionreset", "convertzerodatetime",
        "datetimekind", "deferconnectionreset", "dnscheckinterval", "guidformat", "ignorecommandtransaction", "ignoreprepare",
        "interactive", "interactivesession", "loadbalance", "maximumpoolsize", "maxpoolsize", "minimumpoolsize", "minpoolsize",
        "nobackslashescapes", "oldguids", "persistsecurityinfo", "pipe", "pipename", "pipelining", "pooling", "serverredirectionmode",
        "serverspn", "treattinyasboolean", "useaffectedrows", "usecompression", "compress", "usexatransactions",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What a key is about.</summary>
    /// <exception cref="ArgumentException">The key is not known, or not supported here.</exception>
    public static ConnectionStringKey Find(string name)
    {
        var plain = name.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal)
            .Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
        if (_keys.TryGetValue(plain, out var key))
        {
            return key;
        }

        if (_ignored.Contains(plain))
        {
            return ConnectionStringKey.Ignored;
        }

        throw new ArgumentException(_refused.Contains(plain)
            ? $"The connection string key '{name}' is not supported."
            : $"The connection string key '{name}' is not known.");
    }

    private static Dictionary<string, ConnectionStringKey> Table() => new()
    {
        ["server"] = ConnectionStringKey.Server,
        ["host"] = ConnectionStringKey.Server,
        ["datasource"] = ConnectionStringKey.Server,
        ["address"] = ConnectionStringKey.Server,
        ["addr"] = ConnectionStringKey.Server,
        ["networkaddress"] = ConnectionStringKey.Server,
        ["port"] = ConnectionStringKey.Port,
        ["protocol"] = ConnectionStringKey.Protocol,
        ["connectionprotocol"] = ConnectionStringKey.Protocol,
        ["userid"] = ConnectionStringKey.User,
        ["uid"] = ConnectionStringKey.User,
        ["user"] = ConnectionStringKey.User,
        ["username"] = ConnectionStringKey.User,
        ["password"] = ConnectionStringKey.Password,
        ["pwd"] = ConnectionStringKey.Password,
        ["database"] = ConnectionStringKey.Database,
        ["initialcatalog"] = ConnectionStringKey.Database,
        ["sslmode"] = ConnectionStringKey.SslMode,
        ["sslca"] = ConnectionStringKey.SslCa,
        ["cacertificatefile"] = ConnectionStringKey.SslCa,
        ["sslcert"] = ConnectionStringKey.SslCert,
        ["sslkey"] = ConnectionStringKey.SslKey,
        ["certificatefile"] = ConnectionStringKey.CertificateFile,
        ["certificatepassword"] = ConnectionStringKey.CertificatePassword,
        ["tlsversion"] = ConnectionStringKey.TlsVersion,
        ["connectiontimeout"] = ConnectionStringKey.ConnectTimeout,
        ["connecttimeout"] = ConnectionStringKey.ConnectTimeout,
        ["defaultcommandtimeout"] = ConnectionStringKey.CommandTimeout,
        ["commandtimeout"] = ConnectionStringKey.CommandTimeout,
        ["keepalive"] = ConnectionStringKey.KeepAlive,
        ["allowpublickeyretrieval"] = ConnectionStringKey.AllowPublicKeyRetrieval,
        ["serverrsapublickeyfile"] = ConnectionStringKey.ServerRsaPublicKeyFile,
        ["enablecleartextplugin"] = ConnectionStringKey.EnableCleartextPlugin,
        ["applicationname"] = ConnectionStringKey.ApplicationName,
    };
}
