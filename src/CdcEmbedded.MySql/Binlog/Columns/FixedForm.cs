namespace CdcEmbedded.MySql.Binlog.Columns;

/// <summary>What the bytes of a MariaDB column mean that the log holds as a string: only the table's definition tells.</summary>
internal enum FixedForm : byte
{
    None,
    Uuid,
    Inet4,
    Inet6,
    Vector,
}
