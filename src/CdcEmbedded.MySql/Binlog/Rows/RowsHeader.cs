using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>The fixed part of a rows event: enough to find its table, so that rows of other tables cost only this much.</summary>
/// <remarks><code>
///  0  6  table id (4 from servers before 5.1.4)
///  6  2  flags
///  8  2  length of the extra row info, including these two bytes; only in version 2 (types 30 to 32, 39)
///        extra row info
///     n  number of columns, length-encoded
///        bitmap of the columns present (in the before image, for updates)
///        bitmap of the columns present in the after image; only for updates
///        rows
/// </code></remarks>
/// <param name="Type">The event's type.</param>
/// <param name="TableId">The id that a TABLE_MAP_EVENT introduced.</param>
/// <param name="Flags">The flags.</param>
/// <param name="Length">Offset of the number of columns in the body.</param>
internal readonly record struct RowsHeader(EventType Type, ulong TableId, ushort Flags, int Length)
{
    /// <summary>STMT_END_F: these are the statement's last rows, after which table ids are no longer valid.</summary>
    public const ushort StatementEndFlag = 1;

    /// <summary>The table id of an event without rows that only ends a statement.</summary>
    public const ulong DummyTableId = 0x00ff_ffff;

    public bool IsStatementEnd => (Flags & StatementEndFlag) != 0;

    /// <summary>True if its rows are in MariaDB's compressed form.</summary>
    public bool IsCompressed => Type is >= EventType.MariaDbWriteRowsCompressedV1 and <= EventType.MariaDbDeleteRowsCompressed;

    /// <summary>The type that the event has without MariaDB's compression.</summary>
    public EventType PlainType => Type switch
    {
        EventType.MariaDbWriteRowsCompressedV1 => EventType.WriteRowsV1,
        EventType.MariaDbUpdateRowsCompressedV1 => EventType.UpdateRowsV1,
        EventType.MariaDbDeleteRowsCompressedV1 => EventType.DeleteRowsV1,
        EventType.MariaDbWriteRowsCompressed => EventType.WriteRows,
        EventType.MariaDbUpdateRowsCompressed => EventType.UpdateRows,
        EventType.MariaDbDeleteRowsCompressed => EventType.DeleteRows,
        _ => Type,
    };

    /// <summary>Returns true if the event only ends a statement: it has one column and no rows. The id alone does not
    /// say so, because a server that has opened that many tables assigns it to a real one (server source,
    /// sql/log_event.cc, Rows_log_event's constructor).</summary>
    /// <param name="bodyLength">The length of the body.</param>
    public bool IsDummy(int bodyLength) => TableId == DummyTableId && IsStatementEnd
        && bodyLength - Length <= (Operation == RowsOperation.Update ? 3 : 2);

    public RowsOperation Operation => Type switch
    {
        EventType.WriteRows or EventType.WriteRowsV1 or EventType.MariaDbWriteRowsCompressedV1 or EventType.MariaDbWriteRowsCompressed
            => RowsOperation.Write,
        EventType.DeleteRows or EventType.DeleteRowsV1 or EventType.MariaDbDeleteRowsCompressedV1 or EventType.MariaDbDeleteRowsCompressed
            => RowsOperation.Delete,
        _ => RowsOperation.Update,
    };

    /// <summary>Returns true for any type of rows event, supported or not.</summary>
    public static bool IsRowsEvent(EventType type) => type
        is >= EventType.PreGaWriteRows and <= EventType.DeleteRowsV1
        or >= EventType.WriteRows and <= EventType.DeleteRows
        or EventType.PartialUpdateRows
        or >= EventType.MariaDbWriteRowsCompressedV1 and <= EventType.MariaDbDeleteRowsCompressed;

    /// <summary>Reads the fixed part of any rows event.</summary>
    /// <param name="type">The event's type.</param>
    /// <param name="body">The body, without checksum.</param>
    /// <param name="format">The file's format.</param>
    /// <exception cref="CdcProtocolException">The event is truncated.</exception>
    public static RowsHeader Read(EventType type, ReadOnlySpan<byte> body, FormatDescription format)
    {
        var reader = new SpanReader(body, type);
        var id = format.TableIdLength(type) == 4 ? reader.ReadUInt32() : reader.ReadUInt48();
        var flags = reader.ReadUInt16();
        if (type is >= EventType.WriteRows and <= EventType.DeleteRows or EventType.PartialUpdateRows
            or >= EventType.MariaDbWriteRowsCompressed and <= EventType.MariaDbDeleteRowsCompressed)
        {
            var extra = reader.ReadUInt16();
            if (extra < 2)
            {
                reader.ThrowMalformed($"it announces extra row info of {extra} bytes");
            }

            reader.Skip(extra - 2);
        }

        return new RowsHeader(type, id, flags, reader.Position);
    }
}
