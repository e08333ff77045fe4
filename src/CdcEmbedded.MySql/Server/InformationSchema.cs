using CdcEmbedded.MySql.Binlog.Columns;
using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Server;

/// <summary>Reads tables as a server has them now from information_schema. Of which place of the log that is true is for the
/// caller to say.</summary>
internal static class InformationSchema
{
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

        var indexes = await IndexReader.ReadAsync(session, inDatabase, cancellationToken).ConfigureAwait(false);

        // MySQL 5.6 does not have the last column.
        var generation = session.ServerVersion.IsMariaDb ? "GENERATION_EXPRESSION" : "NULL";
        var columns = (await session.QueryAsync($"SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, CHARACTER_SET_NAME, "
            + $"EXTRA, COLUMN_KEY, "
            + $"{generation} FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = {inDatabase} ORDER BY TABLE_NAME, ORDINAL_POSITION",
            cancellationToken).ConfigureAwait(false))
            .WithColumns(8);
        var byTable = new Dictionary<string, List<ColumnDefinition>>(StringComparer.Ordinal);
        var keyColumns = new HashSet<(string, string)>();
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
                    IsVisible: row[5]?.Contains("INVISIBLE", StringComparison.OrdinalIgnoreCase) != true, IsRowEnd: row[7] == "ROW END")
                {
                    MayHideBytes = row[4] is "ucs2" or "utf16" or "utf16le" or "utf32" && ColumnTypeText.IsList(columns.Text(row, 2)),
                    IsVirtual = row[5]?.Contains("VIRTUAL GENERATED", StringComparison.OrdinalIgnoreCase) == true,
                });
                if (row[6] == "PRI")
                {
                    keyColumns.Add((name, column));
                }

                if (row[7] == "ROW START")
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

            var keys = indexes.GetValueOrDefault(name) ?? [];
            MarkKey(list, IndexReader.ChooseKey(keys, [.. list.Select(c => c.Name).Where(c => keyColumns.Contains((name, c)))]));
            result.Add(new TableDefinition(database, name, list, CharacterSetOf(collation), engine?.ToLowerInvariant())
            {
                MayHashKeys = session.ServerVersion.IsMariaDb && keys.Exists(static key => key is { IsUnique: true, IsHash: true }),
                Keys = keys,
            });
        }

        return result;
    }

    private static void MarkKey(List<ColumnDefinition> columns, KeyDefinition? key)
    {
        for (var i = 0; key is not null && i < key.Parts.Count; i++)
        {
            var at = columns.FindIndex(column => column.Name.Equals(key.Parts[i].Column, StringComparison.OrdinalIgnoreCase));
            if (at >= 0)
            {
                columns[at] = columns[at] with { KeyOrdinal = i + 1 };
            }
        }
    }

    /// <summary>A collation's name begins with that of its character set.</summary>
    private static string? CharacterSetOf(string? collation)
        => collation is null ? null : collation.IndexOf('_', StringComparison.Ordinal) is > 0 and var end ? collation[..end] : collation;

    /// <summary>A hexadecimal literal: no quoting rules of any sql_mode apply to it.</summary>
    internal static string Literal(string text)
        => text.Length == 0 ? "''" : $"CONVERT(X'{Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(text))}' USING utf8)";
}
