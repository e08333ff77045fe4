using System.Globalization;

namespace CdcEmbedded.MySql.Server;

/// <summary>How busy a server is: what it runs, and how far it lags if it is a replica.</summary>
internal static class ServerLoad
{
    private static readonly string[] _lagColumns = ["Seconds_Behind_Source", "Seconds_Behind_Master"];

    public static async ValueTask<SourceLoad> ReadAsync(SqlSession session, CancellationToken cancellationToken)
    {
        var threads = await session.QueryAsync("SHOW GLOBAL STATUS LIKE 'Threads_running'", cancellationToken).ConfigureAwait(false);
        int? running = threads.Rows is [var row] && int.TryParse(threads.WithColumns(2).Text(row, 1), NumberStyles.None,
            CultureInfo.InvariantCulture, out var count) ? count : null;
        return new SourceLoad(running, await ReadLagAsync(session, cancellationToken).ConfigureAwait(false));
    }

    private static async ValueTask<TimeSpan?> ReadLagAsync(SqlSession session, CancellationToken cancellationToken)
    {
        foreach (var query in (string[])["SHOW REPLICA STATUS", "SHOW SLAVE STATUS"])
        {
            try
            {
                var answer = await session.QueryAsync(query, cancellationToken).ConfigureAwait(false);
                var column = answer.IndexOf(_lagColumns);
                TimeSpan? most = null;
                foreach (var source in answer.Rows)
                {
                    // What no TimeSpan can hold is no lag: servers have subtracted one from 0 as an unsigned number.
                    if (column >= 0 && uint.TryParse(source[column], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                        && (most is null || TimeSpan.FromSeconds(seconds) > most))
                    {
                        most = TimeSpan.FromSeconds(seconds);
                    }
                }

                return most;
            }
            catch (CdcServerException e) when (!e.IsTransient)
            {
                // Another version has the other name; a user without REPLICATION CLIENT sees neither.
            }
        }

        return null;
    }
}
