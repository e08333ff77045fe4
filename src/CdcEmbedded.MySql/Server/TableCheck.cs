using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.Transforms;

namespace CdcEmbedded.MySql.Server;

/// <summary>Finds patterns that no table matches: slips of the pen, and missing privileges (R25).</summary>
internal static class TableCheck
{
    private const string Query = "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE TABLE_TYPE <> 'VIEW'";

    /// <summary>Asks for all tables that the user may see.</summary>
    public static async ValueTask<List<SourceFinding>> FindAsync(MySqlSession session, ServerFacts facts, IReadOnlyList<string> include,
        CancellationToken cancellationToken)
    {
        var findings = new List<SourceFinding>();
        if (include.Count == 0)
        {
            return findings;
        }

        var tables = await session.QueryAsync(Query, cancellationToken).ConfigureAwait(false);
        foreach (var pattern in include)
        {
            var filter = TableFilters.Create([pattern], [], facts.IgnoresTableCase);
            if (!tables.Rows.Any(row => filter.Matches(row.GetString(0) ?? "", row.GetString(1) ?? "")))
            {
                findings.Add(new SourceFinding(false, "mysql.tables", $"Include has '{pattern}', which matches no table that the user may see: there is none, or its "
                    + "columns cannot be read where the log does not name them.", "GRANT SELECT ON <database>.* TO <user>; or correct the pattern."));
            }
        }

        return findings;
    }
}
