using System.Collections.Frozen;
using System.Text;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Turns error packets into exceptions.</summary>
/// <remarks>
/// MySQL manual, "ERR_Packet":
/// <code>
/// 0xFF, code[2], ('#', sqlstate[5])?, message to the end, UTF-8
/// </code>
/// The SQLSTATE is missing before the capabilities are agreed on, as in "Too many connections" instead of a greeting.
/// </remarks>
internal static class ServerError
{
    private const int AccessDenied = 1045;

    /// <summary>Access denied, also without a password, account locked, password expired, host not allowed, plugin not known, …</summary>
    private static readonly FrozenSet<int> _authentication = new[]
    {
        1045, 1130, 1131, 1132, 1251, 1275, 1524, 1698, 1820, 1862, 3118, 3955, 4151,
    }.ToFrozenSet();

    /// <summary>
    /// Errors after which the same request may succeed: too many connections (1040, 1203, 1226), out of resources (1041, 1135),
    /// handshake cut (1043), shutdown (1053, 1077, 1079, 1080), host blocked until its failures are forgotten (1129), network (1152, 1154
    /// to 1161, 1184, 1189, 1190, 2006, 2013), locks (1205, 1213, 3572), killed query or session (1317, 1927, 3024, 3169), offline or not
    /// yet available (3032, 3168), idle (4031), character sets and collations that a server has unloaded while it stops (1115, 1273: this
    /// library names only those that every server has). Numbers: MySQL Error Message Reference; 1927 is MariaDB's.
    /// </summary>
    private static readonly FrozenSet<int> _transient = new[]
    {
        1040, 1041, 1043, 1053, 1077, 1079, 1080, 1115, 1129, 1135, 1152, 1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161, 1184, 1189, 1190,
        1203, 1205, 1213, 1226, 1273, 1317, 1927, 2006, 2013, 3024, 3032, 3168, 3169, 3572, 4031,
    }.ToFrozenSet();

    /// <summary>True if the request that was answered with <paramref name="code"/> may succeed later.</summary>
    public static bool IsTransient(int code) => _transient.Contains(code);

    /// <summary>True if <paramref name="code"/> is a refusal of the credentials.</summary>
    public static bool IsAuthentication(int code) => _authentication.Contains(code);

    /// <summary>Reads an error packet.</summary>
    /// <param name="payload">The payload, beginning with 0xFF.</param>
    /// <param name="peer">Host and port.</param>
    /// <exception cref="CdcProtocolException">It is none.</exception>
    public static CdcServerException Read(ReadOnlySpan<byte> payload, string peer)
    {
        var reader = new PayloadReader(payload, "ERR packet");
        reader.Skip(1);
        var code = reader.ReadUInt16();
        var rest = reader.ReadRest();
        string? sqlState = null;
        if (rest.Length >= 6 && rest[0] == (byte)'#')
        {
            sqlState = Encoding.ASCII.GetString(rest.Slice(1, 5));
            rest = rest[6..];
        }

        return Create(code, sqlState, Encoding.UTF8.GetString(rest), peer);
    }

    /// <summary>Makes the exception of a server's error.</summary>
    /// <param name="code">The error number.</param>
    /// <param name="sqlState">The SQLSTATE; null where there is none.</param>
    /// <param name="message">The server's text.</param>
    /// <param name="peer">Host and port.</param>
    /// <param name="cause">The exception in which a driver brought it; null for none.</param>
    public static CdcServerException Create(int code, string? sqlState, string message, string peer, Exception? cause = null)
        => new(code, sqlState, $"{peer}: {OneLine(message)} (error {code})", IsTransient(code), cause);

    /// <summary>Makes the exception of a login that a server refused.</summary>
    /// <param name="error">The server's error.</param>
    /// <param name="settings">Whose login it was.</param>
    /// <param name="isEncrypted">True if the connection had TLS.</param>
    public static CdcException Refusal(CdcServerException error, SessionSettings settings, bool isEncrypted)
    {
        if (!IsAuthentication(error.Code))
        {
            return error;
        }

        // The server says the same of a wrong password and of an account that requires TLS or a certificate.
        var hint = error.Code != AccessDenied ? "" : isEncrypted
            ? " Check user and password; an account with REQUIRE X509, ISSUER or SUBJECT needs a client certificate as well (SslCert and "
            + "SslKey)."
            : " Check user and password; an account with REQUIRE SSL or X509 needs TLS (SslMode), which this connection did not have.";
        return new CdcAuthenticationException($"The login of user '{settings.User}' was refused by "
            + $"{error.Message}{hint}{settings.LoginHint}", error);
    }

    /// <summary>A server's text without line breaks and other control characters, which would forge lines of a log.</summary>
    private static string OneLine(string text) => text.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0 ? text
        : string.Create(text.Length, text, static (target, source) =>
        {
            for (var index = 0; index < source.Length; index++)
            {
                target[index] = char.IsControl(source[index]) ? ' ' : source[index];
            }
        });
}
