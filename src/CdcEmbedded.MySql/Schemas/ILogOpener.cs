using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>Opens the log that a feed reads a second time, at an earlier place.</summary>
internal interface ILogOpener
{
    /// <summary>The events from a place on to the log's end now.</summary>
    /// <returns>The stream, and whether its events have checksums before the first format description says so.</returns>
    ValueTask<(IEventStream Stream, bool HasChecksums)> OpenAsync(BinlogPosition start, CancellationToken cancellationToken);
}
