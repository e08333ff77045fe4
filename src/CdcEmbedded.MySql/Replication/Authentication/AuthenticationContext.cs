using System.Text;

namespace CdcEmbedded.MySql.Replication.Authentication;

/// <summary>What authentication plugins work with.</summary>
internal sealed class AuthenticationContext
{
    private readonly SessionSettings _settings;

    /// <summary>Creates the context of one connection.</summary>
    /// <param name="settings">Password and what is allowed.</param>
    /// <param name="peer">Host and port, for messages.</param>
    /// <param name="isSecure">Whether nobody can read along: TLS or a Unix domain socket.</param>
    public AuthenticationContext(SessionSettings settings, string peer, bool isSecure)
    {
        _settings = settings;
        Peer = peer;
        IsSecure = isSecure;
    }

    /// <summary>Host and port, for messages.</summary>
    public string Peer { get; }

    /// <summary>The user, for messages.</summary>
    public string User => _settings.User;

    /// <summary>Whether nobody can read along.</summary>
    public bool IsSecure { get; }

    /// <summary>True if the connection has TLS.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>Whether the password may be handed over in clear text to whoever asks, as <c>mysql_clear_password</c> does.</summary>
    public bool AllowCleartext => _settings.EnableCleartextPlugin;

    /// <summary>Whether the server may be asked for its RSA key.</summary>
    public bool AllowPublicKeyRetrieval => _settings.AllowPublicKeyRetrieval;

    /// <summary>The RSA key's file; null where none was given.</summary>
    public string? PublicKeyFile => _settings.ServerRsaPublicKeyFile;

    /// <summary>Whether there is no password: most plugins then send nothing.</summary>
    public bool HasNoPassword => _settings.Password.Length == 0;

    /// <summary>The server's random bytes for the plugin at hand.</summary>
    public byte[] Scramble { get; set; } = [];

    /// <summary>The password as UTF-8.</summary>
    public byte[] PasswordBytes() => Encoding.UTF8.GetBytes(_settings.Password);

    /// <summary>The password as UTF-8 with a zero byte after it.</summary>
    public byte[] PasswordBytesWithEnd()
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(_settings.Password) + 1];
        Encoding.UTF8.GetBytes(_settings.Password, bytes);
        return bytes;
    }

    /// <summary>The exception for a way to log in that is not possible.</summary>
    public CdcAuthenticationException Refuse(string why) => new($"User '{User}' cannot log in to {Peer}: {why}");
}
