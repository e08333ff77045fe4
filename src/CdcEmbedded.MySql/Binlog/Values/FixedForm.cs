namespace CdcEmbedded.MySql.Binlog.Values;

/// <summary>What the bytes of a MariaDB column mean that the log holds as a string. Only the table's definition says so.</summary>
internal enum FixedForm : byte
{
    None,
    Uuid,
    Inet4,
    Inet6,
    Vector,
}
