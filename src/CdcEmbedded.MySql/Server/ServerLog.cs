using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Server;

/// <summary>A server's log, read beside the feed's own dump over connections of their own.</summary>
internal sealed class ServerLog(MySqlConnectionSettings settings, ServerFacts facts, SourceContext context, ILogger logger) : ILogOpener
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);

    public async ValueTask<(IEventStream Stream, bool HasChecksums)> OpenAsync(BinlogPosition start, CancellationToken cancellationToken)
    {
        var session = await MySqlSession.ConnectAsync(settings, logger, context.TimeProvider, cancellationToken).ConfigureAwait(false);
        try
        {
            var (packets, hasChecksums) = await BinlogDump.StartAsync(session, facts, start, new ReplicationSetup(), BinlogDump.RandomServerId(), isFinite: true,
                LongestSilence, cancellationToken).ConfigureAwait(false);
            return (new DumpEventStream(session, packets, new ServerIdCollisions(null), isFinite: true), hasChecksums);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
