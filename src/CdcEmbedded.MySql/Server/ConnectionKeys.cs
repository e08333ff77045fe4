using System.Collections.Frozen;

namespace CdcEmbedded.MySql.Server;

/// <summary>Every key of MySqlConnector's connection strings, and the one that a source adds.</summary>
internal static class ConnectionKeys
{
    /// <summary>The key of MySQL's own connectors by which clear-text passwords are allowed, which MySqlConnector does not know.</summary>
    public const string EnableCleartextPlugin = "Enable Cleartext Plugin";

    private const string Pool = "each connection of a source is opened for one purpose and then closed, so that it has no pool";
    private const string Conversion = "a source reads text and numbers only from its queries, and row values from the binlog";
    private const string Transactions = "a source begins no transactions";

    private static readonly ConnectionKey[] _all =
    [
        Honoured("Server"),
        Honoured("Port"),
        Honoured("User ID"),
        Honoured("Password"),
        Honoured("Database"),
        Honoured("SSL Mode"),
        Honoured("SSL CA"),
        Honoured("SSL Cert"),
        Honoured("SSL Key"),
        Honoured("Certificate File"),
        Honoured("Certificate Password"),
        Honoured("Certificate Store Location"),
        Honoured("Certificate Thumbprint"),
        Honoured("Skip Certificate Revocation Check"),
        Honoured("TLS Version"),
        Honoured("TLS Cipher Suites"),
        Honoured("Allow Public Key Retrieval"),
        Honoured("Server RSA Public Key File"),
        Honoured("Application Name"),
        Honoured("Connection Timeout"),
        Honoured("Default Command Timeout"),
        Honoured("Interactive Session"),
        Honoured("Keep Alive"),
        Honoured(EnableCleartextPlugin),

        Refused("Load Balance", "hosts are tried in their order", "RoundRobin", "FailOver"),
        Refused("Connection Protocol", "named pipes and shared memory are not supported", "Sockets", "UnixSocket"),
        Refused("Pipe Name", "named pipes are not supported"),
        Refused("Server SPN", "Kerberos logins are not supported"),
        Refused("Server Redirection Mode", "a replication session follows no redirection, so that the two kinds of connection would reach "
            + "two servers", "Disabled"),
        Refused("Use Compression", "the replication session has no compression; binlog_transaction_compression on the server compresses "
            + "the binlog itself", "False"),
        Refused("Force Synchronous", "all connections are asynchronous", "False"),

        WithoutEffect("Pooling", Pool),
        WithoutEffect("Connection Lifetime", Pool),
        WithoutEffect("Connection Reset", Pool),
        WithoutEffect("Connection Idle Timeout", Pool),
        WithoutEffect("Minimum Pool Size", Pool),
        WithoutEffect("Maximum Pool Size", Pool),
        WithoutEffect("DNS Check Interval", Pool),
        WithoutEffect("Pipelining", Pool),
        WithoutEffect("Defer Connection Reset", "MySqlConnector no longer has it"),
        WithoutEffect("Connection Idle Ping Time", "MySqlConnector no longer has it"),
        WithoutEffect("Character Set", "MySqlConnector always uses utf8mb4"),
        WithoutEffect("Old Guids", Conversion),
        WithoutEffect("Allow Zero DateTime", Conversion),
        WithoutEffect("Convert Zero DateTime", Conversion),
        WithoutEffect("DateTime Kind", Conversion),
        WithoutEffect("GUID Format", Conversion),
        WithoutEffect("Treat Tiny As Boolean", Conversion),
        WithoutEffect("Use Affected Rows", "a source changes no rows"),
        WithoutEffect("Allow Load Local Infile", "a source sends no file, whatever the server asks for"),
        WithoutEffect("Allow User Variables", "the statements of a source are its own"),
        WithoutEffect("No Backslash Escapes", "the statements of a source have no parameters"),
        WithoutEffect("Ignore Prepare", "a source prepares no statements"),
        WithoutEffect("Ignore Command Transaction", Transactions),
        WithoutEffect("Auto Enlist", Transactions),
        WithoutEffect("Use XA Transactions", Transactions),
        WithoutEffect("Cancellation Timeout", "a command that takes too long ends with its connection"),
        WithoutEffect("Persist Security Info", "a source shows its connections to nobody"),
    ];

    private static readonly FrozenDictionary<string, ConnectionKey> _byName = _all.ToFrozenDictionary(key => key.Name,
        StringComparer.Ordinal);

    /// <summary>All keys.</summary>
    public static IReadOnlyList<ConnectionKey> All => _all;

    /// <summary>The key of a name as MySqlConnector lists it; null where a newer MySqlConnector has a key about which
    /// nothing is decided.</summary>
    public static ConnectionKey? Find(string name) => _byName.GetValueOrDefault(name);

    private static ConnectionKey Honoured(string name) => new(name, ConnectionKeyUse.Honoured);

    private static ConnectionKey WithoutEffect(string name, string reason) => new(name, ConnectionKeyUse.WithoutEffect, reason);

    private static ConnectionKey Refused(string name, string reason, params string[] accepted)
        => new(name, ConnectionKeyUse.Refused, reason, accepted);
}
