using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>What a statement of the log does to a table or a database, and where it ends.</summary>
/// <param name="Database">The database.</param>
/// <param name="Table">The table; empty where the database itself is meant.</param>
/// <param name="Kind">What happens to it.</param>
/// <param name="IsOptional">True if it creates only what does not exist: IF NOT EXISTS.</param>
/// <param name="End">Where the statement ends.</param>
internal readonly record struct LoggedChange(string Database, string Table, TableChangeKind Kind, bool IsOptional, BinlogCoordinates End)
{
    /// <summary>The text of a statement that cannot be read; else empty.</summary>
    public string Text { get; init; } = "";

    /// <summary>True if the database itself is meant.</summary>
    public bool IsOfDatabase => Table.Length == 0;
}
