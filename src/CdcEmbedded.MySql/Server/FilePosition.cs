using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Replication;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Server;

/// <summary>Which GTID position a place in a file of MariaDB's log is: a start by file and position does not say it, and the log itself only at the
/// beginning of a file.</summary>
internal static class FilePosition
{
    /// <summary>Asks the server, over a connection of its own: it reads the file up to the place, and may take longer than a query may.</summary>
    /// <param name="start">Where reading begins.</param>
    /// <param name="facts">The server.</param>
    /// <param name="settings">How to reach it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where failures are told.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null where the start says it, on MySQL, and where the server does not know.</returns>
    public static async ValueTask<MariaDbGtidPosition?> FindGtidsAsync(BinlogPosition start, ServerFacts facts, MySqlConnectionSettings settings, TimeProvider time,
        ILogger logger, CancellationToken cancellationToken)
    {
        // At the beginning of a file its own list tells it.
        if (!facts.Version.IsMariaDb || start is not { GtidPosition: null, Coordinates: { File: { Length: > 0 } file, Position: > BinlogCoordinates.FirstPosition and var position } } || file.AsSpan().ContainsAny('\'', '\\'))
        {
            return null;
        }

        try
        {
            var session = await MySqlSession.ConnectAsync(settings, logger, time, cancellationToken).ConfigureAwait(false);
            await using var disposing = session.ConfigureAwait(false);
            var result = await session.QueryAsync(FormattableString.Invariant($"SELECT BINLOG_GTID_POS('{file}', {position})"), cancellationToken)
                .ConfigureAwait(false);
            return result.Rows is [var row] && row.GetString(0) is { } text ? MariaDbGtidPosition.Parse(text) : null;
        }
        catch (Exception e) when (e is CdcException or FormatException)
        {
            Log.GtidsNotTold(logger, file, position, e);
            return null;
        }
    }
}
