namespace CdcEmbedded.MySql.Binlog.Columns;

/// <summary>A column as a stored schema or information_schema.COLUMNS describes it, for table maps that carry no names.</summary>
/// <param name="Name">The name.</param>
/// <param name="TypeText">COLUMN_TYPE, such as <c>bigint(20) unsigned</c> or <c>enum('a','b')</c>.</param>
/// <param name="IsNullable">IS_NULLABLE.</param>
/// <param name="CharacterSet">CHARACTER_SET_NAME; null for columns without one, and for text whose character set is unknown.</param>
/// <param name="KeyOrdinal">The position in the primary key, from 1; 0 for columns outside it.</param>
/// <param name="IsVisible">False for invisible columns.</param>
/// <param name="IsRowEnd">True if it says until when a row of a system-versioned table was valid.</param>
internal sealed record ColumnDefinition(
    string Name, string TypeText, bool IsNullable, string? CharacterSet = null, int KeyOrdinal = 0, bool IsVisible = true,
    bool IsRowEnd = false)
{
    /// <summary>True if the labels of ENUM or SET may have bytes that are no character, and so not in their text. In another character set
    /// they may be some.</summary>
    public bool MayHideBytes { get; init; }

    /// <summary>True if it is generated and not stored: no key with it counts as the primary one.</summary>
    public bool IsVirtual { get; init; }
}
