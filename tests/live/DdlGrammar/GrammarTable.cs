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

    /// <summary>True if the stream's table is the same. A character set that the log does not give may be missing: the rows need
    /// it.</summary>
    public bool IsDescribedBy(string text) => Matches(text, description => description)
        || (HasUncertainKey && Matches(Key().Replace(text, ""), description => Key().Replace(description, "")));

    private bool Matches(string text, Func<string, string> shown)
    {
        string rest = text + ", ";
        foreach (GrammarColumn column in Columns)
        {
            string? found = new[] { column.Description, column.BareDescription }.Select(description => shown(description) + ", ")
                .FirstOrDefault(description => rest.StartsWith(description, StringComparison.Ordinal));
            if (found is null)
            {
                return false;
            }

            rest = rest[found.Length..];
        }

        return rest.Length == 0;
    }

    [GeneratedRegex(@" key \d+(?=,|$)")]
    private static partial Regex Key();
}
