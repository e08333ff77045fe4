using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Server;

/// <summary>Finds patterns that match no table: typing errors, and missing privileges (R25).</summary>
internal static class TableCheck
{
    private const string Query = "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE TABLE_TYPE <> 'VIEW'";

    /// <summary>The findings; empty where all is well. Asks for all tables that the user may see.</summary>
    public static async ValueTask<List<SourceFinding>> FindAsync(SqlSession session, ServerFacts facts, MySqlSourceOptions options,
        SourceContext context, CancellationToken cancellationToken)
    {
        var findings = new List<SourceFinding>();
        var (include, signalTable) = (options.Include, context.SignalTable);
        if (include.Count == 0 && signalTable is null && context.SnapshotTables.Count == 0)
        {
            return findings;
        }

        var tables = (await session.QueryAsync(Query, cancellationToken).ConfigureAwait(false)).WithColumns(2);
        var filter = TableFilters.Create(include, [], facts.IgnoresTableCase);
        foreach (var pattern in filter.FindUnmatched(tables.Rows.Select(row => (tables.Text(row, 0), tables.Text(row, 1)))))
        {
            findings.Add(new SourceFinding(false, "mysql.tables", $"Include has '{pattern}', which matches no table that the user may "
                + "see: either there is none, or the user cannot read its columns, which a log without column names needs.",
                "GRANT SELECT ON <database>.* TO <user>; or correct the pattern."));
        }

        var captured = TableFilters.Create(include, options.Exclude, facts.IgnoresTableCase);
        var snapshot = TableFilters.Create(context.SnapshotTables, [], facts.IgnoresTableCase);
        foreach (var pattern in snapshot.FindUnmatched(tables.Rows.Select(row => (tables.Text(row, 0), tables.Text(row, 1)))
            .Where(table => captured.Matches(table.Item1, table.Item2))))
        {
            findings.Add(new SourceFinding(false, "mysql.snapshot_tables", $"Snapshot.Tables has '{pattern}', which matches no captured "
                + "table that the user may see, so that no rows are read for it.",
                "Correct the pattern, add the table to Include, or GRANT SELECT ON <database>.* TO <user>."));
        }

        var signals = TableFilters.Create(signalTable is null ? [] : [signalTable], [], facts.IgnoresTableCase);
        if (signalTable is not null && !tables.Rows.Any(row => signals.Matches(tables.Text(row, 0), tables.Text(row, 1))))
        {
            findings.Add(new SourceFinding(false, "mysql.signals", $"The signal table '{signalTable}' does not exist, or the user cannot "
                + "see it.", $"CREATE TABLE {signalTable} (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32) NOT NULL, data TEXT NULL); "
                + $"GRANT SELECT ON {signalTable} TO <user>;"));
        }

        return findings;
    }
}
