using CdcEmbedded.MySql.Positions;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Server;

/// <summary>Measures how far a position is from both ends of the server's log.</summary>
internal static class LogDistances
{
    /// <summary>Asks the server for its files and for how long it keeps them.</summary>
    /// <param name="session">A connection to the server that the position belongs to.</param>
    /// <param name="at">The position.</param>
    /// <param name="lag">How long ago the server wrote what is there.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null where the user may not see the files, or the position's file is none of them.</returns>
    public static async ValueTask<LogDistance?> ReadAsync(SqlSession session, BinlogCoordinates at, TimeSpan lag,
        CancellationToken cancellationToken)
    {
        if (await ServerFacts.ReadLogsAsync(session, cancellationToken).ConfigureAwait(false) is not { } logs)
        {
            return null;
        }

        long before = 0;
        long after = 0;
        var isFound = false;
        foreach (var (file, size) in logs)
        {
            if (file == at.File)
            {
                isFound = true;
                before += at.Position;
                after = Math.Max(0, size - at.Position);
            }
            else if (isFound)
            {
                after += size;
            }
            else
            {
                before += size;
            }
        }

        if (!isFound)
        {
            return null;
        }

        var kept = await ReadRetentionAsync(session, cancellationToken).ConfigureAwait(false);
        return new LogDistance
        {
            BytesAfter = after,
            HeadroomBytes = before,
            HeadroomTime = kept is { } time ? (time > lag ? time - lag : TimeSpan.Zero) : null,
        };
    }

    /// <summary>A file is purged when it was last written to that long ago.</summary>
    /// <returns>Null if the server keeps its files until somebody purges them.</returns>
    private static async ValueTask<TimeSpan?> ReadRetentionAsync(SqlSession session, CancellationToken cancellationToken)
    {
        // Newer servers have seconds, older ones days, and those in between both.
        var answer = (await session.QueryAsync(
            "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('binlog_expire_logs_seconds', 'expire_logs_days')", cancellationToken)
            .ConfigureAwait(false)).WithColumns(2);
        var kept = TimeSpan.Zero;
        foreach (var row in answer.Rows)
        {
            // MariaDB has fractions of days.
            var unit = answer.Text(row, 0) == "expire_logs_days" ? TimeSpan.FromDays(1) : TimeSpan.FromSeconds(1);
            var time = answer.Parse(row, 1, text => unit * double.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
            kept = time > kept ? time : kept;
        }

        return kept > TimeSpan.Zero ? kept : null;
    }
}
