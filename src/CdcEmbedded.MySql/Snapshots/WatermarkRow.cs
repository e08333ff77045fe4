using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CdcEmbedded.MySql.Server;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>A row in the table of signals that is written before each chunk and deleted after it (R61, variant A): its commit says that
/// everything before it in the log is visible.</summary>
/// <remarks>An engine has one row. What a crash or a failed chunk has left of it is written by the next window again, and deleted after it.
/// Readers of one engine may use it at the same time: each writes it before its reads, and nobody needs it to remain until then.</remarks>
/// <param name="table">The table, as <c>database.table</c>.</param>
/// <param name="engine">The engine's name.</param>
internal sealed class WatermarkRow(string table, string engine)
{
    // 39 characters: the column of the pages is VARCHAR(42).
    private readonly string _id = $"window-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(engine)).AsSpan(0, 16))}";
    private readonly string _name = NameOf(table);
    private bool _isChecked;

    /// <summary>Writes the row. When it returns, everything that was in the log before is visible.</summary>
    /// <exception cref="ServerMisconfiguredException">The server does not commit in the order of its log.</exception>
    public async ValueTask OpenAsync(SqlSession session, CancellationToken cancellationToken)
    {
        if (!_isChecked)
        {
            var answer = await session.QueryAsync("SELECT @@GLOBAL.binlog_order_commits", cancellationToken).ConfigureAwait(false);
            if (answer.Number(answer.SingleRow(1), 0) == 0)
            {
                throw new ServerMisconfiguredException("Watermarks in a table say nothing while binlog_order_commits is OFF: a later "
                    + "transaction may be visible before an earlier one. SET GLOBAL binlog_order_commits=ON.", []);
            }

            _isChecked = true;
        }

        // Each time other data, as a row that stays as it was would not be logged.
        await session.QueryAsync(string.Create(CultureInfo.InvariantCulture,
            $"INSERT INTO {_name} (id, type, data) VALUES ('{_id}', 'snapshot-window-open', '{Guid.NewGuid():N}') "
            + $"ON DUPLICATE KEY UPDATE data='{Guid.NewGuid():N}'"), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes the row.</summary>
    public async ValueTask CloseAsync(SqlSession session, CancellationToken cancellationToken)
        => await session.QueryAsync($"DELETE FROM {_name} WHERE id='{_id}'", cancellationToken).ConfigureAwait(false);

    private static string NameOf(string table)
    {
        var point = table.IndexOf('.', StringComparison.Ordinal);
        return $"{SelectStatement.Identifier(table[..point])}.{SelectStatement.Identifier(table[(point + 1)..])}";
    }
}
