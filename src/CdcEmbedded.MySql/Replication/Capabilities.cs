namespace CdcEmbedded.MySql.Replication;

/// <summary>What client and server agree on (MySQL manual, "Capabilities Flags"). Those used here.</summary>
[Flags]
internal enum Capabilities : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>CLIENT_LONG_PASSWORD.</summary>
    LongPassword = 0x1,

    /// <summary>CLIENT_LONG_FLAG: column flags of two bytes.</summary>
    LongFlag = 0x4,

    /// <summary>CLIENT_CONNECT_WITH_DB: the response names a database.</summary>
    ConnectWithDatabase = 0x8,

    /// <summary>CLIENT_PROTOCOL_41: SQLSTATEs, longer column definitions.</summary>
    Protocol41 = 0x200,

    /// <summary>CLIENT_INTERACTIVE: the server's interactive_timeout applies.</summary>
    Interactive = 0x400,

    /// <summary>CLIENT_SSL: TLS follows.</summary>
    Ssl = 0x800,

    /// <summary>CLIENT_TRANSACTIONS: status flags in OK packets.</summary>
    Transactions = 0x2000,

    /// <summary>CLIENT_RESERVED2, once CLIENT_SECURE_CONNECTION: a scramble of 20 bytes.</summary>
    SecureConnection = 0x8000,

    /// <summary>CLIENT_PLUGIN_AUTH: authentication methods have names.</summary>
    PluginAuth = 0x80000,

    /// <summary>CLIENT_CONNECT_ATTRS: the response says what the client is.</summary>
    ConnectAttributes = 0x100000,

    /// <summary>CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA: the authentication data may be longer than 255 bytes.</summary>
    PluginAuthLengthEncoded = 0x200000,
}
