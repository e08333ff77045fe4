using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>The start of a TABLE_MAP_EVENT: enough to decide if the table is captured, without parsing the rest.</summary>
internal readonly ref struct TableMapHeader
{
    private TableMapHeader(ulong tableId, ReadOnlySpan<byte> database, ReadOnlySpan<byte> table)
    {
        TableId = tableId;
        Database = database;
        Table = table;
    }

    public ulong TableId { get; }

    /// <summary>The database in UTF-8.</summary>
    public ReadOnlySpan<byte> Database { get; }

    /// <summary>The table in UTF-8.</summary>
    public ReadOnlySpan<byte> Table { get; }

    /// <summary>Reads the start of the body.</summary>
    public static TableMapHeader Read(ReadOnlySpan<byte> body, FormatDescription format)
    {
        var reader = new SpanReader(body, EventType.TableMap);
        var id = format.TableIdLength(EventType.TableMap) == 4 ? reader.ReadUInt32() : reader.ReadUInt48();
        reader.Skip(2);
        var database = reader.ReadBytes(reader.ReadByte());
        reader.Skip(1);
        return new TableMapHeader(id, database, reader.ReadBytes(reader.ReadByte()));
    }
}
