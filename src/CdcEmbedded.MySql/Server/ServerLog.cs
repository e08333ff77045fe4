using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Schemas;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Server;

/// <summary>A server's log, read beside the feed's own dump over connections of their own.</summary>
internal sealed class ServerLog(KnownServer server, ServerFacts facts, ILogger logger) : ILogOpener
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);

    public async ValueTask<(IEventStream Stream, bool HasChecksums)> OpenAsync(BinlogPosition start, CancellationToken cancellationToken)
    {
        var session = await server.OpenReplicationAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var request = new DumpRequest
            {
                Start = start,
                IsMariaDb = facts.Version.IsMariaDb,
                HasGtids = facts.HasGtids,
                ServerId = BinlogDump.RandomServerId(),
                IsFinite = true,
                ReadTimeout = LongestSilence,
            };
            var (packets, hasChecksums) = await BinlogDump.StartAsync(session, request, logger, cancellationToken).ConfigureAwait(false);
            return (new DumpEventStream(session, packets, new ServerIdCollisions(null), isFinite: true), hasChecksums);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
