using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>A table as it is read: its columns in the form of the log, and the key by which it is read in chunks. Immutable.</summary>
internal sealed class MySqlSnapshotTable : SnapshotTable
{
    private readonly string[] _keyNames = [];
    private readonly string?[] _keySets = [];
    private readonly string[] _orderNames = [];
    private readonly string?[] _orderSets = [];

    /// <summary>Creates it.</summary>
    /// <param name="definition">Its columns.</param>
    /// <param name="facts">What else is known of it.</param>
    /// <param name="isMariaDb">True for MariaDB.</param>
    /// <param name="surrogateKey">A column by which it is read before its key; null for the key alone.</param>
    /// <param name="invalidDates">How dates are read that no calendar has.</param>
    public MySqlSnapshotTable(TableDefinition definition, TableFacts facts, bool isMariaDb, string? surrogateKey = null,
        InvalidDateMode invalidDates = InvalidDateMode.Raw)
        : base(definition.Database, definition.Name)
    {
        Definition = definition;
        SurrogateKey = surrogateKey;
        EstimatedRows = facts.Rows;
        AverageRowBytes = facts.AverageRowBytes;
        Captured = TableImage.TryMake(definition, isMariaDb, invalidDates, out var refusal);
        if (Captured is not { } captured)
        {
            ChunkRefusal = ViewRefusal = $"{FullName} cannot be read: {refusal}. Exclude it, or use a newer version of this library.";
            return;
        }

        ViewRefusal = IsTransactional(definition.Engine) ? null
            : $"{FullName} uses the engine {definition.Engine}, which has no read views. Convert it to InnoDB, or read it in chunks beside "
            + "the stream.";
        var key = UniqueKey.Best(facts.Keys, [.. captured.KeyColumns.Select(place => captured.Schema.Columns[place].Name)]);
        KeyColumns = Places(captured, key?.Columns ?? []);
        HasPrimaryKey = key is { IsPrimary: true };
        HasOrderedPrimaryKey = key is { IsPrimary: true, IsOrdered: true };
        if (KeyColumns.Length == 0)
        {
            ChunkRefusal = $"{FullName} has no primary key, and no unique key whose columns are all NOT NULL, by which it could be read in "
                + "chunks. Add one, or read the table in a consistent snapshot.";
            return;
        }

        OrderColumns = KeyColumns;
        if (surrogateKey is not null)
        {
            ChunkRefusal = SurrogateColumn.RefusalOf(this, captured, surrogateKey, out var place);
            if (ChunkRefusal is not null)
            {
                return;
            }

            OrderColumns = [place, .. KeyColumns.Where(column => column != place)];
        }

        ChunkRefusal = DateRefusal(captured, [.. KeyColumns, .. OrderColumns], invalidDates);
        if (ChunkRefusal is not null)
        {
            return;
        }

        (_keyNames, _keySets) = NamesOf(captured, KeyColumns);
        (_orderNames, _orderSets) = HasOtherOrder ? NamesOf(captured, OrderColumns) : (_keyNames, _keySets);
        var shape = new string[OrderColumns.Length];
        for (var i = 0; i < shape.Length; i++)
        {
            shape[i] = $"{_orderNames[i]} {definition.Columns[OrderColumns[i]].TypeText} "
                + facts.Collations.GetValueOrDefault(_orderNames[i]);
            shape[i] = shape[i].TrimEnd();
        }

        KeyShape = (surrogateKey is null ? "" : $"by {surrogateKey}: ") + string.Join(", ", shape);
    }

    /// <summary>Its columns.</summary>
    public TableDefinition Definition { get; }

    /// <summary>The table in the form of the log; null if it cannot be read.</summary>
    public CapturedTable? Captured { get; }

    /// <summary>The table in the form of the log.</summary>
    /// <exception cref="InvalidOperationException">It cannot be read.</exception>
    public CapturedTable Readable => Captured ?? throw new InvalidOperationException(ChunkRefusal);

    /// <summary>The places of the columns by which it is read in chunks, in the order of the key; empty if it has no key.</summary>
    public int[] KeyColumns { get; } = [];

    /// <summary>The column by which it is read before its key; null for the key alone.</summary>
    public string? SurrogateKey { get; }

    /// <summary>The places of the columns that order the rows: those of the key, perhaps after another one.</summary>
    public int[] OrderColumns { get; } = [];

    /// <inheritdoc/>
    public override bool HasOtherOrder => !ReferenceEquals(OrderColumns, KeyColumns);

    /// <summary>True if that key is the primary key.</summary>
    public bool HasPrimaryKey { get; }

    /// <summary>True if that key is the primary key, and the server stores the rows in the order of its columns.</summary>
    public bool HasOrderedPrimaryKey { get; }

    /// <summary>The length of an average row, as the server estimates it.</summary>
    public long AverageRowBytes { get; }

    /// <inheritdoc/>
    /// <remarks>By the primary key only: InnoDB stores the rows in its order, so that a range is a range of pages.</remarks>
    public override bool IsDivisible => ViewRefusal is null && HasOrderedPrimaryKey && !HasOtherOrder;

    /// <inheritdoc/>
    public override long? EstimatedRows { get; }

    /// <inheritdoc/>
    public override string? ChunkRefusal { get; }

    /// <inheritdoc/>
    public override string? ViewRefusal { get; }

    /// <summary>The names, types and collations of the columns that order the rows.</summary>
    public override string KeyShape { get; } = "";

    /// <inheritdoc/>
    public override SnapshotKey? KeyOf(DataRecord record)
        => _keyNames.Length > 0 && KeyText.Of(_keyNames, _keySets, record) is { } json ? new SnapshotKey(json) : null;

    /// <summary>The place of a row in the order in which the table is read.</summary>
    public SnapshotKey? PlaceOf(DataRecord row)
        => _orderNames.Length > 0 && KeyText.Of(_orderNames, _orderSets, row) is { } json ? new SnapshotKey(json) : null;

    /// <summary>Number of rows that should be read at once: fewer where rows are long.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="bytes">How many bytes at most.</param>
    public int LimitRows(int limit, long bytes) => AverageRowBytes > 0 ? (int)Math.Clamp(bytes / AverageRowBytes, 1, limit) : limit;

    /// <inheritdoc/>
    public override SourceInfo DescribeRow(in SnapshotRowOrigin row) => new MySqlSourceInfo
    {
        Connector = MySqlSource.ConnectorName,
        Name = row.Engine,
        Timestamp = row.ReadAt,
        Database = Database,
        Table = Name,
        Snapshot = row.Marker,
        File = (row.Position as BinlogPosition)?.Coordinates?.File ?? "",
        Position = (row.Position as BinlogPosition)?.Coordinates?.Position ?? 0,
    };

    /// <summary>True if both have the same columns and key, so that what was read as one may be taken as the other.</summary>
    public bool HasSameColumns(MySqlSnapshotTable other)
    {
        var (mine, theirs) = (Definition.Columns, other.Definition.Columns);
        if (mine.Count != theirs.Count || KeyShape != other.KeyShape)
        {
            return false;
        }

        for (var i = 0; i < mine.Count; i++)
        {
            if (mine[i] != theirs[i])
            {
                return false;
            }
        }

        return true;
    }

    // A key that is null or refuses to be read identifies no row. Columns of the primary key are always read as they are stored.
    private string? DateRefusal(CapturedTable captured, int[] columns, InvalidDateMode invalidDates)
    {
        foreach (var column in columns)
        {
            if (captured.Map.Codecs[column].IsCheckedDate)
            {
                return $"{FullName} cannot be read in chunks by the date '{captured.Schema.Columns[column].Name}' while InvalidDates is "
                    + $"{invalidDates}. Set it to Raw, add a primary key, or read the table in a consistent snapshot.";
            }
        }

        return null;
    }

    private static bool IsTransactional(string? engine) => engine is "innodb" or "rocksdb" or "tokudb";

    private (string[] Names, string?[] Sets) NamesOf(CapturedTable captured, int[] columns)
    {
        var (names, sets) = (new string[columns.Length], new string?[columns.Length]);
        for (var i = 0; i < columns.Length; i++)
        {
            ref readonly var column = ref captured.Map.Columns[columns[i]];
            names[i] = captured.Schema.Columns[columns[i]].Name;
            sets[i] = KeyText.IsBytes(column) && Charset.OfCollation(column.Collation) is { IsBinary: false }
                ? Definition.Columns[columns[i]].CharacterSet : null;
        }

        return (names, sets);
    }

    private static int[] Places(CapturedTable table, IReadOnlyList<string> key)
    {
        var places = new int[key.Count];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = table.Schema.IndexOf(key[i]);
            if (places[i] < 0)
            {
                return [];
            }
        }

        return places;
    }
}
