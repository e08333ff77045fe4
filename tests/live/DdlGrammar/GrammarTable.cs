using System.Text.RegularExpressions;

namespace CdcEmbedded.ServerTests.DdlGrammar;

/// <summary>A table of the server after one step.</summary>
/// <param name="Database">Its database.</param>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns in order.</param>
/// <param name="Indexes">The names of its indexes.</param>
public sealed partial record GrammarTable(string Database, string Name, IReadOnlyList<GrammarColumn> Columns, IReadOnlyList<string> Indexes)
{
    /// <summary>Database and table.</summary>
    public string FullName => $"{Database}.{Name}";

    /// <summary>The table as SQL writes it.</summary>
    public string Quoted => $"`{Database}`.`{Name.Replace("`", "``", StringComparison.Ordinal)}`";

    /// <summary>True if the key is not compared.</summary>
    public bool HasUncertainKey { get; init; }

    /// <summary>What is compared with the table that the stream has.</summary>
    public string Description { get; } = string.Join(", ", Columns.Select(column => column.Description));

    /// <summary>True if the stream's table is the same.</summary>
    public bool IsDescribedBy(string text) => text == Description
        || (HasUncertainKey && Key().Replace(text, "") == Key().Replace(Description, ""));

    [GeneratedRegex(@" key \d+(?=,|$)")]
    private static partial Regex Key();
}
