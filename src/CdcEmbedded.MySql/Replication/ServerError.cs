using System.Collections.Frozen;
using System.Text;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Turns error packets into exceptions.</summary>
/// <remarks>
/// MySQL manual, "ERR_Packet":
/// <code>
/// 0xFF, code[2], ('#', sqlstate[5])?, message to the end, UTF-8
/// </code>
/// The SQLSTATE is left out before the capabilities are agreed on, as in "Too many connections" instead of a greeting.
/// </remarks>
internal static class ServerError
{
    /// <summary>Access denied, also without a password, account locked, password expired, host not allowed, plugin not known, …</summary>
    private static readonly FrozenSet<int> _authentication = new[]
    {
        1045, 1130, 1131, 1132, 1251, 1275, 1524, 1698, 1820, 1862, 3118, 3955, 4151,
    }.ToFrozenSet();

    /// <summary>
    /// Errors after which the same request may succeed: too many connections (1040, 1203, 1226), out of resources (1041, 1135),
    /// handshake cut (1043), shutdown (1053, 1077, 1079, 1080), host blocked until its failures are forgotten (1129), network (1152, 1154 to 1161, 1184,
    /// 1189, 1190, 2006, 2013), locks (1205, 1213, 3572), killed query or session (1317, 1927, 3024, 3169), offline or not yet available (3032, 3168),
    /// idle (4031). Numbers: MySQL Error Message Reference; 1927 is MariaDB's.
    /// </summary>
    private static readonly FrozenSet<int> _transient = new[]
    {
        1040, 1041, 1043, 1053, 1077, 1079, 1080, 1129, 1135, 1152, 1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161, 1184, 1189, 1190,
        1203, 1205, 1213, 1226, 1317, 1927, 2006, 2013, 3024, 3032, 3168, 3169, 3572, 4031,
    }.ToFrozenSet();

    /// <summary>Whether the request that was answered with <paramref name="code"/> may succeed later.</summary>
    public static bool IsTransient(int code) => _transient.Contains(code);

    /// <summary>Whether <paramref name="code"/> is a refusal of the credentials.</summary>
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

        return new CdcServerException(code, sqlState, $"{peer}: {Encoding.UTF8.GetString(rest)} (error {code})", IsTransient(code));
    }
}
