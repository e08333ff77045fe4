using System.Globalization;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>Where a server listens: a host name or address in lower case with a port, or a Unix domain socket's path.</summary>
/// <param name="Host">The name, the address without brackets, or the path.</param>
/// <param name="Port">The port; 0 for a Unix domain socket.</param>
internal readonly record struct ServerAddress(string Host, int Port)
{
    /// <summary>The port where none is written.</summary>
    public const int DefaultPort = 27017;

    /// <summary>Whether the address is the path of a Unix domain socket.</summary>
    public bool IsUnixSocket => Port == 0;

    /// <summary>Reads an address as servers and connection strings write it: <c>host</c>, <c>host:port</c>, <c>[::1]:port</c>, a
    /// path.</summary>
    /// <returns>False where the text is none of these.</returns>
    public static bool TryParse(string text, out ServerAddress address)
    {
        address = default;
        if (text.Contains('/'))
        {
            address = new ServerAddress(text, 0);
            return true;
        }

        var end = text.StartsWith('[') ? text.IndexOf(']') + 1 : text.IndexOf(':');
        if (end < 0)
        {
            end = text.Length;
        }

        var host = text.StartsWith('[') ? text[1..Math.Max(end - 1, 1)] : text[..end];
        var port = DefaultPort;
        if (host.Length == 0 || (end < text.Length && !TryReadPort(text.AsSpan(end), out port)))
        {
            return false;
        }

        address = new ServerAddress(host.ToLowerInvariant(), port);
        return true;
    }

    /// <summary>Host and port, an IPv6 address in brackets; or the path.</summary>
    public override string ToString() => IsUnixSocket
        ? Host
        : Host.Contains(':')
            ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
            : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    private static bool TryReadPort(ReadOnlySpan<char> text, out int port)
    {
        port = 0;
        return text[0] == ':' && int.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port is > 0 and < 65536;
    }
}
