using System.Globalization;
using CdcEmbedded.MySql.Gtids;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>GTID_EVENT of MariaDB (sql/log_event.h, Gtid_log_event): the start of a group of events.</summary>
/// <remarks><code>
///  0  8  sequence
///  8  4  domain
/// 12  1  flags
///     8  group commit id, if flagged
///        format id[4], lengths[1][1] and both parts of the XID, if the group prepares or completes an XA transaction
///     1  more flags, if bytes are left (short events are padded with zeros)
///     1  additional engines; 8  sequence of the START ALTER; 4  thread, if flagged
/// </code></remarks>
internal readonly record struct MariaDbGtidEvent
{
    private const byte Standalone = 1;
    private const byte GroupCommitId = 2;
    private const byte PreparedXa = 64;
    private const byte CompletedXa = 128;
    private const byte MultiEngine = 1;
    private const byte StartAlter = 2;
    private const byte CommitAlter = 4;
    private const byte RollbackAlter = 8;
    private const byte ThreadIdFollows = 16;

    public MariaDbGtid Gtid { get; init; }

    /// <summary>True if the group is the single statement that follows; otherwise the group ends with XID, COMMIT, ROLLBACK
    /// or XA PREPARE.</summary>
    public bool IsStandalone { get; init; }

    /// <summary>The XA transaction that the group prepares; null if it prepares none.</summary>
    public string? PreparedXid { get; init; }

    /// <summary>True if its ALTER is only the first half of a two-phase one, or rolls one back: it changes no table.</summary>
    public bool IsAlterWithoutEffect { get; init; }

    /// <summary>The id of the connection; null if the event does not give it.</summary>
    public uint? ThreadId { get; init; }

    /// <summary>Reads the body, without checksum.</summary>
    /// <param name="serverId">The server id from the event's header.</param>
    /// <param name="body">The body, without checksum.</param>
    public static MariaDbGtidEvent Read(uint serverId, ReadOnlySpan<byte> body)
    {
        var reader = new SpanReader(body, EventType.MariaDbGtid);
        var sequence = reader.ReadUInt64();
        var gtid = new MariaDbGtid(reader.ReadUInt32(), serverId, sequence);
        var flags = reader.ReadByte();
        if ((flags & GroupCommitId) != 0)
        {
            reader.Skip(8);
        }

        var xid = (flags & (PreparedXa | CompletedXa)) != 0 ? ReadXid(ref reader) : null;
        var more = reader.Remaining > 0 ? reader.ReadByte() : (byte)0;
        reader.Skip((more & MultiEngine) != 0 ? 1 : 0);
        reader.Skip((more & (CommitAlter | RollbackAlter)) != 0 ? 8 : 0);
        return new MariaDbGtidEvent
        {
            Gtid = gtid,
            IsStandalone = (flags & Standalone) != 0,
            PreparedXid = (flags & PreparedXa) != 0 ? xid : null,
            IsAlterWithoutEffect = (more & (StartAlter | RollbackAlter)) != 0,
            ThreadId = (more & ThreadIdFollows) != 0 ? reader.ReadUInt32() : null,
        };
    }

    private static string ReadXid(ref SpanReader reader)
    {
        var format = reader.ReadInt32();
        var global = reader.ReadByte();
        var branch = reader.ReadByte();
        var first = Convert.ToHexStringLower(reader.ReadBytes(global));
        var second = Convert.ToHexStringLower(reader.ReadBytes(branch));
        return string.Create(CultureInfo.InvariantCulture, $"X'{first}',X'{second}',{format}");
    }
}
