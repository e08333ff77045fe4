using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Schemas;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Server;

/// <summary>What the followers of table schemas ask a server, over connections beside the stream's that are opened
/// when first needed.</summary>
/// <param name="server">The server.</param>
/// <param name="facts">Its settings when the stream started.</param>
/// <param name="logger">The source's logger.</param>
internal sealed class SchemaServer(KnownServer server, ServerFacts facts, ILogger logger) : ISchemaServer
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);

    private SqlSession? _session;

    public bool IgnoresTableCase => facts.IgnoresTableCase;

    public bool LowersTableNames => facts.LowersTableNames;

    public bool? HasPlainTimestamps => facts.HasPlainTimestamps;

    // MariaDB's log names columns, but not the types UUID, INET4 and INET6.
    public bool NamesColumns => facts["binlog_row_metadata"] == "FULL" && !facts.Version.IsMariaDb;

    public string? OldestLog => facts.Logs is [var oldest, ..] ? oldest.File : null;

    public bool HasConnection => _session is not null;

    public async ValueTask CloseAsync()
    {
        if (_session is { } session)
        {
            _session = null;
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask<BinlogCoordinates?> ReadLogEndAsync(CancellationToken cancellationToken)
        => await ServerFacts.ReadLogEndAsync(await SessionAsync(cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask<SchemaCatalogue> ReadTablesAsync(TableSelection selection, CancellationToken cancellationToken)
        => await InformationSchema.ReadAllAsync(await SessionAsync(cancellationToken).ConfigureAwait(false), selection,
            facts.IgnoresTableCase, cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask<TableDefinition?> ReadTableAsync(string database, string table, CancellationToken cancellationToken)
        => await InformationSchema.ReadTableAsync(await SessionAsync(cancellationToken).ConfigureAwait(false), database, table,
            cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask<(IEventStream Stream, bool HasChecksums)> OpenLogAsync(BinlogPosition start, CancellationToken cancellationToken)
    {
        var session = await server.OpenReplicationAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var request = DumpRequests.From(start, facts, BinlogDump.RandomServerId(), LongestSilence) with { IsFinite = true };
            var (packets, hasChecksums) = await BinlogDump.StartAsync(session, request, logger, cancellationToken).ConfigureAwait(false);
            return (new DumpEventStream(session, packets, new ServerIdCollisions(null), new SeekPatience(), isFinite: true), hasChecksums);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private async ValueTask<SqlSession> SessionAsync(CancellationToken cancellationToken)
        => _session ??= await server.OpenSqlAsync(cancellationToken).ConfigureAwait(false);
}
