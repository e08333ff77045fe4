using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.MySql.Transactions;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql;

/// <summary>The changes of a MySQL or MariaDB server, read from its binlog as a replica reads it. Pass it to a
/// <see cref="CdcEngine"/>.</summary>
/// <remarks>The constructor opens no connection. The server needs <c>log_bin</c>, <c>binlog_format=ROW</c>, and a user with REPLICATION
/// SLAVE and REPLICATION CLIENT; <c>binlog_row_metadata=FULL</c> and <c>gtid_mode=ON</c> are recommended. Nothing is written to the
/// server.</remarks>
public sealed class MySqlSource : ISource
{
    internal const string ConnectorName = "mysql";

    private readonly MySqlSourceOptions _options;
    private readonly ServerAccess _access;
    private readonly ServerIdCollisions _collisions;
    private CaughtUpEnd? _end;
    private SourceContext? _reportedTo;

    /// <summary>Creates the source.</summary>
    /// <exception cref="ArgumentException">An option is out of range, a pattern is invalid, or the connection string has an unknown
    /// key.</exception>
    public MySqlSource(MySqlSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _access = new ServerAccess(options.ConnectionString, options.DataSource, options.PasswordProvider);
        _collisions = new ServerIdCollisions(options.ServerId);
        OptionChecks.InRange(options.HeartbeatInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1), nameof(options.HeartbeatInterval));
        OptionChecks.InRange(options.NetWriteTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365), nameof(options.NetWriteTimeout));
        OptionChecks.AtLeastZero(options.TransactionBufferBytes, nameof(options.TransactionBufferBytes));
        if (options.ReadTimeout is { } timeout)
        {
            OptionChecks.InRange(timeout, options.HeartbeatInterval, TimeSpan.FromDays(1), nameof(options.ReadTimeout));
        }

        if (options.ServerId == 0)
        {
            throw new ArgumentException("ServerId must not be 0: the server sends no new events to replica 0. Leave it unset to use a "
                + "random ID.",
                nameof(options));
        }

        TableFilters.Create(options.Include, options.Exclude, ignoreCase: false);
        GtidSourceFilter.Create(options.IncludeGtidSources, options.ExcludeGtidSources);
    }

    /// <inheritdoc/>
    public string Connector => ConnectorName;

    /// <summary>How often the server is asked about its log while nothing but heartbeats comes.</summary>
    internal TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public async ValueTask<ISourceFeed> OpenAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(start);
        var logger = context.LoggerFactory.CreateLogger<MySqlSource>();
        var found = await StartHost.FindAsync(_access, start, (sql, facts, token) => CheckAsync(sql, facts, context, logger, token), logger,
            context.TimeProvider, cancellationToken).ConfigureAwait(false);
        try
        {
            var gtids = await FilePosition.FindGtidsAsync(found.Start, found.Facts, found.Server, logger, cancellationToken).ConfigureAwait(false);
            var document = Identified(found.Start, found.Facts, gtids);
            return await StartAsync(context, found, document, start.Offset is not null, logger, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await found.Session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SourceFinding>> ValidateAsync(SourceContext context, StartPosition start,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(start);
        var logger = context.LoggerFactory.CreateLogger<MySqlSource>();
        var session = await ReplicationSession.ConnectAsync(_access.Session, logger, context.TimeProvider, cancellationToken).ConfigureAwait(false);
        await using var closing = session.ConfigureAwait(false);
        var server = await KnownServer.OfAsync(_access, session, logger, context.TimeProvider, cancellationToken).ConfigureAwait(false);
        var sql = await server.OpenSqlAsync(cancellationToken).ConfigureAwait(false);
        await using var disposing = sql.ConfigureAwait(false);
        var facts = await ServerFacts.ReadAsync(sql, cancellationToken).ConfigureAwait(false);
        var findings = await FindAsync(sql, facts, logger, cancellationToken).ConfigureAwait(false);
        try
        {
            var logEnd = await ServerFacts.ReadLogEndAsync(sql, cancellationToken).ConfigureAwait(false);
            StartResolver.Resolve(start, facts, logEnd);
        }
        catch (CdcException e) when (e is OffsetLostException or OffsetFormatException)
        {
            findings.Add(new SourceFinding(true, "mysql.offset", e.Message, "See the message."));
        }

        return findings;
    }

    /// <summary>All that is checked on a server, at a start and by <see cref="ValidateAsync"/> alike.</summary>
    private async ValueTask<List<SourceFinding>> FindAsync(SqlSession sql, ServerFacts facts, ILogger logger, CancellationToken cancellationToken)
    {
        var findings = Preflight.Check(facts);
        findings.AddRange(await TableCheck.FindAsync(sql, facts, _options.Include, cancellationToken).ConfigureAwait(false));
        findings.AddRange(await ForeignKeyCheck.FindAsync(sql, facts, SelectionFor(facts, logger), cancellationToken).ConfigureAwait(false));
        return findings;
    }

    /// <summary>Refuses a server with errors. Warnings are logged once for each engine, not again at every reconnect.</summary>
    private async ValueTask CheckAsync(SqlSession sql, ServerFacts facts, SourceContext context, ILogger logger, CancellationToken cancellationToken)
    {
        var isFirst = !ReferenceEquals(Volatile.Read(ref _reportedTo), context);
        var findings = isFirst ? await FindAsync(sql, facts, logger, cancellationToken).ConfigureAwait(false) : Preflight.Check(facts);
        Preflight.ThrowOnError(findings, sql.Host.ToString());
        foreach (var finding in isFirst ? findings : [])
        {
            Log.PreflightWarning(logger, sql.Host.ToString(), finding.Code, finding.Message, finding.Remedy);
        }

        Volatile.Write(ref _reportedTo, context);
    }

    private TableSelection SelectionFor(ServerFacts facts, ILogger logger) => new(
        TableFilters.Create(_options.Include, _options.Exclude, facts.IgnoresTableCase), _options.IncludeShadowTables, logger);

    private async ValueTask<ISourceFeed> StartAsync(SourceContext context, StartHost found, BinlogPosition start, bool isStored, ILogger logger,
        CancellationToken cancellationToken)
    {
        var (session, server, facts, _, logEnd) = found;
        var selection = SelectionFor(facts, logger);
        var log = new ServerLog(server, facts, logger);
        var schemas = new ServerSchemas(server, facts, log, selection, context, logger);
        try
        {
            var history = await SchemaOpening.OpenAsync(schemas, facts, context.Notes, start, isStored, cancellationToken).ConfigureAwait(false);
            _collisions.Time = context.TimeProvider;
            var request = new DumpRequest
            {
                Start = start,
                IsMariaDb = facts.Version.IsMariaDb,
                HasGtids = facts.HasGtids,
                ServerId = _options.ServerId ?? BinlogDump.RandomServerId(),
                Setup = new ReplicationSetup { HeartbeatPeriod = _options.HeartbeatInterval, NetWriteTimeout = _options.NetWriteTimeout },
                IsFinite = context.StopWhenCaughtUp,
                ReadTimeout = ReadTimeout(),
            };
            var (packets, hasChecksums) = await BinlogDump.StartAsync(session, request, logger, cancellationToken).ConfigureAwait(false);
            Log.DumpStarted(logger, session.Host.ToString(), facts.HasGtids, start.Coordinates?.File ?? "",
                start.Coordinates?.Position ?? BinlogCoordinates.FirstPosition, request.ServerId);
            var end = context.StopWhenCaughtUp ? KeepEnd(context, facts, logEnd) : null;
            var settings = SettingsFor(context, facts, selection, history, logger) with { End = end };
            var stream = new DumpEventStream(session, packets, _collisions, context.StopWhenCaughtUp);
            return new BinlogFeed(stream, log, schemas, settings, context.Notes, start, hasChecksums)
            {
                Probe = context.StopWhenCaughtUp ? null : new LogProbe(server, facts, ProbeInterval, context.TimeProvider, logger),
            };
        }
        catch
        {
            await schemas.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private FeedSettings SettingsFor(SourceContext context, ServerFacts facts, TableSelection selection, SchemaHistory history, ILogger logger) => new()
    {
        Identity = new FeedIdentity(context.Name, facts.ServerUuid),
        Selection = selection,
        Logger = logger,
        MaxBatchSize = context.MaxBatchSize,
        VerifyChecksums = _options.VerifyChecksums,
        KeyChange = _options.KeyChange,
        SkipUnchanged = _options.SkipUnchanged,
        Sources = GtidSourceFilter.Create(_options.IncludeGtidSources, _options.ExcludeGtidSources),
        TransactionBufferBytes = _options.TransactionBufferBytes,
        Xa = _options.Xa,
        Purged = facts.GtidPurged,
        WantsItems = context.WantsTransactionItems,
        Schemas = history,
        IgnoresTableCase = facts.IgnoresTableCase,
        OnUnknownSchema = _options.OnUnknownSchema,
        OnStatementChange = _options.OnStatementChange,
        OnIncident = _options.OnIncident,
    };

    /// <summary>The end at which an engine stops is that of its first connection: a log that grows meanwhile would move it on. Another server
    /// after a failover has an end of its own.</summary>
    private BinlogPosition? KeepEnd(SourceContext context, ServerFacts facts, BinlogCoordinates? logEnd)
    {
        if (_end is not { } end || !ReferenceEquals(end.Context, context) || end.Position?.Server != facts.ServerUuid)
        {
            _end = end = new CaughtUpEnd(context, logEnd is null ? null
                : new BinlogPosition { Server = facts.ServerUuid, Executed = facts.Executed, Coordinates = logEnd });
        }

        return end.Position;
    }

    private sealed record CaughtUpEnd(SourceContext Context, BinlogPosition? Position);

    /// <summary>The start with the server's identity, which positions that people write lack, and with the GTIDs that the server has found for it.</summary>
    private static BinlogPosition Identified(BinlogPosition start, ServerFacts facts, MariaDbGtidPosition? gtids)
    {
        // After a failover the file and position are the other server's: the first ROTATE will name this one's.
        var isThisServer = start.Server is null || start.Server == facts.ServerUuid;
        return new BinlogPosition
        {
            Server = facts.ServerUuid,
            Executed = gtids is not null ? new ExecutedGtids(gtids) : start.GtidSet is not null && !facts.HasGtids ? default : start.Executed,
            Coordinates = isThisServer ? start.Coordinates : null,
            Progress = start.Progress,
            Pending = start.Pending,
        };
    }

    private TimeSpan ReadTimeout()
    {
        var threeHeartbeats = 3 * _options.HeartbeatInterval;
        var least = TimeSpan.FromSeconds(15);
        return _options.ReadTimeout ?? (threeHeartbeats > least ? threeHeartbeats : least);
    }
}
