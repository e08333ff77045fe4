using System.Buffers.Binary;
using System.Text;
using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>The form of a record in the spill file. Records have the header of a binlog event, so that
/// <see cref="EventChunks"/> cuts them.</summary>
/// <remarks><code>
///  0  4  header timestamp of the rows event
///  4  1  kind: the type of a rows event, or one of the kinds below
///  5  4  server id of the rows event
///  9  4  length of the whole record
/// 13  4  rows: number of the table; schema change: number of the item; notice: its kind
/// 17  2  0
/// rows only:
/// 19  8  position of the event in its binlog file
/// 27  8  offset in the uncompressed payload; -1 outside of one
/// 35  4  length of the fixed part of the body
/// 39     body of the rows event, without MariaDB's compression
/// </code> A query's text follows its header, and applies to the rows after it; a record without text ends it. A notice has database, table
/// and message after its header, each with its length in 4 bytes.</remarks>
internal static class SpillRecord
{
    /// <summary>The text of the statement of the rows that follow.</summary>
    public const EventType Query = EventType.RowsQuery;

    /// <summary>A schema change, which is kept in memory.</summary>
    public const EventType SchemaChange = EventType.Query;

    /// <summary>A notice.</summary>
    public const EventType Notice = EventType.Incident;

    /// <summary>Length of a rows record before the body.</summary>
    public const int RowsLength = EventHeader.Length + 20;

    /// <summary>Writes the header of a record.</summary>
    /// <param name="to">At least <see cref="EventHeader.Length"/> bytes.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="length">Length of the whole record.</param>
    /// <param name="number">The number.</param>
    public static void WriteHeader(Span<byte> to, EventType kind, int length, int number)
    {
        to[..EventHeader.Length].Clear();
        to[4] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(to[9..], length);
        BinaryPrimitives.WriteInt32LittleEndian(to[13..], number);
    }

    /// <summary>Writes what comes before the body of a rows record.</summary>
    public static void WriteRows(Span<byte> to, MySqlChangeSet set, int table)
    {
        var (rows, context) = (set.Rows, set.Context);
        WriteHeader(to, rows.Type, RowsLength + rows.BodyLength, table);
        BinaryPrimitives.WriteUInt32LittleEndian(to, context.HeaderSeconds);
        BinaryPrimitives.WriteUInt32LittleEndian(to[5..], context.ServerId);
        BinaryPrimitives.WriteInt64LittleEndian(to[19..], context.EventPosition);
        BinaryPrimitives.WriteInt64LittleEndian(to[27..], context.PayloadOffset ?? -1);
        BinaryPrimitives.WriteInt32LittleEndian(to[35..], rows.HeaderLength);
    }

    /// <summary>Reads what <see cref="WriteRows"/> wrote.</summary>
    public static (RowsContext Context, int HeaderLength) ReadRows(ReadOnlySpan<byte> record, in EventHeader header, LoggedQuery? query)
    {
        var payloadOffset = BinaryPrimitives.ReadInt64LittleEndian(record[27..]);
        var context = new RowsContext(BinaryPrimitives.ReadInt64LittleEndian(record[19..]), payloadOffset < 0 ? null : payloadOffset,
            header.Timestamp, header.ServerId, query);
        return (context, BinaryPrimitives.ReadInt32LittleEndian(record[35..]));
    }

    /// <summary>A notice as a record.</summary>
    public static byte[] WriteNotice(HeldNotice notice)
    {
        string[] texts = [notice.Database, notice.Table, notice.Message];
        var length = EventHeader.Length;
        foreach (var text in texts)
        {
            length += 4 + Encoding.UTF8.GetByteCount(text);
        }

        var record = new byte[length];
        WriteHeader(record, Notice, length, (int)notice.Kind);
        var rest = record.AsSpan(EventHeader.Length);
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text, rest[4..]);
            BinaryPrimitives.WriteInt32LittleEndian(rest, bytes);
            rest = rest[(4 + bytes)..];
        }

        return record;
    }

    /// <summary>Reads what <see cref="WriteNotice"/> wrote.</summary>
    public static HeldNotice ReadNotice(ReadOnlySpan<byte> record, in EventHeader header)
    {
        var rest = record[EventHeader.Length..];
        return new HeldNotice((NoticeKind)header.NextPosition, Take(ref rest), Take(ref rest), Take(ref rest));
    }

    private static string Take(ref ReadOnlySpan<byte> rest)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
        var text = Encoding.UTF8.GetString(rest.Slice(4, length));
        rest = rest[(4 + length)..];
        return text;
    }
}
