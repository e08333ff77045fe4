namespace CdcEmbedded.MySql.Schemas;

/// <summary>What a statement did to one table or database.</summary>
/// <param name="Kind">What.</param>
/// <param name="Database">The database.</param>
/// <param name="Table">The table; empty where the whole database is meant.</param>
internal sealed record TableChange(TableChangeKind Kind, string Database, string Table)
{
    /// <summary>Of a rename the new name's database; else null.</summary>
    public string? NewDatabase { get; init; }

    /// <summary>Of a rename the new name; else null.</summary>
    public string? NewTable { get; init; }

    /// <summary>The text of a statement that cannot be read; else empty.</summary>
    public string Text { get; init; } = "";

    /// <summary>The table after it; null where it is gone, or not known.</summary>
    public TableDefinition? Definition { get; init; }
}
