using System.Text;
using CdcEmbedded.MySql.Gtids;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>GTID_LOG_EVENT, ANONYMOUS_GTID_LOG_EVENT and GTID_TAGGED_LOG_EVENT: the start of a transaction.</summary>
/// <remarks><code>
///  0   1  flags; 1 = may contain statements
///  1  16  UUID          } zeros if anonymous
/// 17   8  number        }
/// 25   1  2, then       } from 5.7 on
/// 26   8  last_committed
/// 34   8  sequence_number
/// 42   7  immediate commit timestamp, Unix microseconds; bit 55: the original one follows in 7 more   } from 8.0 on
///      n  transaction length, length-encoded
///      4  immediate server version; bit 31: the original one follows in 4 more
///      8  commit group ticket                                                                           8.4 on, not read
/// </code></remarks>
internal readonly record struct GtidEvent
{
    /// <summary>The flag of a transaction that may contain statements, not only rows.</summary>
    public const byte MayHaveStatementsFlag = 1;

    public byte Flags { get; init; }

    public bool IsAnonymous { get; init; }

    /// <summary>The GTID; default if anonymous.</summary>
    public Gtid Gtid { get; init; }

    public long LastCommitted { get; init; }

    public long SequenceNumber { get; init; }

    /// <summary>Time of the commit on the sending server, in Unix microseconds; 0 if unknown.</summary>
    public long ImmediateCommitTimestamp { get; init; }

    /// <summary>Time of the commit on the server where the transaction originated, in Unix microseconds; 0 if unknown.</summary>
    public long OriginalCommitTimestamp { get; init; }

    /// <summary>Length of the whole transaction in bytes, including this event; 0 if unknown.</summary>
    public ulong TransactionLength { get; init; }

    /// <summary>Version of the sending server, such as 90704; 0 if unknown.</summary>
    public uint ImmediateServerVersion { get; init; }

    public uint OriginalServerVersion { get; init; }

    /// <summary>Reads the body, without checksum.</summary>
    public static GtidEvent Read(EventType type, ReadOnlySpan<byte> body)
        => type == EventType.GtidTagged ? GtidTaggedBody.Read(body) : ReadUntagged(type, body);

    private static GtidEvent ReadUntagged(EventType type, ReadOnlySpan<byte> body)
    {
        var reader = new SpanReader(body, type);
        var flags = reader.ReadByte();
        var source = new Guid(reader.ReadBytes(16), bigEndian: true);
        var number = reader.ReadInt64();
        var anonymous = type == EventType.AnonymousGtid;
        if (!anonymous && number is < 1 or long.MaxValue)
        {
            reader.ThrowMalformed($"{number} is not a transaction number");
        }

        var result = new GtidEvent { Flags = flags, IsAnonymous = anonymous, Gtid = anonymous ? default : new Gtid(source, null, number) };
        if (reader.Remaining < 17 || reader.ReadByte() != 2)
        {
            return result;
        }

        result = result with { LastCommitted = reader.ReadInt64(), SequenceNumber = reader.ReadInt64() };
        return reader.Remaining < 7 ? result : ReadTimes(ref reader, result);
    }

    private static GtidEvent ReadTimes(ref SpanReader reader, GtidEvent result)
    {
        const ulong originalFollows = 1UL << 55;
        const uint versionFollows = 1U << 31;
        var immediate = reader.ReadUInt56();
        var original = (immediate & originalFollows) != 0 ? reader.ReadUInt56() : immediate;
        result = result with
        {
            ImmediateCommitTimestamp = (long)(immediate & ~originalFollows),
            OriginalCommitTimestamp = (long)(original & ~originalFollows),
        };
        if (reader.Remaining == 0)
        {
            return result;
        }

        result = result with { TransactionLength = reader.ReadLengthEncoded() };
        if (reader.Remaining < 4)
        {
            return result;
        }

        var version = reader.ReadUInt32();
        var first = (version & versionFollows) != 0 ? reader.ReadUInt32() : version;
        return result with { ImmediateServerVersion = version & ~versionFollows, OriginalServerVersion = first & ~versionFollows };
    }
}
