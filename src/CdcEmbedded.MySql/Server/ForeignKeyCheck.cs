using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Server;

/// <summary>Finds captured tables whose rows a foreign key changes without a word in the binlog (R26).</summary>
internal static class ForeignKeyCheck
{
    private const string Query = "SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE "
        + "FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE UPDATE_RULE IN ('CASCADE', 'SET NULL') OR DELETE_RULE IN ('CASCADE', 'SET NULL')";

    public static async ValueTask<List<SourceFinding>> FindAsync(MySqlSession session, ServerFacts facts, TableSelection selection,
        CancellationToken cancellationToken)
    {
        var findings = new List<SourceFinding>();

        // From 9.6 on the server logs cascaded changes, unless told to leave them to InnoDB.
        if (facts.Version.Number >= new Version(9, 6) && facts["innodb_native_foreign_keys"] is not "ON")
        {
            return findings;
        }

        var result = await session.QueryAsync(Query, cancellationToken).ConfigureAwait(false);
        foreach (var row in result.Rows)
        {
            var database = row.GetString(0) ?? "";
            var table = row.GetString(1) ?? "";
            if (selection.Matches(database, table))
            {
                findings.Add(new SourceFinding(false, "mysql.foreign_key_cascade", $"Foreign key {row.GetString(2)} of {database}.{table} (ON UPDATE "
                    + $"{row.GetString(3)}, ON DELETE {row.GetString(4)}) changes rows inside InnoDB, which this server does not log.",
                    "Change the child rows in the application, or use MySQL 9.6 or later."));
            }
        }

        return findings;
    }
}
