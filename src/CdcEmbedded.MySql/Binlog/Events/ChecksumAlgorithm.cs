namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>What the last bytes of each event are (libs/mysql/binlog/event/binlog_event.h, enum_binlog_checksum_alg).</summary>
internal enum ChecksumAlgorithm : byte
{
    None = 0,
    Crc32 = 1,
    Undefined = 255,
}
