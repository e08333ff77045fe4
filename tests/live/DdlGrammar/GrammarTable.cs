namespace CdcEmbedded.ServerTests.DdlGrammar;

/// <summary>A table of the server after one step.</summary>
/// <param name="Database">Its database.</param>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns in order.</param>
/// <param name="Indexes">The names of its indexes.</param>
public sealed record GrammarTable(string Database, string Name, IReadOnlyList<GrammarColumn> Columns, IReadOnlyList<string> Indexes)
{
    /// <summary>Database and table.</summary>
    public string FullName => $"{Database}.{Name}";

    /// <summary>The table as SQL writes it.</summary>
    public string Quoted => $"`{Database}`.`{Name.Replace("`", "``", StringComparison.Ordinal)}`";

    /// <summary>What is compared with the table that the stream has.</summary>
    public string Description { get; } = string.Join(", ", Columns.Select(column => column.Description));
}
