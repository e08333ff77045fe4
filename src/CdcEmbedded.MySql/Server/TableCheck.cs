using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.Sources;
using CdcEmbedded.Transforms;

namespace CdcEmbedded.MySql.Server;

/// <summary>Finds patterns that match no table: typing errors, and missing privileges (R25).</summary>
internal static class TableCheck
{
    private const string Query = "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE TABLE_TYPE <> 'VIEW'";

    /// <summary>The findings, which are empty where all is well, and the captured tables, which are null unless the engine asks for
    /// them. Asks for all tables that the user may see.</summary>
    public static async ValueTask<(List<SourceFinding> Findings, List<(string Database, string Table)>? Captured)> FindAsync(
        SqlSession session, ServerFacts facts, MySqlSourceOptions options, SourceContext context, CancellationToken cancellationToken)
    {
        var findings = new List<SourceFinding>();
        var (include, signalTable) = (options.Include, context.SignalTable);
        var excluded = LiteralOf(options.Exclude);
        if (include.Count == 0 && signalTable is null && context.SnapshotTables.Count == 0 && excluded.Count == 0
            && !context.ListsTables)
        {
            return (findings, null);
        }

        var tables = (await session.QueryAsync(Query, cancellationToken).ConfigureAwait(false)).WithColumns(2);
        var names = tables.Rows.Select(row => (Database: tables.Text(row, 0), Table: tables.Text(row, 1))).ToList();
        var filter = TableFilters.Create(include, [], facts.IgnoresTableCase);
        var unmatched = filter.FindUnmatched(names);
        foreach (var pattern in unmatched)
        {
            findings.Add(new SourceFinding(false, "mysql.tables", $"Include has '{pattern}', which matches no table that the user may "
                + "see: either there is none, or the user cannot read its columns, which a log without column names needs.",
                "Correct the pattern, or create the table. If it exists: GRANT SELECT ON <database>.* TO <user>."));
        }

        foreach (var pattern in new TableFilter(excluded, [], facts.IgnoresTableCase).FindUnmatched(names))
        {
            findings.Add(new SourceFinding(false, "mysql.excluded_tables", $"Exclude has '{pattern}', which is no table that the user may "
                + "see: if the name is misspelled, the table that it means is captured.", "Correct the name, or remove it."));
        }

        var captured = TableFilters.Create(include, options.Exclude, facts.IgnoresTableCase);
        var capturedNames = names.Where(table => captured.Matches(table.Database, table.Table)).ToList();
        foreach (var pattern in filter.FindUnmatched(capturedNames).Except(unmatched))
        {
            findings.Add(new SourceFinding(false, "mysql.tables", $"Include has '{pattern}', but all tables that match it are excluded.",
                "Remove the pattern, or correct Exclude."));
        }

        var snapshot = TableFilters.Create(context.SnapshotTables, [], facts.IgnoresTableCase);
        foreach (var pattern in snapshot.FindUnmatched(capturedNames))
        {
            findings.Add(new SourceFinding(false, "mysql.snapshot_tables", $"Snapshot.Tables has '{pattern}', which matches no captured "
                + "table that the user may see, so that no rows are read for it.",
                "Correct the pattern, add the table to Include, or GRANT SELECT ON <database>.* TO <user>."));
        }

        var signals = TableFilters.Create(signalTable is null ? [] : [signalTable], [], facts.IgnoresTableCase);
        if (signalTable is not null && !names.Exists(table => signals.Matches(table.Database, table.Table)))
        {
            findings.Add(new SourceFinding(false, "mysql.signals", $"The signal table '{signalTable}' does not exist, or the user cannot "
                + "see it.", $"CREATE TABLE {signalTable} (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32) NOT NULL, data TEXT NULL); "
                + $"GRANT SELECT ON {signalTable} TO <user>;"));
        }

        return (findings, context.ListsTables ? capturedNames : null);
    }

    /// <summary>The patterns that name one table: one with wildcards may well be for tables that are yet to come.</summary>
    private static List<string> LiteralOf(IReadOnlyList<string> patterns) => [.. patterns.Where(
        static pattern => new TableFilter([pattern], []).Include is [{ LiteralDatabase: not null, LiteralTable: not null }])];
}
