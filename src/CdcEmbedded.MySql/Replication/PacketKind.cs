namespace CdcEmbedded.MySql.Replication;

/// <summary>First bytes of the payloads that a server sends.</summary>
internal static class PacketKind
{
    /// <summary>OK, and the byte before each event of a binlog stream.</summary>
    public const int Ok = 0x00;

    /// <summary>More data of an authentication plugin.</summary>
    public const int AuthMoreData = 0x01;

    /// <summary>The server wants a further factor.</summary>
    public const int AuthNextFactor = 0x02;

    /// <summary>The server wants a file of the client.</summary>
    public const int LocalInfile = 0xFB;

    /// <summary>End of columns, of rows or of a non-blocking binlog stream; during the handshake: change of the plugin.</summary>
    public const int Eof = 0xFE;

    /// <summary>An error.</summary>
    public const int Error = 0xFF;

    /// <summary>An EOF packet has 5 bytes; a row may begin with the same byte, but is then longer than 8.</summary>
    public static bool IsEof(PacketSlice packet) => packet.Kind == Eof && packet.Length < 9;
}
