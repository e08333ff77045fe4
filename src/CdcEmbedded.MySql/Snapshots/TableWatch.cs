using CdcEmbedded.MySql.Server;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>Finds out that a table was altered between its look-up and the end of a query, whose rows then mean something else.</summary>
/// <remarks>Rows are strings of bytes: a column that was made latin1 to utf8mb4, say, would be read wrongly without an error. The text of
/// SHOW CREATE TABLE is one short query for each chunk; information_schema is asked only where that text has changed.</remarks>
/// <param name="session">The connection.</param>
/// <param name="tables">Looks tables up.</param>
internal sealed class TableWatch(SqlSession session, SnapshotTables tables)
{
    private const string Counter = " AUTO_INCREMENT=";

    private readonly Dictionary<string, (MySqlSnapshotTable Table, string Text)> _known = new(StringComparer.Ordinal);

    /// <summary>Checks before a query that a table is still what it was when it was looked up.</summary>
    /// <exception cref="CdcProtocolException">It is not.</exception>
    public async ValueTask BeforeAsync(MySqlSnapshotTable table, CancellationToken cancellationToken)
    {
        if (!_known.TryGetValue(table.FullName, out var known) || !ReferenceEquals(known.Table, table))
        {
            await LookUpAsync(table, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Checks after a query that the table was the same all the time.</summary>
    /// <exception cref="CdcProtocolException">It was not.</exception>
    public async ValueTask AfterAsync(MySqlSnapshotTable table, CancellationToken cancellationToken)
    {
        var text = await ReadTextAsync(table, cancellationToken).ConfigureAwait(false);
        if (text != _known[table.FullName].Text)
        {
            await LookUpAsync(table, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Checks many tables at once.</summary>
    /// <exception cref="CdcProtocolException">One has changed.</exception>
    public async ValueTask CheckAsync(IReadOnlyList<MySqlSnapshotTable> all, CancellationToken cancellationToken)
    {
        var now = new Dictionary<string, MySqlSnapshotTable>(StringComparer.Ordinal);
        foreach (var table in await tables.ListAsync(null, cancellationToken).ConfigureAwait(false))
        {
            now[table.FullName] = table;
        }

        foreach (var table in all)
        {
            if (!now.TryGetValue(table.FullName, out var found) || !found.HasSameColumns(table))
            {
                throw Altered(table);
            }
        }
    }

    private async ValueTask LookUpAsync(MySqlSnapshotTable table, CancellationToken cancellationToken)
    {
        var text = await ReadTextAsync(table, cancellationToken).ConfigureAwait(false);
        var found = await tables.FindAsync(table.Database, table.Name, table.SurrogateKey, cancellationToken)
            .ConfigureAwait(false);
        if (found?.HasSameColumns(table) != true || text != await ReadTextAsync(table, cancellationToken).ConfigureAwait(false))
        {
            _known.Remove(table.FullName);
            throw Altered(table);
        }

        _known[table.FullName] = (table, text);
    }

    private async ValueTask<string> ReadTextAsync(MySqlSnapshotTable table, CancellationToken cancellationToken)
    {
        var answer = (await session.QueryAsync($"SHOW CREATE TABLE {SelectStatement.Identifier(table.Database)}."
            + SelectStatement.Identifier(table.Name), cancellationToken).ConfigureAwait(false)).WithColumns(2);
        return WithoutCounter(answer.Text(answer.SingleRow(2), 1));
    }

    /// <summary>The counter moves with each insert.</summary>
    private static string WithoutCounter(string text)
    {
        var start = text.LastIndexOf(Counter, StringComparison.Ordinal);
        if (start < 0)
        {
            return text;
        }

        var end = start + Counter.Length;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return text.Remove(start, end - start);
    }

    private static CdcProtocolException Altered(MySqlSnapshotTable table) => new(
        $"{table.FullName} was altered, renamed or dropped since it was looked up. Look it up again.", isTransient: true);
}
