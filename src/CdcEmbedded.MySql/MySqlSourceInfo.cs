using System.Text.Json;

namespace CdcEmbedded.MySql;

/// <summary>Where a change of MySQL or MariaDB comes from. Immutable.</summary>
public sealed class MySqlSourceInfo : SourceInfo
{
    /// <summary>The <c>server_id</c> of the server on which the change was originally made.</summary>
    public uint ServerId { get; init; }

    /// <summary>The transaction's GTID; null if the server writes none.</summary>
    public string? Gtid { get; init; }

    /// <summary>The binlog file.</summary>
    public required string File { get; init; }

    /// <summary>Position of the row's event in the file, in bytes; in a compressed transaction, the position of the event that
    /// contains the transaction.</summary>
    public long Position { get; init; }

    /// <summary>Position of the row's event inside the compressed transaction at <see cref="Position"/>, in bytes of its uncompressed form;
    /// null for transactions that are not compressed.</summary>
    public long? PayloadOffset { get; init; }

    /// <summary>The row's index in its event, from 0.</summary>
    public int Row { get; init; }

    /// <summary>The id of the connection that made the change; null if the log does not give it.</summary>
    public uint? ThreadId { get; init; }

    /// <summary>The statement that made the change, if the server logs it
    /// (<c>binlog_rows_query_log_events=ON</c>); otherwise null.</summary>
    public string? Query { get; init; }

    /// <summary>When the transaction was committed on the server where it originated; null before MySQL 8.0.1.</summary>
    public DateTimeOffset? OriginalCommitTimestamp { get; init; }

    /// <summary>Returns the same without <see cref="Query"/>.</summary>
    public override SourceInfo WithoutValues() => Query is null ? this : new MySqlSourceInfo
    {
        Connector = Connector,
        Name = Name,
        Timestamp = Timestamp,
        Database = Database,
        Table = Table,
        Snapshot = Snapshot,
        ServerId = ServerId,
        Gtid = Gtid,
        File = File,
        Position = Position,
        PayloadOffset = PayloadOffset,
        Row = Row,
        ThreadId = ThreadId,
        OriginalCommitTimestamp = OriginalCommitTimestamp,
    };

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
