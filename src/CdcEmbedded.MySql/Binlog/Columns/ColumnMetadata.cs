namespace CdcEmbedded.MySql.Binlog.Columns;

/// <summary>What a TABLE_MAP_EVENT says of one column, in the order of its fields.</summary>
internal struct ColumnMetadata
{
    /// <summary>The real type: ENUM and SET, which are sent as STRING, are unwrapped.</summary>
    public ColumnType Type;

    /// <summary>As the type has it: bytes of length for CHAR, VARCHAR, ENUM and SET; bytes of length prefix for BLOBs, JSON, GEOMETRY,
    /// VECTOR; digits of fraction; bits for BIT; for DECIMAL the precision.</summary>
    public ushort Length;

    /// <summary>The scale of a DECIMAL.</summary>
    public byte Scale;

    public bool IsNullable;

    public bool IsUnsigned;

    public bool IsInvisible;

    /// <summary>The collation of a text, ENUM or SET column; 0 where not told.</summary>
    public int Collation;

    /// <summary>The place in the primary key, from 1; 0 for columns outside it.</summary>
    public int KeyOrdinal;

    public string? Name;

    public string[]? Labels;

    /// <summary>The kind of a GEOMETRY column as WKB numbers them; -1 where not told.</summary>
    public int GeometryType;

    /// <summary>The numbers of a VECTOR column; 0 where not told.</summary>
    public int Dimensions;

    /// <summary>What a string of MariaDB means.</summary>
    public FixedForm Form;

    /// <summary>Whether it is the hash of a unique key, which MariaDB keeps behind the table's own columns.</summary>
    public bool IsKeyHash;

    /// <summary>Whether each value may be compressed by itself (MariaDB).</summary>
    public readonly bool IsCompressed => Type is ColumnType.MariaDbVarCharCompressed or ColumnType.MariaDbBlobCompressed;

    public readonly bool IsNumeric => Type
        is ColumnType.Tiny or ColumnType.Short or ColumnType.Int24 or ColumnType.Long or ColumnType.LongLong
        or ColumnType.Float or ColumnType.Double or ColumnType.OldDecimal or ColumnType.NewDecimal or ColumnType.Year;

    public readonly bool IsText => Type is ColumnType.String or ColumnType.VarString or ColumnType.VarChar or ColumnType.Blob
        or ColumnType.TinyBlob or ColumnType.MediumBlob or ColumnType.LongBlob or ColumnType.MariaDbVarCharCompressed or ColumnType.MariaDbBlobCompressed;

    public readonly bool HasLabels => Type is ColumnType.Enum or ColumnType.Set;
}
