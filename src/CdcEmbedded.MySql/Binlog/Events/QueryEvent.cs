using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
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
    private const int InsideCharacter = 0x100;

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
    /// <param name="charset">Its character set; null for the client's.</param>
    public string GetText(Charset? charset = null) => (charset ?? CharsetOn(null)).DecodeLoosely(Query);

    /// <summary>Returns the character set of the statement: the client's, or UTF-8 where the server wrote the statement itself.</summary>
    /// <param name="format">The format of its file; null where it is not known.</param>
    public Charset CharsetOn(FormatDescription? format)
        => IsWrittenInUtf8(format) ? Charset.Utf8Mb4 : Charset.OfCollation(Status.ClientCollation) ?? Charset.Utf8Mb4;

    /// <summary>Returns the statement as its words are found: servers look for quotes and backslashes in the bytes, before they decode
    /// text. Each char is a byte; those inside a character of several bytes are moved above all bytes, so that none looks like
    /// ASCII.</summary>
    /// <param name="charset">The statement's character set.</param>
    public string GetWords(Charset charset)
    {
        var words = new char[Query.Length];
        for (var i = 0; i < words.Length;)
        {
            var length = charset.LengthOfWide(Query[i..]);
            words[i] = (char)Query[i++];
            for (; length > 1; length--)
            {
                words[i] = (char)(InsideCharacter | Query[i++]);
            }
        }

        return new string(words);
    }

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

    /// <summary>True for a table that MySQL describes itself: CREATE TABLE … SELECT, and one that gets an invisible primary key.</summary>
    public bool IsGenerated => (Query.EndsWith("START TRANSACTION"u8)
            || (Query.StartsWith("CREATE TABLE "u8)
                && Query.IndexOf("my_row_id` bigint unsigned NOT NULL AUTO_INCREMENT /*!80023 INVISIBLE */"u8) > 0))
        && Utf8.IsValid(Query);

    /// <summary>True for a statement whose names the server did not write in the client's character set: that of a table that it describes
    /// itself, in the form of SHOW CREATE TABLE, and before MySQL 5.7 also DROP TABLE, whose names it lists itself.</summary>
    private bool IsWrittenInUtf8(FormatDescription? format)
        => (IsDescription || (IsOld(format) && Query.EndsWith("/* generated by server */"u8))) && Utf8.IsValid(Query);

    private bool IsDescription => Query.EndsWith("START TRANSACTION"u8)
        || (Query.StartsWith("CREATE "u8) && (Query.IndexOf(" (\n  `"u8) > 0 || Query.IndexOf(" (\n  \""u8) > 0));

    private static bool IsOld(FormatDescription? format) => format is { IsMariaDb: false } mySql
        && (mySql.ServerVersion.StartsWith("5.6.", StringComparison.Ordinal)
            || mySql.ServerVersion.StartsWith("5.5.", StringComparison.Ordinal));
}
