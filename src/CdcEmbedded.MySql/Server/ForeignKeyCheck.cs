using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Server;

/// <summary>Finds captured tables whose rows a foreign key changes without a trace in the binlog (R26).</summary>
internal static class ForeignKeyCheck
{
    private const string Query = "SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE "
        + "FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE UPDATE_RULE IN ('CASCADE', 'SET NULL') OR DELETE_RULE IN ('CASCADE', 'SET "
        + "NULL')";

    /// <summary>The findings; empty where all is well.</summary>
    public static async ValueTask<List<SourceFinding>> FindAsync(SqlSession session, ServerFacts facts, TableSelection selection,
        CancellationToken cancellationToken)
    {
        var findings = new List<SourceFinding>();

        // From 9.6 on the server logs cascaded changes, unless an option leaves them to InnoDB.
        if (!facts.Version.IsMariaDb && facts.Version.Number >= new Version(9, 6) && facts["innodb_native_foreign_keys"] is not "ON")
        {
            return findings;
        }

        var answer = (await session.QueryAsync(Query, cancellationToken).ConfigureAwait(false)).WithColumns(5);
        foreach (var row in answer.Rows)
        {
            var database = answer.Text(row, 0);
            var table = answer.Text(row, 1);
            if (selection.Matches(database, table))
            {
                findings.Add(new SourceFinding(false, "mysql.foreign_key_cascade", $"Foreign key {row[2]} of {database}.{table} (ON UPDATE "
                    + $"{row[3]}, ON DELETE {row[4]}) changes rows inside InnoDB, which this server does not log.",
                    "Change the child rows in the application, or use MySQL 9.6 or later."));
            }
        }

        return findings;
    }
}
