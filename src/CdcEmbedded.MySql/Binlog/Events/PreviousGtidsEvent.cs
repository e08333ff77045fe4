using CdcEmbedded.MySql.Gtids;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>PREVIOUS_GTIDS_LOG_EVENT: the transactions in the files before this one, in the form of <see cref="GtidSetBinary"/>.</summary>
internal static class PreviousGtidsEvent
{
    private const int IntervalLength = 16;

    /// <summary>Reads the body, without checksum.</summary>
    /// <exception cref="CdcProtocolException">It is malformed.</exception>
    public static GtidSet Read(ReadOnlySpan<byte> body)
    {
        var reader = new SpanReader(body, EventType.PreviousGtids);
        var head = reader.ReadUInt64();
        var format = head >> 56;
        if (format > 1)
        {
            reader.ThrowMalformed($"a GTID set of format {format}; 0 and 1 are known");
        }

        var tagged = format == 1;
        var sources = tagged ? (head >> 8) & 0xffff_ffff_ffff : head;
        var builder = new GtidSetBuilder();
        for (ulong i = 0; i < sources; i++)
        {
            var source = new Guid(reader.ReadBytes(16), bigEndian: true);
            ReadIntervals(ref reader, builder, source, tagged ? GtidTaggedBody.ReadTag(ref reader) : null);
        }

        if (reader.Remaining > 0)
        {
            reader.ThrowMalformed($"{reader.Remaining} bytes are left over");
        }

        return builder.ToSet();
    }

    private static void ReadIntervals(ref SpanReader reader, GtidSetBuilder builder, Guid source, string? tag)
    {
        var intervals = reader.ReadUInt64();
        if (intervals > (ulong)(reader.Remaining / IntervalLength))
        {
            reader.ThrowMalformed($"{intervals} intervals pass the end");
        }

        long previous = 0;
        for (ulong i = 0; i < intervals; i++)
        {
            var start = reader.ReadInt64();
            var end = reader.ReadInt64();
            if (start <= previous || end <= start)
            {
                reader.ThrowMalformed($"an interval from {start} to before {end} after {previous}");
            }

            builder.Add(source, tag, start, end - 1);
            previous = end;
        }
    }
}
