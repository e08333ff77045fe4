using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Server;

/// <summary>Finds columns of captured tables whose labels the server may show with a question mark for each character above U+FFFF: no
/// statement shows them otherwise, and the log does not carry them.</summary>
internal static class LabelCheck
{
    private const string Query = "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS WHERE DATA_TYPE IN ('enum', "
        + "'set') AND CHARACTER_SET_NAME IN ('utf8mb4', 'utf16', 'utf16le', 'utf32', 'gb18030') AND COLUMN_TYPE LIKE '%?%' "
        + "ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION";

    /// <summary>The findings; empty where all is well.</summary>
    public static async ValueTask<List<SourceFinding>> FindAsync(SqlSession session, ServerFacts facts, TableSelection selection,
        CancellationToken cancellationToken)
    {
        var findings = new List<SourceFinding>();
        var metadata = facts["binlog_row_metadata"];
        if (metadata == "FULL")
        {
            return findings;
        }

        var answer = (await session.QueryAsync(Query, cancellationToken).ConfigureAwait(false)).WithColumns(3);
        foreach (var row in answer.Rows)
        {
            var database = answer.Text(row, 0);
            var table = answer.Text(row, 1);
            if (selection.Matches(database, table))
            {
                var remedy = metadata is null ? "Use labels without such characters: this server does not write labels to its log."
                    : "SET GLOBAL binlog_row_metadata = 'FULL';";
                findings.Add(new SourceFinding(false, "mysql.labels", $"The server shows a label of {database}.{table}.{row[2]} with a "
                    + "question mark. If that replaces a character above U+FFFF, such as an emoji, the values of the column have the "
                    + "question mark too.", remedy));
            }
        }

        return findings;
    }
}
