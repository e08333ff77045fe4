using CdcEmbedded.Sources;

namespace CdcEmbedded.Transforms;

/// <summary>Finds rules that match no captured table: typing errors, most likely.</summary>
/// <remarks>Warnings, not errors, even where a rule protects data: the list has only what the user may see, and a user who replicates needs
/// no privilege on tables; a table may be created later; and one that was dropped may still have rows in the log, which the rule must hide
/// when they are read.</remarks>
internal static class UnmatchedRules
{
    private const string Code = "cdc.unmatched_rule";

    /// <summary>True if the rule names tables. An exclusion with wildcards may well be for tables that are yet to come.</summary>
    public static bool IsChecked(Transform rule) => !rule.MatchesAll && !(rule is TableRule { IsInclude: false } && rule.HasWildcard);

    /// <summary>The findings; none where the source does not list its tables.</summary>
    public static List<SourceFinding> Find(IReadOnlyList<Transform> rules, SourceConnection connection)
    {
        var findings = new List<SourceFinding>();
        foreach (var rule in connection.CapturedTables is null ? [] : rules)
        {
            if (IsChecked(rule) && !IsMatched(rule, connection.CapturedTables ?? [], !connection.NamesHaveCase))
            {
                findings.Add(new SourceFinding(false, Code, $"The transform {rule} matches no captured table that the user may see: "
                    + $"if the name is misspelled, {rule.LossWithoutMatch}.", "Correct the name of the table in the rule, or create the "
                    + "table. Keep the rule if the table was dropped and the log may still have its rows."));
            }
        }

        return findings;
    }

    private static bool IsMatched(Transform rule, IReadOnlyList<(string Database, string Table)> tables, bool ignoreCase)
    {
        foreach (var (database, table) in tables)
        {
            if (rule.Matches(database, table, ignoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
