using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Server;

/// <summary>Reads the indexes of tables from information_schema, and which of them is a table's key.</summary>
internal static class IndexReader
{
    // More than any server allows (16 in MySQL, 32 in MariaDB).
    private const int MaxKeyParts = 4096;

    /// <summary>Reads the indexes of a database, or of one of its tables.</summary>
    /// <param name="session">The session.</param>
    /// <param name="inDatabase">The condition after TABLE_SCHEMA =.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The indexes by their tables, in the order in which the server names them.</returns>
    public static async ValueTask<Dictionary<string, List<KeyDefinition>>> ReadAsync(SqlSession session, string inDatabase,
        CancellationToken cancellationToken)
    {
        var answer = (await session.QueryAsync("SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COLUMN_NAME, SUB_PART, INDEX_TYPE "
            + $"FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = {inDatabase}",
                cancellationToken).ConfigureAwait(false)).WithColumns(7);
        var parts = new Dictionary<(string Table, string Index), SortedDictionary<long, (string, int)>>();
        var result = new Dictionary<string, List<KeyDefinition>>(StringComparer.Ordinal);
        foreach (var row in answer.Rows)
        {
            var (table, index, ordinal) = (answer.Text(row, 0), answer.Text(row, 1), answer.Number(row, 3));
            if (ordinal is not (> 0 and <= MaxKeyParts))
            {
                throw answer.Wrong($"{ordinal} as SEQ_IN_INDEX");
            }

            if (!parts.TryGetValue((table, index), out var ordered))
            {
                parts[(table, index)] = ordered = [];
                result.TryAdd(table, []);
                result[table].Add(new KeyDefinition(index, row[2] == "0", row[6] == "HASH", []));
            }

            ordered[ordinal] = (row[4] ?? "", row[5] is null ? 0 : (int)Math.Min(answer.Number(row, 5), int.MaxValue));
        }

        foreach (var (table, keys) in result)
        {
            for (var i = 0; i < keys.Count; i++)
            {
                keys[i] = keys[i] with { Parts = [.. parts[(table, keys[i].Name)].Values] };
            }
        }

        return result;
    }

    /// <summary>Finds the index that is a table's key, and puts it first.</summary>
    /// <param name="keys">The table's indexes.</param>
    /// <param name="columns">The columns that have the key PRI: where there is no primary key, those of the unique index that
    /// stands for it.</param>
    /// <returns>Null where there is none.</returns>
    public static KeyDefinition? ChooseKey(List<KeyDefinition> keys, HashSet<string> columns)
    {
        var at = keys.FindIndex(static key => key.IsPrimary);
        if (at < 0 && columns.Count > 0)
        {
            at = keys.FindIndex(key => key.IsUnique && key.Parts.Count == columns.Count && key.Parts.All(part
                => columns.Contains(part.Column)));
        }

        if (at < 0)
        {
            return null;
        }

        var key = keys[at];
        keys.RemoveAt(at);
        keys.Insert(0, key);
        return key;
    }
}
