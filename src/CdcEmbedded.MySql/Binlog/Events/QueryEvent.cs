using System.Buffers.Binary;
using System.Text;
using CdcEmbedded.MySql.Binlog.Charsets;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>QUERY_EVENT: a statement, which is BEGIN, COMMIT, DDL, or a change logged as a statement
/// (libs/mysql/binlog/event/statement_events.h).</summary>
/// <remarks><code>
///  0  4  thread id
///  4  4  seconds of execution
///  8  1  length of the default database's name
///  9  2  error code
/// 11  2  length of the status variables
/// 13     status variables, database, a zero byte, the statement
/// </code></remarks>
internal readonly ref struct QueryEvent
{
    private QueryEvent(uint threadId, uint seconds, ushort errorCode, ReadOnlySpan<byte> database, ReadOnlySpan<byte> query,
        QueryStatus status)
    {
        ThreadId = threadId;
        ExecutionSeconds = seconds;
        ErrorCode = errorCode;
        DatabaseBytes = database;
        Query = query;
        Status = status;
    }

    public uint ThreadId { get; }

    public uint ExecutionSeconds { get; }

    public ushort ErrorCode { get; }

    /// <summary>The default database in UTF-8; empty if there is none.</summary>
    public ReadOnlySpan<byte> DatabaseBytes { get; }

    /// <summary>The statement in the character set of <see cref="QueryStatus.ClientCollation"/>.</summary>
    public ReadOnlySpan<byte> Query { get; }

    public QueryStatus Status { get; }

    public string Database => Encoding.UTF8.GetString(DatabaseBytes);

    /// <summary>Returns the statement as text, to show it and to find names in it. Bytes that are invalid in its character set become
    /// U+FFFD.</summary>
    public string GetText() => (Charset.OfCollation(Status.ClientCollation) ?? Charset.Utf8Mb4).DecodeLoosely(Query);

    /// <summary>Returns true if the statement is BEGIN, as in every transaction, without reading the rest.</summary>
    public static bool TryReadBegin(ReadOnlySpan<byte> body, out uint threadId)
    {
        threadId = 0;
        if (body.Length < 13 + 1 + 5 || !body.EndsWith("BEGIN"u8)
            || 13 + BinaryPrimitives.ReadUInt16LittleEndian(body[11..]) + body[8] + 1 + 5 != body.Length)
        {
            return false;
        }

        threadId = BinaryPrimitives.ReadUInt32LittleEndian(body);
        return true;
    }

    /// <summary>Reads the body, without checksum.</summary>
    public static QueryEvent Read(ReadOnlySpan<byte> body)
    {
        var reader = new SpanReader(body, EventType.Query);
        var thread = reader.ReadUInt32();
        var seconds = reader.ReadUInt32();
        var databaseLength = reader.ReadByte();
        var error = reader.ReadUInt16();
        var status = QueryStatus.Read(reader.ReadBytes(reader.ReadUInt16()));
        var database = reader.ReadBytes(databaseLength);
        reader.Skip(1);
        return new QueryEvent(thread, seconds, error, database, reader.Rest, status);
    }
}
