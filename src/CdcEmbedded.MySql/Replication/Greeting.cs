using System.Text;

namespace CdcEmbedded.MySql.Replication;

/// <summary>The first packet of a server.</summary>
/// <remarks>
/// MySQL manual, "Protocol::HandshakeV10":
/// <code>
/// 10, version\0, connection id[4], scramble[8], 0, capabilities low[2], charset[1], status[2], capabilities high[2],
/// scramble length[1], reserved[10], scramble rest[max(13, length - 8)] of which the last is 0, plugin name\0
/// </code>
/// </remarks>
internal sealed class Greeting
{
    private const int ScrambleLength = 20;
    private const Capabilities Needed = Capabilities.Protocol41 | Capabilities.SecureConnection | Capabilities.PluginAuth;

    private Greeting(MySqlServerVersion version, uint connectionId, Capabilities capabilities, byte[] scramble, string plugin)
    {
        Version = version;
        ConnectionId = connectionId;
        Capabilities = capabilities;
        Scramble = scramble;
        Plugin = plugin;
    }

    /// <summary>The server's version.</summary>
    public MySqlServerVersion Version { get; }

    /// <summary>The server's number for the connection.</summary>
    public uint ConnectionId { get; }

    /// <summary>What the server can do.</summary>
    public Capabilities Capabilities { get; }

    /// <summary>20 random bytes that answers are mixed with.</summary>
    public byte[] Scramble { get; }

    /// <summary>The method that the server would use if it does not find another one for the account.</summary>
    public string Plugin { get; }

    /// <summary>Reads the packet.</summary>
    /// <exception cref="CdcProtocolException">It is malformed, or the server is older than MySQL 5.6.</exception>
    public static Greeting Read(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload, "server greeting");
        var protocol = reader.ReadByte();
        if (protocol != 10)
        {
            throw reader.Malformed($"protocol version {protocol} where 10 was due (is this a MySQL server?)");
        }

        var version = MySqlServerVersion.Parse(reader.ReadNulText());
        var connectionId = reader.ReadUInt32();
        var scramble = new byte[ScrambleLength];
        reader.ReadBytes(8).CopyTo(scramble);
        reader.Skip(1);
        var capabilities = (uint)reader.ReadUInt16();
        if (reader.Remaining > 0)
        {
            reader.Skip(3);
            capabilities |= (uint)reader.ReadUInt16() << 16;
        }

        if (((Capabilities)capabilities & Needed) != Needed)
        {
            throw new CdcProtocolException(
                $"The server (version {version.Text}) lacks authentication plugins: MySQL 5.6 or later is needed.");
        }

        int scrambleLength = reader.ReadByte();
        reader.Skip(10);
        var rest = reader.ReadBytes(Math.Max(13, scrambleLength - 8));
        rest[..(ScrambleLength - 8)].CopyTo(scramble.AsSpan(8));

        // The end mark is missing in the greetings of MySQL 5.5.7 to 5.5.10 and of some proxies.
        var plugin = reader.ReadRest();
        var end = plugin.IndexOf((byte)0);
        return new Greeting(
            version, connectionId, (Capabilities)capabilities, scramble, Encoding.ASCII.GetString(end < 0 ? plugin : plugin[..end]));
    }
}
