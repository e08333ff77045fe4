using System.Globalization;
using CdcEmbedded.MySql.Replication;
using MySqlConnector;

namespace CdcEmbedded.MySql.Server;

/// <summary>Reads the hosts of a connection string. Each may have a port of its own, which MySqlConnector's format has
/// no place for.</summary>
internal static class HostList
{
    /// <summary>Reads the key <c>Server</c>: <c>db1,db2:3307,[::1]:3308</c>, or the path of a Unix domain socket.</summary>
    /// <exception cref="ArgumentException">A host or a port cannot be read.</exception>
    public static IReadOnlyList<MySqlHost> Read(MySqlConnectionStringBuilder keys)
    {
        if (keys.Port is 0 or > ushort.MaxValue)
        {
            throw ConnectionStringReader.Invalid("Port", "must be a number from 1 to 65535");
        }

        var text = keys.Server.Length > 0 ? keys.Server : "localhost";
        if (keys.ConnectionProtocol == MySqlConnectionProtocol.UnixSocket || text.StartsWith('/'))
        {
            return text.StartsWith('/')
                ? [new MySqlHost(text, 0)]
                : throw ConnectionStringReader.Invalid("Server", "must be the path of a Unix domain socket, beginning with '/'");
        }

        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 0
            ? Array.ConvertAll(parts, part => ReadHost(part, (int)keys.Port))
            : throw ConnectionStringReader.Invalid("Server", "names no host");
    }

    // host, host:port, IPv4, IPv4:port, IPv6 in full, [IPv6], [IPv6]:port
    private static MySqlHost ReadHost(string text, int defaultPort)
    {
        var isBracketed = text[0] == '[';
        var end = isBracketed ? text.IndexOf(']', StringComparison.Ordinal) : text.IndexOf(':', StringComparison.Ordinal);
        if (!isBracketed && (end < 0 || end != text.LastIndexOf(':')))
        {
            // Without a port, or an IPv6 address, whose last colon begins none.
            return text.AsSpan().ContainsAny('[', ']') ? throw Unreadable() : new MySqlHost(text, defaultPort);
        }

        var name = isBracketed && end > 0 ? text[1..end] : text[..Math.Max(end, 0)];
        if (name.Length == 0 || name.AsSpan().ContainsAny('[', ']'))
        {
            throw Unreadable();
        }

        var rest = text.AsSpan(isBracketed ? end + 1 : end);
        return rest.Length == 0 ? new MySqlHost(name, defaultPort)
            : rest[0] == ':' && int.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                && port is > 0 and <= ushort.MaxValue ? new MySqlHost(name, port)
            : throw Unreadable();
    }

    private static ArgumentException Unreadable() => ConnectionStringReader.Invalid("Server",
        "has a host or port that cannot be read; it is host, host:port or [IPv6]:port");
}
