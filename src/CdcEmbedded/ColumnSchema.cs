namespace CdcEmbedded;

/// <summary>One column of a table.</summary>
public sealed class ColumnSchema
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The type in the source's terms, as far as it is known, such as <c>bigint unsigned</c>,
    /// <c>varchar(32)</c> or <c>datetime(3)</c>.</summary>
    public required string TypeName { get; init; }

    /// <summary>True if the column is nullable.</summary>
    public bool IsNullable { get; init; }

    /// <summary>True if the column is part of the primary key.</summary>
    public bool IsPrimaryKey { get; init; }

    /// <summary>True, the default, if <c>SELECT *</c> returns the column; false for invisible columns.</summary>
    public bool IsVisible { get; init; } = true;

    /// <summary>The character set of a text, ENUM or SET column, such as <c>utf8mb4</c>; null for other columns.</summary>
    public string? CharacterSet { get; init; }

    /// <summary>The labels of an ENUM or SET column, in order; null for other columns, and if the labels are unknown.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {TypeName}";
}
