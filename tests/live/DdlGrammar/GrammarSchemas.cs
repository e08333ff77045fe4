using System.Text.RegularExpressions;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.DdlGrammar;

/// <summary>Reads the tables of some databases from information_schema.</summary>
/// <param name="session">The connection.</param>
/// <param name="kind">The server.</param>
/// <param name="databases">The databases.</param>
public sealed partial class GrammarSchemas(SqlSession session, ServerKind kind, IReadOnlyList<string> databases)
{
    /// <summary>Returns the tables by their full names.</summary>
    public async Task<Dictionary<string, GrammarTable>> ReadAsync()
    {
        string list = string.Join(", ", databases.Select(name => $"'{name}'"));
        string generation = kind == ServerKind.MySql56 ? "''" : "GENERATION_EXPRESSION";
        IReadOnlyList<string?[]> rows = await session.QueryAsync($"""
            SELECT 'c', HEX(CONCAT(TABLE_SCHEMA, '.', TABLE_NAME)), HEX(COLUMN_NAME), HEX(COLUMN_TYPE), LOWER(DATA_TYPE), IS_NULLABLE, EXTRA,
              CHARACTER_SET_NAME, COLUMN_KEY,
              IF({generation} IS NULL OR {generation} = '', '', 'g'), IF({generation} = 'ROW END', 'e', '')
            FROM information_schema.COLUMNS WHERE TABLE_SCHEMA IN ({list}) AND TABLE_NAME <> '{StatementGrammar.View}'
            ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION;
            SELECT 'i', HEX(CONCAT(TABLE_SCHEMA, '.', TABLE_NAME)), HEX(INDEX_NAME), NON_UNIQUE, SEQ_IN_INDEX, HEX(COLUMN_NAME), SUB_PART
            FROM information_schema.STATISTICS WHERE TABLE_SCHEMA IN ({list}) ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX
            """);
        ILookup<string, string?[]> indexes = rows.Where(row => row[0] == "i").ToLookup(row => Text(row[1]));
        return rows.Where(row => row[0] == "c").GroupBy(row => Text(row[1])).ToDictionary(
            group => group.Key,
            group =>
            {
                string[] names = group.Key.Split('.', 2);
                var index = indexes[group.Key].GroupBy(row => Text(row[2])).ToDictionary(i => i.Key, i => i.Select(row
                    => Text(row[5])).ToList());
                List<string> key = KeyOf(index, [.. group.Where(row => row[8] == "PRI").Select(row => Text(row[2]))]);

                // The end of a row's time is in each unique key, and in none of the stream, whose rows are current.
                key.RemoveAll(name => group.Any(row => row[10] == "e" && Text(row[2]) == name));
                return new GrammarTable(names[0], names[1], [.. group.Select(row => ColumnOf(row, key))], [.. index.Keys])
                {
                    HasUncertainKey = HasTwins(index, key) || (kind is ServerKind.MariaDb1011 or ServerKind.MariaDb118
                        && HasUncertainKey([.. indexes[group.Key]], [.. group])),
                };
            });
    }

    /// <summary>Returns the text that the stream's column must have.</summary>
    public static string Describe(string name, string type, bool isNullable, bool isVisible, string? characterSet, int keyOrdinal) =>
        $"{name} {ShownAs().Replace(type, "")}{(isNullable ? "" : " not null")}{(isVisible ? "" : " invisible")}"
        + $"{(characterSet is null or "binary" ? "" : $" {(characterSet == "utf8" ? "utf8mb3" : characterSet)}")}"
        + $"{(keyOrdinal == 0 ? "" : $" key {keyOrdinal}")}";

    /// <summary>True if the server has a key that the stream may name otherwise: MariaDB takes a unique key for the missing primary one
    /// only if it is the first of all, and not all of its ALTERs put the keys in the order that CREATE TABLE gives them.</summary>
    private static bool HasUncertainKey(IReadOnlyCollection<string?[]> index, IReadOnlyCollection<string?[]> columns)
    {
        var keys = index.Where(row => row[3] == "0").GroupBy(row => Text(row[2])).ToList();
        return !keys.Exists(key => key.Key == "PRIMARY") && index.Select(row => row[2]).Distinct().Count() > 1
            && keys.Exists(key => key.All(part => columns.Any(column => Text(column[2]) == Text(part[5]) && column[5] == "NO")));
    }

    /// <summary>True if two indexes have the columns of the key, of which the server does not say which it is.</summary>
    private static bool HasTwins(Dictionary<string, List<string>> indexes, List<string> key) => !indexes.ContainsKey("PRIMARY")
        && indexes.Values.Count(index => index.ToHashSet().SetEquals(key)) > 1;

    private static List<string> KeyOf(Dictionary<string, List<string>> indexes, HashSet<string> columns) =>
        indexes.TryGetValue("PRIMARY", out List<string>? primary) ? primary
            : columns.Count == 0 ? [] : indexes.Values.FirstOrDefault(index => index.Count == columns.Count
                && index.All(columns.Contains)) ?? [];

    private static GrammarColumn ColumnOf(string?[] row, List<string> key)
    {
        string name = Text(row[2]), type = Text(row[3]);
        bool isVisible = row[6]?.Contains("INVISIBLE", StringComparison.OrdinalIgnoreCase) != true;
        bool isGenerated = row[9] == "g" || row[6]?.Contains("PERSISTENT", StringComparison.OrdinalIgnoreCase) == true
            || (row[6]?.Contains("GENERATED", StringComparison.Ordinal) == true && row[6]?.Contains("DEFAULT_GENERATED",
                StringComparison.Ordinal) != true);
        return new GrammarColumn(name, type, row[4] ?? "", Described(row[7]), Described(null), isGenerated);

        string Described(string? characterSet)
            => Describe(name, type, row[5] == "YES", isVisible, characterSet, key.IndexOf(name) + 1);
    }

    private static string Text(string? hex) => System.Text.Encoding.UTF8.GetString(Convert.FromHexString(hex is null or "NULL" ? "" : hex));

    [GeneratedRegex(@"(?<=^(?:(?:tiny|small|medium|big)?int|year|float|double))\([\d,]+\)|(?<=^blob)\(65535\)(?=$| /)| zerofill$"
        + @"| /\*M!100301 COMPRESSED\*/$")]
    private static partial Regex ShownAs();
}
