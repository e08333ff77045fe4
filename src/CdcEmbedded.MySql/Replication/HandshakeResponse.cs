namespace CdcEmbedded.MySql.Replication;

/// <summary>The client's answer to the greeting, and its request for TLS, which is the first 32 bytes of the same.</summary>
/// <remarks>
/// MySQL manual, "Protocol::SSLRequest", "Protocol::HandshakeResponse41":
/// <code>
/// capabilities[4], max packet[4], charset[1], 0[23]                                     -- SSLRequest ends here
/// user\0, auth data (length-encoded), database\0 ?, plugin name\0, attributes (length-encoded: name, value, …) ?
/// </code>
/// </remarks>
internal static class HandshakeResponse
{
    private const Capabilities Wanted = Capabilities.LongPassword | Capabilities.LongFlag | Capabilities.Transactions
        | Capabilities.ConnectAttributes | Capabilities.PluginAuthLengthEncoded;

    private const Capabilities Always = Capabilities.Protocol41 | Capabilities.SecureConnection | Capabilities.PluginAuth;

    private const uint MaxPacketLength = 1 << 30;

    /// <summary>utf8mb4_general_ci: the newest character set that MySQL 5.6 knows.</summary>
    private const byte Utf8Mb4 = 45;

    /// <summary>What both sides can do.</summary>
    /// <remarks>Without LOCAL_FILES: a server could ask for any file of the client. Without DEPRECATE_EOF: result sets then look the
    /// same on every server.</remarks>
    public static Capabilities Agree(Greeting greeting, SessionSettings settings, bool tls)
    {
        var agreed = Always | (greeting.Capabilities & Wanted);
        agreed |= tls ? Capabilities.Ssl : Capabilities.None;
        agreed |= settings.IsInteractive ? Capabilities.Interactive : Capabilities.None;
        return agreed | (settings.Database is null ? Capabilities.None : greeting.Capabilities & Capabilities.ConnectWithDatabase);
    }

    /// <summary>Writes the request for TLS.</summary>
    public static void WriteTlsRequest(PacketWriter writer, Capabilities agreed)
    {
        writer.WriteUInt32((uint)agreed);
        writer.WriteUInt32(MaxPacketLength);
        writer.WriteByte(Utf8Mb4);
        writer.WriteZeros(23);
    }

    /// <summary>Writes the answer.</summary>
    public static void Write(
        PacketWriter writer, Capabilities agreed, SessionSettings settings, string plugin, ReadOnlySpan<byte> authData)
    {
        WriteTlsRequest(writer, agreed);
        writer.WriteNulText(settings.User);
        if ((agreed & Capabilities.PluginAuthLengthEncoded) != 0)
        {
            writer.WriteLengthEncodedBytes(authData);
        }
        else
        {
            // Only answers of 0, 20 or 32 bytes are given before a plugin is switched to.
            writer.WriteByte((byte)authData.Length);
            writer.WriteBytes(authData);
        }

        if ((agreed & Capabilities.ConnectWithDatabase) != 0)
        {
            writer.WriteNulText(settings.Database ?? "");
        }

        writer.WriteNulText(plugin);
        if ((agreed & Capabilities.ConnectAttributes) != 0)
        {
            WriteAttributes(writer, settings);
        }
    }

    private static void WriteAttributes(PacketWriter writer, SessionSettings settings)
    {
        using var attributes = new PacketWriter();
        attributes.WriteLengthEncodedText("_client_name");
        attributes.WriteLengthEncodedText("CdcEmbedded");
        if (settings.ApplicationName is { } application)
        {
            attributes.WriteLengthEncodedText("program_name");
            attributes.WriteLengthEncodedText(application);
        }

        writer.WriteLengthEncodedBytes(attributes.Payload);
    }
}
