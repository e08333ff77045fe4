using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.Transforms;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>Finds the tables of a server that a snapshot may read.</summary>
/// <param name="session">A connection to it.</param>
/// <param name="facts">What it says of itself.</param>
/// <param name="selection">The captured tables.</param>
internal sealed class SnapshotTables(SqlSession session, ServerFacts facts, TableSelection selection)
{
    /// <summary>Lists the captured tables that match.</summary>
    /// <param name="filter">Which; null for all.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask<List<MySqlSnapshotTable>> ListAsync(TableFilter? filter, CancellationToken cancellationToken)
    {
        var result = new List<MySqlSnapshotTable>();
        var catalogue = await InformationSchema.ReadAllAsync(session, selection, facts.IgnoresTableCase, cancellationToken)
            .ConfigureAwait(false);
        foreach (var database in catalogue.Databases.Keys.Order(StringComparer.Ordinal))
        {
            var tables = await ReadFactsAsync(database, null, cancellationToken).ConfigureAwait(false);
            foreach (var (name, table) in tables.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                if (selection.Matches(database, name) && filter?.Matches(database, name) != false
                    && catalogue.Find(database, name) is { } definition)
                {
                    result.Add(new MySqlSnapshotTable(definition, table, facts.Version.IsMariaDb,
                        invalidDates: selection.InvalidDates));
                }
            }
        }

        return result;
    }

    /// <summary>Finds one table; null if there is none, or it is not captured.</summary>
    /// <param name="database">The database.</param>
    /// <param name="name">The table.</param>
    /// <param name="surrogateKey">A column by which it is read before its key; null for the key alone.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask<MySqlSnapshotTable?> FindAsync(string database, string name, string? surrogateKey,
        CancellationToken cancellationToken)
    {
        if (!selection.Matches(database, name))
        {
            return null;
        }

        var tables = await ReadFactsAsync(database, name, cancellationToken).ConfigureAwait(false);
        var definition = await InformationSchema.ReadTableAsync(session, database, name, cancellationToken).ConfigureAwait(false);
        return definition is not null && tables.TryGetValue(definition.Name, out var table)
            ? new MySqlSnapshotTable(definition, table, facts.Version.IsMariaDb, surrogateKey, selection.InvalidDates) : null;
    }

    private async ValueTask<Dictionary<string, TableFacts>> ReadFactsAsync(string database, string? name,
        CancellationToken cancellationToken)
    {
        var where = $"TABLE_SCHEMA = {InformationSchema.Literal(database)}"
            + (name is null ? "" : $" AND TABLE_NAME = {InformationSchema.Literal(name)}");
        var keys = await ReadKeysAsync(where, cancellationToken).ConfigureAwait(false);
        var collations = await ReadCollationsAsync(where, cancellationToken).ConfigureAwait(false);

        // Sequences and views have rows too, but none that the log has.
        var tables = (await session.QueryAsync("SELECT TABLE_NAME, TABLE_ROWS, AVG_ROW_LENGTH FROM information_schema.TABLES "
            + $"WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND {where}", cancellationToken).ConfigureAwait(false))
            .WithColumns(3);
        var result = new Dictionary<string, TableFacts>(StringComparer.Ordinal);
        foreach (var row in tables.Rows)
        {
            var table = tables.Text(row, 0);
            result[table] = new TableFacts(row[1] is null ? null : tables.Number(row, 1), row[2] is null ? 0 : tables.Number(row, 2),
                keys.GetValueOrDefault(table, []), collations.GetValueOrDefault(table) ?? []);
        }

        return result;
    }

    private async ValueTask<Dictionary<string, Dictionary<string, string>>> ReadCollationsAsync(string where,
        CancellationToken cancellationToken)
    {
        var columns = (await session.QueryAsync("SELECT TABLE_NAME, COLUMN_NAME, COLLATION_NAME FROM information_schema.COLUMNS "
            + $"WHERE COLLATION_NAME IS NOT NULL AND COLUMN_KEY <> '' AND {where}", cancellationToken).ConfigureAwait(false))
            .WithColumns(3);
        var result = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        foreach (var row in columns.Rows)
        {
            var table = columns.Text(row, 0);
            if (!result.TryGetValue(table, out var collations))
            {
                result[table] = collations = new Dictionary<string, string>(StringComparer.Ordinal);
            }

            collations[columns.Text(row, 1)] = columns.Text(row, 2);
        }

        return result;
    }

    /// <summary>Of each table the keys by which it can be read.</summary>
    private async ValueTask<Dictionary<string, List<UniqueKey>>> ReadKeysAsync(string where, CancellationToken cancellationToken)
    {
        var parts = (await session.QueryAsync("SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME, NULLABLE, COLLATION, SUB_PART "
            + $"FROM information_schema.STATISTICS WHERE NON_UNIQUE = 0 AND (INDEX_NAME = 'PRIMARY' OR INDEX_TYPE = 'BTREE') AND {where} "
            + "ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX", cancellationToken).ConfigureAwait(false)).WithColumns(6);
        var indexes = new Dictionary<(string Table, string Index), List<string>?>();
        var unordered = new HashSet<(string Table, string Index)>();
        foreach (var row in parts.Rows)
        {
            var index = (parts.Text(row, 0), parts.Text(row, 1));
            if (!indexes.TryGetValue(index, out var columns))
            {
                indexes[index] = columns = [];
            }

            // Neither a part that descends nor a prefix of a column gives the rows in the order of the column.
            if (row[4] != "A" || row[5] is not null)
            {
                unordered.Add(index);
            }

            // A part that is an expression has no column.
            if (row[2] is not { } column || (row[3] == "YES" && index.Item2 != KeyDefinition.PrimaryName))
            {
                indexes[index] = null;
            }
            else
            {
                columns?.Add(column);
            }
        }

        var result = new Dictionary<string, List<UniqueKey>>(StringComparer.Ordinal);
        foreach (var ((table, index), columns) in indexes)
        {
            if (!result.TryGetValue(table, out var keys))
            {
                result[table] = keys = [];
            }

            if (columns is not null)
            {
                keys.Add(new UniqueKey(index, columns) { IsOrdered = !unordered.Contains((table, index)) });
            }
        }

        return result;
    }
}
