using System.Buffers.Binary;
using System.Text;
using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Gtids;

/// <summary>The binary form of a GTID set, in PREVIOUS_GTIDS_LOG_EVENT and COM_BINLOG_DUMP_GTID (sql/rpl_gtid_set.cc,
/// Gtid_set::encode).</summary>
/// <remarks><code>
/// untagged                             tagged, as soon as a GTID has a tag (8.3 on)
///  8  number of sources                 1  1, 6  number of sources with their tags, 1  1
///  for each: 16 UUID                    for each: 16 UUID, tag (length in variable-length form, bytes)
///             8 number of intervals               8 number of intervals
///             for each: 8 first, 8 last plus 1    the same
/// </code></remarks>
internal static class GtidSetBinary
{
    private const int IntervalLength = 16;

    /// <summary>Reads the set.</summary>
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

    public static byte[] Write(GtidSet set)
    {
        var tagged = set.HasTags;
        var length = 8;
        foreach (var entry in set.Entries)
        {
            length += 16 + (tagged ? 1 + entry.Tag.Length : 0) + 8 + (entry.Intervals.Length * IntervalLength);
        }

        var bytes = new byte[length];
        var count = (ulong)set.Entries.Length;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, tagged ? 1 | (count << 8) | (1UL << 56) : count);
        var at = 8;
        foreach (var entry in set.Entries)
        {
            entry.Source.TryWriteBytes(bytes.AsSpan(at), bigEndian: true, out _);
            at += 16;
            if (tagged)
            {
                // A tag has at most 32 characters, so its length takes one byte of the variable-length form.
                bytes[at++] = (byte)(entry.Tag.Length << 1);
                at += Encoding.ASCII.GetBytes(entry.Tag, bytes.AsSpan(at));
            }

            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), entry.Intervals.Length);
            at += 8;
            foreach (var (start, end) in entry.Intervals)
            {
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), start);
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at + 8), end + 1);
                at += IntervalLength;
            }
        }

        return bytes;
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
