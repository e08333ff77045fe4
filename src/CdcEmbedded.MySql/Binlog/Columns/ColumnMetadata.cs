using CdcEmbedded.MySql.Binlog.Values;

namespace CdcEmbedded.MySql.Binlog.Columns;

/// <summary>What a TABLE_MAP_EVENT says about one column, in the order of its fields.</summary>
internal struct ColumnMetadata
{
    /// <summary>The real type: ENUM and SET, which are sent as STRING, are unwrapped.</summary>
    public ColumnType Type;

    /// <summary>Depends on the type. CHAR, VARCHAR, ENUM and SET: length in bytes; BLOB, JSON, GEOMETRY and VECTOR: bytes of the length
    /// prefix; temporal types: digits of the fraction; BIT: bits; DECIMAL: precision.</summary>
    public ushort Length;

    /// <summary>The scale of a DECIMAL.</summary>
    public byte Scale;

    public bool IsNullable;

    public bool IsUnsigned;

    public bool IsInvisible;

    /// <summary>The collation of a text, ENUM or SET column; 0 if the log does not give it.</summary>
    public int Collation;

    /// <summary>The position in the primary key, from 1; 0 for columns outside it.</summary>
    public int KeyOrdinal;

    public string? Name;

    public string[]? Labels;

    /// <summary>The kind of a GEOMETRY column as WKB numbers them, or <see cref="ColumnTypeText.OldGeometryCollection"/>; -1 if the log
    /// does not give it.</summary>
    public int GeometryType;

    /// <summary>Number of dimensions of a VECTOR column; 0 if the log does not give it.</summary>
    public int Dimensions;

    /// <summary>What the bytes mean that MariaDB logs as a string.</summary>
    public FixedForm Form;

    /// <summary>True if the column is the hash of a unique key, which MariaDB stores after the table's own columns.</summary>
    public bool IsKeyHash;

    /// <summary>True if a JSON column holds text, as a query returns it, and not the server's binary form.</summary>
    public bool IsJsonText;

    /// <summary>True if each value may be compressed by itself (MariaDB).</summary>
    public readonly bool IsCompressed => Type is ColumnType.MariaDbVarCharCompressed or ColumnType.MariaDbBlobCompressed;

    public readonly bool IsNumeric => Type
        is ColumnType.Tiny or ColumnType.Short or ColumnType.Int24 or ColumnType.Long or ColumnType.LongLong
        or ColumnType.Float or ColumnType.Double or ColumnType.OldDecimal or ColumnType.NewDecimal or ColumnType.Year;

    public readonly bool IsText => Type is ColumnType.String or ColumnType.VarString or ColumnType.VarChar or ColumnType.Blob
        or ColumnType.TinyBlob or ColumnType.MediumBlob or ColumnType.LongBlob or ColumnType.MariaDbVarCharCompressed
            or ColumnType.MariaDbBlobCompressed;

    public readonly bool HasLabels => Type is ColumnType.Enum or ColumnType.Set;
}
