namespace CdcEmbedded.MySql.Replication;

/// <summary>First bytes of commands (MySQL manual, "Command Phase"; server source include/my_command.h).</summary>
internal static class Command
{
    /// <summary>COM_QUIT.</summary>
    public const byte Quit = 0x01;

    /// <summary>COM_QUERY.</summary>
    public const byte Query = 0x03;

    /// <summary>COM_BINLOG_DUMP.</summary>
    public const byte BinlogDump = 0x12;

    /// <summary>COM_REGISTER_SLAVE.</summary>
    public const byte RegisterReplica = 0x15;

    /// <summary>COM_BINLOG_DUMP_GTID.</summary>
    public const byte BinlogDumpGtid = 0x1E;
}
