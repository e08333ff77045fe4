using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Server;

/// <summary>Reads tables as a server has them now from information_schema. Of which place of the log that is true is for the caller to
/// say.</summary>
internal static class InformationSchema
{
    // More than any server allows (16 in MySQL, 32 in MariaDB).
    private const int MaxKeyParts = 4096;

    /// <summary>Every table that the filter wants, and the databases' default character sets.</summary>
    public static async ValueTask<SchemaCatalogue> ReadAllAsync(SqlSession session, TableSelection selection, bool ignoresTableCase,
        CancellationToken cancellationToken)
    {
        var catalogue = new SchemaCatalogue(ignoresTableCase);
        var databases = (await session.QueryAsync("SELECT SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME FROM information_schema.SCHEMATA",
            cancellationToken)
            .ConfigureAwait(false)).WithColumns(2);
        foreach (var row in databases.Rows)
        {
            var database = databases.Text(row, 0);
            if (!selection.MayMatch(database))
            {
                continue;
            }

            catalogue.SetDatabase(database, databases.Text(row, 1));
            foreach (var table in await ReadAsync(session, database, null, selection, cancellationToken).ConfigureAwait(false))
            {
                catalogue.Set(table);
            }
        }

        return catalogue;
    }

    /// <summary>One table; null where there is none, or the user may not see it.</summary>
    public static async ValueTask<TableDefinition?> ReadTableAsync(SqlSession session, string database, string table,
        CancellationToken cancellationToken)
    {
        var found = await ReadAsync(session, database, table, null, cancellationToken).ConfigureAwait(false);
        return found.Count == 1 ? found[0] : null;
    }

    private static async ValueTask<List<TableDefinition>> ReadAsync(SqlSession session, string database, string? table,
        TableSelection? selection,
        CancellationToken cancellationToken)
    {
        var inDatabase = Literal(database) + (table is null ? "" : $" AND TABLE_NAME = {Literal(table)}");
        var result = new List<TableDefinition>();
        var tables = (await session.QueryAsync("SELECT TABLE_NAME, ENGINE, TABLE_COLLATION, TABLE_TYPE FROM information_schema.TABLES "
            + $"WHERE TABLE_TYPE <> 'VIEW' AND TABLE_SCHEMA = {inDatabase}", cancellationToken).ConfigureAwait(false)).WithColumns(4);
        var wanted = new Dictionary<string, (string? Engine, string? Collation, bool IsVersioned)>(StringComparer.Ordinal);
        foreach (var row in tables.Rows)
        {
            var name = tables.Text(row, 0);
            if (selection is null || selection.IsTracked(database, name))
            {
                wanted[name] = (row[1], row[2], row[3] == "SYSTEM VERSIONED");
            }
        }

        if (wanted.Count == 0)
        {
            return result;
        }

        var keys = await ReadKeysAsync(session, inDatabase, cancellationToken).ConfigureAwait(false);
        var hashed = session.ServerVersion.IsMariaDb ? await ReadHashedAsync(session, inDatabase, cancellationToken).ConfigureAwait(false)
            : [];

        // MySQL 5.6 does not have the last column.
        var generation = session.ServerVersion.IsMariaDb ? "GENERATION_EXPRESSION" : "NULL";
        var columns = (await session.QueryAsync($"SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, CHARACTER_SET_NAME, EXTRA, "
            + $"{generation} FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = {inDatabase} ORDER BY TABLE_NAME, ORDINAL_POSITION",
            cancellationToken).ConfigureAwait(false))
            .WithColumns(7);
        var byTable = new Dictionary<string, List<ColumnDefinition>>(StringComparer.Ordinal);
        var namingTheirPeriod = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in columns.Rows)
        {
            var name = columns.Text(row, 0);
            if (wanted.ContainsKey(name))
            {
                if (!byTable.TryGetValue(name, out var list))
                {
                    byTable[name] = list = [];
                }

                var column = columns.Text(row, 1);
                list.Add(new ColumnDefinition(column, columns.Text(row, 2), row[3] == "YES", row[4],
                    keys.GetValueOrDefault((name, column)), row[5]?.Contains("INVISIBLE", StringComparison.OrdinalIgnoreCase) != true,
                    row[6] == "ROW END"));
                if (row[6] == "ROW START")
                {
                    namingTheirPeriod.Add(name);
                }
            }
        }

        foreach (var (name, list) in byTable)
        {
            var (engine, collation, isVersioned) = wanted[name];
            if (isVersioned && !namingTheirPeriod.Contains(name))
            {
                SystemVersioning.AddTo(list);
            }

            result.Add(new TableDefinition(database, name, list, CharacterSetOf(collation),
                engine?.ToLowerInvariant()) { MayHashKeys = hashed.Contains(name) });
        }

        return result;
    }

    private static async ValueTask<Dictionary<(string, string), int>> ReadKeysAsync(SqlSession session, string inDatabase,
        CancellationToken cancellationToken)
    {
        var key = (await session.QueryAsync("SELECT TABLE_NAME, COLUMN_NAME, SEQ_IN_INDEX FROM information_schema.STATISTICS "
            + $"WHERE INDEX_NAME = 'PRIMARY' AND TABLE_SCHEMA = {inDatabase}", cancellationToken).ConfigureAwait(false)).WithColumns(3);
        var ordinals = new Dictionary<(string, string), int>();
        foreach (var row in key.Rows)
        {
            var ordinal = key.Number(row, 2);
            ordinals[(key.Text(row, 0), key.Text(row, 1))] = ordinal is > 0 and <= MaxKeyParts ? (int)ordinal
                : throw key.Wrong($"{ordinal} as SEQ_IN_INDEX");
        }

        return ordinals;
    }

    /// <summary>The tables with unique keys that MariaDB keeps as hashes.</summary>
    private static async ValueTask<HashSet<string>> ReadHashedAsync(SqlSession session, string inDatabase,
        CancellationToken cancellationToken)
    {
        var tables = (await session.QueryAsync("SELECT DISTINCT TABLE_NAME FROM information_schema.STATISTICS "
            + $"WHERE NON_UNIQUE = 0 AND INDEX_TYPE = 'HASH' AND TABLE_SCHEMA = {inDatabase}",
            cancellationToken).ConfigureAwait(false)).WithColumns(1);
        return [.. tables.Rows.Select(row => tables.Text(row, 0))];
    }

    /// <summary>A collation's name begins with that of its character set.</summary>
    private static string? CharacterSetOf(string? collation)
        => collation is null ? null : collation.IndexOf('_', StringComparison.Ordinal) is > 0 and var end ? collation[..end] : collation;

    /// <summary>A hexadecimal literal: no quoting rules of any sql_mode apply to it.</summary>
    private static string Literal(string text)
        => text.Length == 0 ? "''" : $"CONVERT(X'{Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(text))}' USING utf8)";
}
