using System.Buffers.Binary;
using System.Text;

namespace CdcEmbedded.MySql.Gtids;

/// <summary>Writes the binary form of a GTID set, in PREVIOUS_GTIDS_LOG_EVENT and
/// COM_BINLOG_DUMP_GTID (sql/rpl_gtid_set.cc, Gtid_set::encode).</summary>
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

    /// <summary>Writes the set.</summary>
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
}
