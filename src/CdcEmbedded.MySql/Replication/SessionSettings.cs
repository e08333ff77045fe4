using MySqlConnector;

namespace CdcEmbedded.MySql.Replication;

/// <summary>How a replication session reaches a server and logs in. Immutable.</summary>
internal sealed record SessionSettings
{
    /// <summary>The hosts, in the order in which they are tried. Default: localhost:3306.</summary>
    public IReadOnlyList<MySqlHost> Hosts { get; init; } = [new("localhost", 3306)];

    /// <summary>The user. Default: empty, the anonymous user.</summary>
    public string User { get; init; } = "";

    /// <summary>The password, where <see cref="PasswordProvider"/> is null. Default: empty.</summary>
    public string Password { get; init; } = "";

    /// <summary>Asked for the password at each connect; null where <see cref="Password"/> holds it.</summary>
    public Func<MySqlPasswordContext, CancellationToken, ValueTask<string>>? PasswordProvider { get; init; }

    /// <summary>What to add to the message of a refused login; empty for nothing.</summary>
    public string LoginHint { get; init; } = "";

    /// <summary>The database to start in; null for none.</summary>
    public string? Database { get; init; }

    /// <summary>If and how connections are encrypted. Unix domain sockets never
    /// are. Default: <see cref="MySqlSslMode.VerifyFull"/>.</summary>
    public MySqlSslMode SslMode { get; init; } = MySqlSslMode.VerifyFull;

    /// <summary>Files and versions of TLS; its verification follows from <see cref="SslMode"/>.</summary>
    public TlsSettings Tls { get; init; } = new();

    /// <summary>The longest that one address may take from dialling to login. Default: 15 s.</summary>
    /// <value><see cref="TimeSpan.Zero"/> for no limit.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest that one command may take, its whole answer included; <see cref="TimeSpan.Zero"/> for no limit.
    /// Default: 30 s.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Idle time before the first TCP keepalive probe; <see cref="TimeSpan.Zero"/> leaves the system's. Default: 30 s.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>True if the server may be asked for its RSA key over a connection without TLS. Default: false.</summary>
    public bool AllowPublicKeyRetrieval { get; init; }

    /// <summary>A PEM file with the server's RSA key; null where none is known.</summary>
    public string? ServerRsaPublicKeyFile { get; init; }

    /// <summary>True if <c>mysql_clear_password</c> is allowed under TLS. Default: false.</summary>
    public bool EnableCleartextPlugin { get; init; }

    /// <summary>True if the server counts the session as interactive (its <c>interactive_timeout</c> applies). Default: false.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>The program's name for the server's connection attributes; null for none.</summary>
    public string? ApplicationName { get; init; }

    /// <summary>Hosts, user and TLS mode; never the password.</summary>
    public override string ToString() => $"Server={string.Join(',', Hosts)};User ID={User};SslMode={SslMode}";
}
