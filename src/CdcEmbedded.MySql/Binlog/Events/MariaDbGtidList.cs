using CdcEmbedded.MySql.Gtids;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>GTID_LIST_EVENT of MariaDB: the state at a file's start, as the last GTID of each domain and server. A domain's position is the
/// last one listed for it.</summary>
/// <remarks><code>
///  0  4  number of entries in 28 bits, flags in 4
///  4     entries: domain[4], server[4], sequence[8]
/// </code></remarks>
internal static class MariaDbGtidList
{
    /// <summary>Reads the body, without checksum.</summary>
    public static MariaDbGtidPosition Read(ReadOnlySpan<byte> body)
    {
        const int EntryLength = 16;
        var reader = new SpanReader(body, EventType.MariaDbGtidList);
        var count = reader.ReadUInt32() & 0x0fff_ffff;
        if (count > reader.Remaining / EntryLength)
        {
            reader.ThrowMalformed($"{count} entries do not fit in {reader.Remaining} bytes");
        }

        var gtids = new List<MariaDbGtid>((int)count);
        for (var i = 0; i < count; i++)
        {
            var domain = reader.ReadUInt32();
            var server = reader.ReadUInt32();
            gtids.Add(new MariaDbGtid(domain, server, reader.ReadUInt64()));
        }

        return MariaDbGtidPosition.Of(gtids);
    }
}
