using System.Text;
using CdcEmbedded.MySql;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Matrix;

/// <summary>
/// A history of statements as text. <c>{db}</c> is replaced by the database. Lines that start with @ are not SQL: <c>@session x</c>
/// continues in another connection, <c>@close x</c> ends one, <c>@touch t</c> updates all rows of a table (column <c>touch</c>) in full
/// after an ALTER, <c>@drop t</c>, <c>@dropdb d</c>, <c>@rename a b</c> and <c>@swap a b</c> mark what the statement before them has done
/// (see <see cref="StateReplay"/>). Marks name tables without their database, or with <c>{db}</c>.
/// </summary>
/// <param name="Name">The test's name.</param>
/// <param name="Sql">The statements for a server; null if it lacks the feature.</param>
public sealed record Scenario(string Name, Func<Combination, string?> Sql)
{
    /// <summary>True if the reader may hold nothing of a transaction in memory until its end.</summary>
    public bool HoldsNothing { get; init; }

    /// <summary>What the reader does with transactions that it may not hold in memory.</summary>
    public LargeTransactionMode LargeTransactions { get; init; }

    /// <summary>Runs the scenario.</summary>
    public static async Task RunAsync(string script, MySqlTestServer server, string database)
    {
        var sessions = new Dictionary<string, SqlSession>(StringComparer.Ordinal);
        try
        {
            string current = "main";
            var statements = new StringBuilder();
            foreach (string line in script.Replace("{db}", database, StringComparison.Ordinal).Split('\n').Append("@end"))
            {
                if (!line.StartsWith('@'))
                {
                    statements.Append(line).Append('\n');
                    continue;
                }

                await ExecuteAsync(current, statements.ToString());
                statements.Clear();
                string[] words = line.Trim().Split(' ');
                if (words[0] == "@session")
                {
                    current = words[1];
                }
                else if (words[0] == "@close")
                {
                    await sessions[words[1]].DisposeAsync();
                    sessions.Remove(words[1]);
                }
                else if (words[0] == "@touch")
                {
                    await ExecuteAsync(current, Touch(database, words[1]));
                }
                else if (words[0] != "@end")
                {
                    await ExecuteAsync(current,
                        StateReplay.Mark(database, string.Join(' ', words[1..].Select(Full).Prepend(words[0][1..]))));
                }
            }
        }
        finally
        {
            foreach (SqlSession session in sessions.Values)
            {
                await session.DisposeAsync();
            }
        }

        string Full(string name) => name.Contains('.', StringComparison.Ordinal) || name.StartsWith(database, StringComparison.Ordinal)
            ? name : $"{database}.{name}";

        async Task ExecuteAsync(string name, string sql)
        {
            if (string.IsNullOrWhiteSpace(sql))
            {
                return;
            }

            if (!sessions.TryGetValue(name, out SqlSession? session))
            {
                sessions[name] = session = await server.OpenSessionAsync(database);
            }

            await session.ExecuteAsync(sql);
        }
    }

    /// <summary>Returns the statements that make all rows of a table return after an ALTER.</summary>
    public static string Touch(string database, string table)
    {
        string full = table.Contains('.', StringComparison.Ordinal) ? table : $"{database}.{table}";
        return $"""
            SET @image = @@SESSION.binlog_row_image; SET SESSION binlog_row_image = 'FULL';
            {StateReplay.Mark(database, "alter " + full)};
            UPDATE {full} SET touch = touch + 1;
            {StateReplay.Mark(database, "touched " + full)};
            SET SESSION binlog_row_image = @image
            """;
    }
}
