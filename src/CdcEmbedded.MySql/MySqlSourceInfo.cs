using System.Text.Json;

namespace CdcEmbedded.MySql;

/// <summary>Where a change of MySQL comes from. Immutable.</summary>
public sealed class MySqlSourceInfo : SourceInfo
{
    /// <summary>The <c>server_id</c> of the server on which the change was made first.</summary>
    public uint ServerId { get; init; }

    /// <summary>The transaction's GTID; null without GTIDs.</summary>
    public string? Gtid { get; init; }

    /// <summary>The binlog file.</summary>
    public required string File { get; init; }

    /// <summary>Where the row's event begins in the file, in bytes; for a compressed transaction, where that begins.</summary>
    public long Position { get; init; }

    /// <summary>Where it begins inside the transaction that stands compressed at <see cref="Position"/>, in bytes of its uncompressed form; null
    /// for transactions that are not compressed.</summary>
    public long? PayloadOffset { get; init; }

    /// <summary>The row's place inside its event, counted from 0.</summary>
    public int Row { get; init; }

    /// <summary>The id of the connection that made the change; null where the log does not tell it.</summary>
    public uint? ThreadId { get; init; }

    /// <summary>The statement, where the server logs it (<c>binlog_rows_query_log_events=ON</c>); else null.</summary>
    public string? Query { get; init; }

    /// <summary>When the transaction was committed on the server on which it was made first; null before MySQL 8.0.1.</summary>
    public DateTimeOffset? OriginalCommitTimestamp { get; init; }

    /// <inheritdoc/>
    public override void WriteProperties(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumber("server_id"u8, ServerId);
        writer.WriteString("gtid"u8, Gtid);
        writer.WriteString("file"u8, File);
        writer.WriteNumber("pos"u8, Position);
        writer.WriteNumber("row"u8, Row);
        if (ThreadId is { } thread)
        {
            writer.WriteNumber("thread"u8, thread);
        }
        else
        {
            writer.WriteNull("thread"u8);
        }

        writer.WriteString("query"u8, Query);
    }
}
