using CdcEmbedded.MySql.Binlog;
using CdcEmbedded.MySql.Protocol;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Feed;

/// <summary>Columns as the server has them now, over a connection of its own that is opened when first needed. Whether they fit the log's
/// position is for the table map to say (R31, R34).</summary>
internal sealed class InformationSchema(MySqlConnectionSettings settings, SourceContext context, ILogger logger) : ISchemaSource
{
    private MySqlSession? _session;

    public string Remedy => "Set binlog_row_metadata=FULL on the server, so that the log names its columns itself, and start behind that position; "
        + "or give the user SELECT on the table.";

    public async ValueTask<IReadOnlyList<ColumnDefinition>?> FindAsync(string database, string table, CancellationToken cancellationToken)
    {
        try
        {
            return await QueryAsync(database, table, cancellationToken).ConfigureAwait(false);
        }
        catch (CdcConnectionException) when (_session is not null)
        {
            // The connection idles between look-ups, and the server ends idle ones: once more over a new one.
            await DisposeAsync().ConfigureAwait(false);
            return await QueryAsync(database, table, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is { } session)
        {
            _session = null;
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<IReadOnlyList<ColumnDefinition>?> QueryAsync(string database, string table, CancellationToken cancellationToken)
    {
        _session ??= await MySqlSession.ConnectAsync(settings, logger, context.TimeProvider, cancellationToken).ConfigureAwait(false);
        var where = $"TABLE_SCHEMA = {Literal(database)} AND TABLE_NAME = {Literal(table)}";
        var columns = await _session.QueryAsync("SELECT COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, CHARACTER_SET_NAME, EXTRA "
            + $"FROM information_schema.COLUMNS WHERE {where} ORDER BY ORDINAL_POSITION", cancellationToken).ConfigureAwait(false);
        if (columns.Rows.Count == 0)
        {
            return null;
        }

        var key = await _session.QueryAsync("SELECT COLUMN_NAME, SEQ_IN_INDEX FROM information_schema.STATISTICS "
            + $"WHERE {where} AND INDEX_NAME = 'PRIMARY'", cancellationToken).ConfigureAwait(false);
        var ordinals = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in key.Rows)
        {
            ordinals[row.GetString(0) ?? ""] = int.TryParse(row.GetString(1), out var ordinal) ? ordinal : 0;
        }

        var result = new List<ColumnDefinition>(columns.Rows.Count);
        foreach (var row in columns.Rows)
        {
            var name = row.GetString(0) ?? "";
            result.Add(new ColumnDefinition(name, row.GetString(1) ?? "", row.GetString(2) == "YES", row.GetString(3),
                ordinals.GetValueOrDefault(name), row.GetString(4)?.Contains("INVISIBLE", StringComparison.OrdinalIgnoreCase) != true));
        }

        Log.SchemaLookedUp(logger, database, table, result.Count);
        return result;
    }

    /// <summary>A hexadecimal literal: no quoting rules of any sql_mode apply to it.</summary>
    private static string Literal(string text)
        => text.Length == 0 ? "''" : $"CONVERT(X'{Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(text))}' USING utf8)";
}
