namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>An index while a statement is being applied.</summary>
internal sealed class KeyDraft
{
    private const int BytesOfPoint = 25;

    /// <summary>Its name; empty until it gets one.</summary>
    public required string Name { get; set; }

    /// <summary>Its name before the statement; null for a new one.</summary>
    public string? OldName { get; init; }

    public required bool IsUnique { get; init; }

    /// <summary>True for USING HASH, which MariaDB forgets at the next ALTER.</summary>
    public bool IsHash { get; set; }

    /// <summary>Its columns (null for an expression), each with the length of the prefix that is indexed, 0 for all of it.</summary>
    public List<(ColumnDraft? Column, int Prefix)> Parts { get; } = [];

    public bool IsPrimary => KeyDefinition.IsPrimaryName(Name);

    /// <summary>True if one of its columns takes nulls.</summary>
    public bool HasNulls => Parts.Exists(static part => part.Column is not { IsNullable: false });

    /// <summary>True if it has only a part of a column.</summary>
    public bool HasPrefix => Parts.Exists(static part => part.Column is not { } column || IsPrefix(column, part.Prefix));

    /// <summary>True if one of its columns is generated and not stored.</summary>
    public bool HasVirtual => Parts.Exists(static part => part.Column is { IsVirtual: true });

    /// <summary>True if its values may be longer than an index takes, so that MariaDB may keep it as a hash.</summary>
    public bool MayBeHash => IsUnique && (IsHash || Parts.Exists(static part => part.Column is { } column && IsOfBytes(column.TypeText)));

    /// <summary>True if MariaDB certainly keeps it as a hash, as no index takes all of a text or a blob, or, for a POINT, indexes it as a
    /// prefix.</summary>
    public bool IsSurelyHashOrPrefix => IsUnique && (IsHash || Parts.Exists(static part => part.Column is { TypeText: var type }
        && (IsGeometry(type) || (part.Prefix == 0 && (type.EndsWith("text", StringComparison.Ordinal)
            || type.EndsWith("blob", StringComparison.Ordinal))))));

    private static bool IsPrefix(ColumnDraft column, int prefix)
    {
        var type = column.TypeText;
        if (type == "point" && prefix == BytesOfPoint)
        {
            // MySQL 5.6 takes it for the whole column.
            return false;
        }

        if (type.EndsWith("text", StringComparison.Ordinal) || type.EndsWith("blob", StringComparison.Ordinal))
        {
            return prefix > 0;
        }

        return prefix > 0 && Binlog.Columns.ColumnTypeParser.Parse(type).First is var length && (length < 0 || prefix < length);
    }

    private static bool IsOfBytes(string type) => type.Contains("char", StringComparison.Ordinal)
        || type.Contains("text", StringComparison.Ordinal) || type.Contains("blob", StringComparison.Ordinal)
        || type.Contains("binary", StringComparison.Ordinal) || IsGeometry(type);

    private static bool IsGeometry(string type) => type is "geometry" or "point" or "linestring" or "polygon" or "multipoint"
        or "multilinestring" or "multipolygon" or "geometrycollection" or "geomcollection";
}
