using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Replication;

namespace CdcEmbedded.MySql.Server;

/// <summary>Asks for the log from a position on.</summary>
internal static class DumpRequests
{
    /// <summary>The request: by GTID where both the position and the server have them, else by file.</summary>
    /// <param name="position">Where to begin.</param>
    /// <param name="facts">The server's settings.</param>
    /// <param name="serverId">This replica's number.</param>
    /// <param name="readTimeout">The longest silence of the socket.</param>
    public static DumpRequest From(BinlogPosition position, ServerFacts facts, uint serverId, TimeSpan readTimeout)
    {
        var start = position.DumpStart;
        return new DumpRequest
        {
            GtidPosition = start.GtidPosition?.ToString(),
            GtidSet = facts.HasGtids ? start.GtidSet?.ToBytes() : null,
            File = start.Coordinates?.File ?? "",
            Position = start.Coordinates?.Position ?? BinlogCoordinates.FirstPosition,
            IsMariaDb = facts.Version.IsMariaDb,
            ServerId = serverId,
            ReadTimeout = readTimeout,
        };
    }
}
