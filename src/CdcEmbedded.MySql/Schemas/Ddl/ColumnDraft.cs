using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>A column while a statement is being applied.</summary>
internal sealed class ColumnDraft
{
    public required string Name { get; set; }

    /// <summary>Its name before the statement; null for a new one. The parts of an ALTER name columns so, whatever parts
    /// before them renamed.</summary>
    public string? OldName { get; set; }

    /// <summary>As information_schema writes it.</summary>
    public required string TypeText { get; set; }

    public bool IsNullable { get; set; } = true;

    /// <summary>Null for columns without one.</summary>
    public string? CharacterSet { get; set; }

    public bool IsVisible { get; set; } = true;

    /// <inheritdoc cref="ColumnDefinition.IsRowEnd"/>
    public bool IsRowEnd { get; set; }

    /// <inheritdoc cref="ColumnDefinition.MayHideBytes"/>
    public bool MayHideBytes { get; set; }

    /// <inheritdoc cref="ColumnDefinition.IsVirtual"/>
    public bool IsVirtual { get; set; }

    /// <summary>True if the statement gives it another character set.</summary>
    public bool IsConverted { get; set; }

    /// <summary>True if the statement defines it.</summary>
    public bool IsDefinedHere { get; init; }

    /// <summary>The text type of its definition, whose stored form depends on the character set; null for others.</summary>
    public TextType? Text { get; set; }

    /// <summary>True if it is a BLOB or TEXT whose definition says no size, other than the longest of them.</summary>
    public bool IsUnsized { get; set; }

    /// <summary>True if its own definition makes it the primary key.</summary>
    public bool IsKey { get; set; }

    /// <summary>True if its own definition makes it a unique key.</summary>
    public bool IsUnique { get; set; }

    /// <summary>True if its own definition gives it a history (MariaDB).</summary>
    public bool IsVersioned { get; set; }

    public static ColumnDraft Of(ColumnDefinition column) => new()
    {
        Name = column.Name,
        OldName = column.Name,
        TypeText = column.TypeText,
        IsNullable = column.IsNullable,
        CharacterSet = column.CharacterSet,
        IsVisible = column.IsVisible,
        IsRowEnd = column.IsRowEnd,
        MayHideBytes = column.MayHideBytes,
        IsVirtual = column.IsVirtual,
    };
}
