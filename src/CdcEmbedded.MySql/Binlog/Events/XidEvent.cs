namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>XID_EVENT: the commit of a transaction of a transactional engine; 8 bytes of the server's transaction number.</summary>
internal readonly record struct XidEvent(ulong Xid)
{
    /// <summary>Reads the body, without checksum.</summary>
    public static XidEvent Read(ReadOnlySpan<byte> body) => new(new SpanReader(body, EventType.Xid).ReadUInt64());
}
