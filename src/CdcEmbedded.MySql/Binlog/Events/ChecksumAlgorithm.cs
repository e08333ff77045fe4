namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>The checksum in the last bytes of each event (libs/mysql/binlog/event/binlog_event.h, enum_binlog_checksum_alg).</summary>
internal enum ChecksumAlgorithm : byte
{
    None = 0,
    Crc32 = 1,
    Undefined = 255,
}
