namespace CdcEmbedded.MySql.Replication;

/// <summary>Flags of the binlog dump commands (server source sql/rpl_constants.h).</summary>
[Flags]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1069", Justification = "Two makes of server give one bit two meanings.")]
internal enum BinlogDumpFlags : ushort
{
    /// <summary>None: the stream has no end.</summary>
    None = 0,

    /// <summary>BINLOG_DUMP_NON_BLOCK: an EOF packet ends the stream at the end of the log.</summary>
    NonBlocking = 0x01,

    /// <summary>BINLOG_SEND_ANNOTATE_ROWS_EVENT of MariaDB, which gives the bit this meaning: statements come with their rows.</summary>
    AnnotateRows = 0x02,

    /// <summary>BINLOG_THROUGH_POSITION: start where file and position say.</summary>
    ThroughPosition = 0x02,

    /// <summary>BINLOG_THROUGH_GTID: start where the GTID set says.</summary>
    ThroughGtid = 0x04,
}
