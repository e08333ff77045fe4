using System.Text;

namespace CdcEmbedded.MySql.Replication.Authentication;

/// <summary>What authentication plugins work with.</summary>
internal sealed class AuthenticationContext
{
    private readonly string _password;

    /// <summary>Creates the context of one connection.</summary>
    /// <param name="user">The user, for messages.</param>
    /// <param name="password">The password.</param>
    /// <param name="peer">Host and port, for messages.</param>
    public AuthenticationContext(string user, string password, string peer)
    {
        _password = password;
        User = user;
        Peer = peer;
    }

    /// <summary>Host and port, for messages.</summary>
    public string Peer { get; }

    /// <summary>The user, for messages.</summary>
    public string User { get; }

    /// <summary>True if the connection has TLS.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>True if nobody can read the connection: TLS or a Unix domain socket.</summary>
    public bool IsSecure { get; init; }

    /// <summary>True if <c>mysql_clear_password</c> is allowed, which sends the password as it is to whoever asks.</summary>
    public bool AllowCleartext { get; init; }

    /// <summary>True if the server may be asked for its RSA key.</summary>
    public bool AllowPublicKeyRetrieval { get; init; }

    /// <summary>The RSA key's file; null where none was given.</summary>
    public string? PublicKeyFile { get; init; }

    /// <summary>True if there is no password: most plugins then send nothing.</summary>
    public bool HasNoPassword => _password.Length == 0;

    /// <summary>The server's random bytes for the current plugin.</summary>
    public byte[] Scramble { get; set; } = [];

    /// <summary>The password as UTF-8.</summary>
    public byte[] PasswordBytes() => Encoding.UTF8.GetBytes(_password);

    /// <summary>The password as UTF-8 with a zero byte after it.</summary>
    public byte[] PasswordBytesWithEnd()
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(_password) + 1];
        Encoding.UTF8.GetBytes(_password, bytes);
        return bytes;
    }

    /// <summary>The exception for a way to log in that is not possible.</summary>
    public CdcAuthenticationException Refuse(string why) => new($"User '{User}' cannot log in to {Peer}: {why}");
}
