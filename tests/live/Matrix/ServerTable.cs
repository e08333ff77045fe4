using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Matrix;

/// <summary>A table as it currently is on the server.</summary>
/// <param name="FullName">Database and table.</param>
/// <param name="Columns">Its columns, in order.</param>
/// <param name="Rows">Its rows as canonical text, in any order.</param>
public sealed record ServerTable(string FullName, IReadOnlyList<ServerColumn> Columns, IReadOnlyList<string> Rows)
{
    /// <summary>Reads all tables of databases whose names start with a prefix.</summary>
    public static async Task<List<ServerTable>> ReadAllAsync(MySqlTestServer server, string database)
    {
        await using SqlSession session = await server.OpenSessionAsync();
        await session.ExecuteAsync("SET time_zone = '+00:00'");
        string pattern = database.Replace("_", "\\_", StringComparison.Ordinal);
        IReadOnlyList<string?[]> rows = await session.QueryAsync($"""
            SELECT c.TABLE_SCHEMA, c.TABLE_NAME, c.COLUMN_NAME, LOWER(c.DATA_TYPE)
            FROM information_schema.COLUMNS c
            JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
            WHERE t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND (c.TABLE_SCHEMA = '{database}' OR c.TABLE_SCHEMA LIKE '{pattern}\_%')
            ORDER BY c.TABLE_SCHEMA, c.TABLE_NAME, c.ORDINAL_POSITION
            """);
        var tables = new List<ServerTable>();
        foreach (IGrouping<(string, string), string?[]> table in rows.GroupBy(row => (row[0] ?? "", row[1] ?? "")))
        {
            (string schema, string name) = table.Key;
            ServerColumn[] columns = [.. table.Select(row => new ServerColumn(row[2] ?? "", row[3] ?? ""))];

            // The leading 1 distinguishes a row of one empty text from no row.
            string select = $"SELECT 1, {string.Join(", ", columns.Select(column => column.Expression))} FROM "
                + $"`{schema}`.`{name.Replace("`", "``", StringComparison.Ordinal)}`";
            IReadOnlyList<string?[]> contents = await session.QueryAsync(select);
            tables.Add(new ServerTable($"{schema}.{name}", columns, [.. contents.Select(row => RowText(row, columns))]));
        }

        return tables;
    }

    private static string RowText(string?[] row, ServerColumn[] columns) =>
        string.Join(", ", columns.Select((column, i) => $"{column.Name}={CanonicalText.OfServer(row[i + 1], column)}"));
}
