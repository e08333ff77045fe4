using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Server;

/// <summary>The GTID position of a file and position in MariaDB's log. A start by file and position does not have it, and the log names it
/// only at the beginning of a file.</summary>
internal static class FilePosition
{
    /// <summary>Asks the server, over a connection of its own: the server reads the file up to the position, which may take longer than
    /// a query may.</summary>
    /// <param name="start">Where reading begins.</param>
    /// <param name="facts">The server's settings.</param>
    /// <param name="server">The server.</param>
    /// <param name="logger">Reports failures.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null where the start has it, on MySQL, and where the server does not know.</returns>
    public static async ValueTask<MariaDbGtidPosition?> FindGtidsAsync(BinlogPosition start, ServerFacts facts, KnownServer server,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        // At the beginning of a file its own list has it.
        if (!facts.Version.IsMariaDb || start.GtidPosition is not null
            || start.Coordinates is not { File: { Length: > 0 } file, Position: > BinlogCoordinates.FirstPosition and var position }
            || file.AsSpan().ContainsAny('\'', '\\'))
        {
            return null;
        }

        try
        {
            var session = await server.OpenSqlAsync(cancellationToken).ConfigureAwait(false);
            await using var disposing = session.ConfigureAwait(false);
            var answer = await session.QueryAsync(FormattableString.Invariant($"SELECT BINLOG_GTID_POS('{file}', {position})"),
                cancellationToken)
                .ConfigureAwait(false);
            var row = answer.SingleRow(1);
            return row[0] is null ? null : answer.Parse(row, 0, MariaDbGtidPosition.Parse);
        }
        catch (CdcException e)
        {
            Log.GtidsNotKnown(logger, file, position, e);
            return null;
        }
    }
}
