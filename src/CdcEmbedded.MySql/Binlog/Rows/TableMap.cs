using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>TABLE_MAP_EVENT: a table's columns as they occur in the rows that
/// follow (libs/mysql/binlog/event/rows_event.h). Immutable.</summary>
/// <remarks><code>
///  0  6  table id (4 from servers before 5.1.4)
///  6  2  flags
///  8     database: length in 1 byte, text, a zero byte; table: the same
///        number of columns, length-encoded; a type byte for each
///        length of the type metadata, length-encoded; the metadata (see <see cref="TableMapReader"/>)
///        bitmap of the nullable columns
///        optional metadata: type, length (length-encoded), value; from 8.0 (MariaDB 10.5) on
/// </code></remarks>
internal sealed class TableMap
{
    private readonly ColumnMetadata[] _columns;
    private readonly byte[] _raw;

    internal TableMap(ulong tableId, ushort flags, string database, string table, ColumnMetadata[] columns, byte[] raw, bool hasExactNulls,
        int maxEventBytes, InvalidDateMode invalidDates = InvalidDateMode.Raw)
    {
        InvalidDates = invalidDates;
        HasExactNulls = hasExactNulls;
        MaxEventBytes = maxEventBytes;
        TableId = tableId;
        Flags = flags;
        Database = database;
        Table = table;
        _columns = columns;
        _raw = raw;
        Codecs = new ColumnCodec[columns.Length];
        Shapes = new sbyte[columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            var codec = ColumnCodecs.For(columns[i], this);
            Codecs[i] = columns[i].KeyOrdinal > 0 ? codec : codec.WithInvalidDates(invalidDates);
            Shapes[i] = Codecs[i].Shape;
        }

        JsonColumns = PlacesOfJson(columns);
        Schema = TableSchemas.Make(this);
        FieldCount = Schema?.Columns.Count ?? columns.Length;
        PrimaryKey = TableSchemas.PrimaryKey(columns);
    }

    /// <summary>False for servers that write a column of an outer join's inner side as nullable: MariaDB, and MySQL before 8.0.</summary>
    public bool HasExactNulls { get; }

    public ulong TableId { get; }

    public ushort Flags { get; }

    public string Database { get; }

    public string Table { get; }

    public string FullName => Database + "." + Table;

    /// <summary>Number of columns of its rows: those of the <see cref="Schema"/>, followed by MariaDB's <see cref="KeyHashes"/>.</summary>
    public int ColumnCount => _columns.Length;

    /// <summary>Number of columns that an application sees: those of the <see cref="Schema"/>.</summary>
    public int FieldCount { get; }

    public ReadOnlySpan<ColumnMetadata> Columns => _columns;

    /// <inheritdoc cref="FormatDescription.MaxEventBytes"/>
    public int MaxEventBytes { get; }

    /// <summary>How dates are read that no calendar has. Not in the event: an option.</summary>
    public InvalidDateMode InvalidDates { get; }

    /// <summary>The event's body, to compare it with the next one of the same table: equal bytes mean an equal map.</summary>
    public ReadOnlySpan<byte> RawBytes => _raw;

    /// <summary>The table with its columns' names; null if the event has none and <see cref="TryBind"/> has not supplied them.</summary>
    public TableSchema? Schema { get; }

    /// <summary>The indexes of the primary key's columns, in the key's order; empty if there is no key or the log does
    /// not give it.</summary>
    public int[] PrimaryKey { get; }

    /// <summary>The indexes of the JSON columns, which partial updates count.</summary>
    internal int[] JsonColumns { get; }

    internal ColumnCodec[] Codecs { get; }

    internal sbyte[] Shapes { get; }

    /// <summary>Reads the event.</summary>
    /// <param name="body">The body, without checksum.</param>
    /// <param name="format">The file's format.</param>
    /// <param name="invalidDates">How dates are read that no calendar has.</param>
    /// <exception cref="CdcProtocolException">The event is malformed, or has a column of an unknown type.</exception>
    public static TableMap Read(ReadOnlySpan<byte> body, FormatDescription format, InvalidDateMode invalidDates = InvalidDateMode.Raw)
        => TableMapReader.Read(body, format, invalidDates);

    /// <summary>Adds column names from elsewhere to a map without names, if number, types, lengths and nullability match.</summary>
    /// <param name="definitions">The columns in the order of the table.</param>
    /// <param name="mayHashKeys">True if <see cref="KeyHashes"/> may follow them.</param>
    /// <param name="bound">A map with names; this one if they do not match.</param>
    /// <param name="mismatch">What does not match; empty if everything does.</param>
    public bool TryBind(IReadOnlyList<ColumnDefinition> definitions, bool mayHashKeys, out TableMap bound, out string mismatch)
    {
        bound = this;
        if (!ColumnBinding.TryBind(_columns, definitions, mayHashKeys, HasExactNulls, out var columns, out mismatch))
        {
            mismatch = $"{FullName}: {mismatch}";
            return false;
        }

        bound = new TableMap(TableId, Flags, Database, Table, columns, _raw, HasExactNulls, MaxEventBytes, InvalidDates);
        return true;
    }

    private static int[] PlacesOfJson(ColumnMetadata[] columns)
    {
        var count = 0;
        foreach (ref readonly var column in columns.AsSpan())
        {
            count += column.Type == ColumnType.Json ? 1 : 0;
        }

        if (count == 0)
        {
            return [];
        }

        var result = new int[count];
        for (var i = columns.Length - 1; i >= 0; i--)
        {
            if (columns[i].Type == ColumnType.Json)
            {
                result[--count] = i;
            }
        }

        return result;
    }
}
