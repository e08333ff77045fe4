using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.MySql.Snapshots;
using CdcEmbedded.MySql.Transactions;
using CdcEmbedded.Sources;
using CdcEmbedded.Transforms;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql;

/// <summary>The changes of a MySQL or MariaDB server, read from its binlog as a replica reads it. Pass it
/// to a <see cref="CdcEngine"/>.</summary>
/// <remarks>The constructor opens no connection. The server needs <c>log_bin</c>, <c>binlog_format=ROW</c>, and a user with
/// REPLICATION SLAVE and REPLICATION CLIENT; <c>binlog_row_metadata=FULL</c> and <c>gtid_mode=ON</c> are recommended. Nothing is
/// written to the server, unless <see cref="MySqlSourceOptions.HeartbeatWrite"/> or
/// <see cref="SnapshotOptions.WritesWatermarks"/> says so.</remarks>
public sealed class MySqlSource : ISnapshotSource
{
    internal const string ConnectorName = "mysql";

    private readonly MySqlSourceOptions _options;
    private readonly ServerAccess _access;
    private readonly HeartbeatStatement? _heartbeat;

    /// <summary>Creates the source.</summary>
    /// <exception cref="ArgumentException">An option is out of range, a pattern is invalid, or the connection string has
    /// an unknown key.</exception>
    public MySqlSource(MySqlSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _access = new ServerAccess(options.ConnectionString, options.DataSource, options.PasswordProvider);
        OptionChecks.InRange(options.HeartbeatInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1),
            nameof(options.HeartbeatInterval));
        OptionChecks.InRange(options.NetWriteTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365), nameof(options.NetWriteTimeout));
        OptionChecks.EventBytes(options.MaxEventBytes, nameof(options.MaxEventBytes));
        OptionChecks.AtLeastZero(options.TransactionBufferBytes, nameof(options.TransactionBufferBytes));
        OptionChecks.AtLeastZero(options.TransactionSpillBytes, nameof(options.TransactionSpillBytes));
        OptionChecks.ExistingFolder(options.SpillFolder, nameof(options.SpillFolder));
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

        _heartbeat = options.HeartbeatWrite is { } heartbeat ? new HeartbeatStatement(heartbeat) : null;
        OptionChecks.Modes(options.KeyChange, options.LargeTransactions, options.Xa, options.OnUnknownSchema, options.OnStatementChange,
            options.OnIncident, options.OnUndecodableEvent, options.InvalidDates);
        OptionChecks.Captured(options.Include, options.Exclude, options.IncludeGtidSources, options.ExcludeGtidSources);
    }

    /// <inheritdoc/>
    public string Connector => ConnectorName;

    /// <summary>How often the server is asked about its log while nothing but heartbeats comes.</summary>
    internal TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public SourcePosition ReadPosition(CdcOffset offset) => BinlogPosition.Read(offset);

    /// <inheritdoc/>
    public TimeSpan? HeartbeatWriteInterval => _heartbeat?.Interval;

    /// <inheritdoc/>
    public bool CapturesByName(string database, string table)
    {
        foreach (var pattern in new TableFilter(_options.Include, []).Include)
        {
            if (string.Equals(pattern.LiteralDatabase, database, StringComparison.OrdinalIgnoreCase)
                && string.Equals(pattern.LiteralTable, table, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public async ValueTask<SourceConnection> ConnectAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(start);
        var logger = context.LoggerFactory.CreateLogger<MySqlSource>();
        var findings = new List<SourceFinding>();
        List<(string Database, string Table)>? captured = null;
        var host = "The MySQL server";
        try
        {
            var found = await StartHost.FindAsync(_access, start, _options.SkipNewServerHistory, FindAsync, logger,
                context.TimeProvider, cancellationToken).ConfigureAwait(false);
            return found is null ? SourceConnection.Refused(host, findings)
                : new Connection(this, host, findings, found, context, start.Offset is not null, logger)
                {
                    CapturedTables = captured,
                };
        }
        catch (CdcException e) when (e is OffsetLostException or OffsetFormatException)
        {
            return SourceConnection.Refused(host, findings, e);
        }

        async ValueTask<bool> FindAsync(SqlSession sql, ServerFacts facts, CancellationToken token)
        {
            // Those of the host that is asked last: the others cannot serve.
            host = sql.Host.ToString();
            findings.Clear();
            findings.AddRange(Preflight.Check(facts));
            findings.AddRange(Preflight.CheckStart(start, facts));
            findings.AddRange(SpillFolderCheck.Find(_options.SpillFolder, _options.LargeTransactions));
            (var ofTables, captured) = await TableCheck.FindAsync(sql, facts, _options, context, token).ConfigureAwait(false);
            findings.AddRange(ofTables);
            if (_heartbeat is not null && await _heartbeat.FindAsync(sql, context.Name, token).ConfigureAwait(false) is { } missing)
            {
                findings.Add(missing);
            }

            var selection = SelectionFor(facts, context, null, logger);
            findings.AddRange(await ForeignKeyCheck.FindAsync(sql, facts, selection, token).ConfigureAwait(false));
            findings.AddRange(await LabelCheck.FindAsync(sql, facts, selection, token).ConfigureAwait(false));
            return !findings.Exists(static finding => finding.IsError);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<SnapshotReader> OpenSnapshotAsync(SourceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_options.Xa == XaMode.DeliverAtPrepare)
        {
            // A row would be read as it was before such a transaction, and delivered after its changes, which do not come again.
            throw new NotSupportedException("Snapshots cannot be combined with XaMode.DeliverAtPrepare: a change that was delivered is "
                + "not visible to a query until XA COMMIT, of which the stream says nothing. Use XaMode.Buffer.");
        }

        var logger = context.LoggerFactory.CreateLogger<MySqlSource>();
        var known = StateOf(context).Server;
        for (var host = 0; ; host++)
        {
            try
            {
                // Both sides read one server: positions of one mean little on another.
                var session = known is not null ? await known.OpenSqlAsync(cancellationToken).ConfigureAwait(false)
                    : await _access.OpenSqlAsync(_access.Hosts[host], context.TimeProvider, cancellationToken).ConfigureAwait(false);
                await using var disposing = session.ConfigureAwait(false);
                var facts = await ServerFacts.ReadAsync(session, cancellationToken).ConfigureAwait(false);
                known ??= await KnownServer.OfAsync(_access, session, logger, context.TimeProvider, cancellationToken)
                    .ConfigureAwait(false);
                var server = new SnapshotServer(known, facts, context.TimeProvider,
                    context is { WritesWatermarks: true, SignalTable: { } signals } ? new WatermarkRow(signals, context.Name) : null);
                return await MySqlSnapshotReader.OpenAsync(server, SelectionFor(facts, context, null, logger),
                    context.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (CdcConnectionException) when (known is null && host + 1 < _access.Hosts.Count)
            {
                // The next host; the stream tries them in the same order.
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<LogDistance?> MeasureLogAsync(SourceContext context, SourcePosition position, TimeSpan lag,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (position is not BinlogPosition { Coordinates: { } at } || StateOf(context).Server is not { } server)
        {
            return null;
        }

        var session = await server.OpenSqlAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = session.ConfigureAwait(false);
        return await LogDistances.ReadAsync(session, at, lag, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask WriteHeartbeatAsync(SourceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_heartbeat is { } heartbeat && StateOf(context).Server is { } server)
        {
            var session = await server.OpenSqlAsync(cancellationToken).ConfigureAwait(false);
            await using var closing = session.ConfigureAwait(false);
            await heartbeat.WriteAsync(session, context.Name, cancellationToken).ConfigureAwait(false);
        }
    }

    private EngineState StateOf(SourceContext context)
        => context.GetState(() => new EngineState(new ServerIdCollisions(_options.ServerId) { Time = context.TimeProvider }));

    private async ValueTask<ISourceFeed> OpenAsync(StartHost found, SourceContext context, bool isStored, ILogger logger,
        CancellationToken cancellationToken)
    {
        try
        {
            var gtids = await FilePosition.FindGtidsAsync(found.Start, found.Facts, found.Server, logger,
                cancellationToken).ConfigureAwait(false);
            var document = Identified(found.Start, found.Facts, gtids);
            return await StartAsync(context, found, document, isStored, logger, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await found.Session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private TableSelection SelectionFor(ServerFacts facts, SourceContext context, string? signalTable, ILogger logger) => new(
        TableFilters.Create(_options.Include, _options.Exclude, facts.IgnoresTableCase), _options.IncludeShadowTables, logger)
        {
            IncludesRowHistory = _options.IncludeRowHistory,
            InvalidDates = _options.InvalidDates,
            Added = signalTable is null ? null : new TableFilter([signalTable], [], facts.IgnoresTableCase),
            Offsets = OwnTables([context.OffsetTable], facts),
            Hidden = OwnTables([.. context.OwnTables, _heartbeat?.Table], facts),
        };

    /// <summary>Tables of the application's own, which may be in this server; not those that the options name.</summary>
    private TableFilter? OwnTables(IReadOnlyList<string?> tables, ServerFacts facts)
    {
        var named = new TableFilter(_options.Include, []).Include;
        List<string> own = [];
        foreach (var name in tables)
        {
            // A name of three parts is a table of SQL Server.
            if (name is not null && (name.Contains('`', StringComparison.Ordinal) || name.AsSpan().Count('.') < 2))
            {
                var pattern = name.Contains('.', StringComparison.Ordinal) ? name : "*." + name;
                var table = new TableFilter([pattern], []).Include[0];
                if (!named.Any(other => string.Equals(other.LiteralTable, table.LiteralTable, StringComparison.OrdinalIgnoreCase)
                    && (table.LiteralDatabase is not { } database
                        || string.Equals(other.LiteralDatabase, database, StringComparison.OrdinalIgnoreCase))))
                {
                    own.Add(pattern);
                }
            }
        }

        return own.Count == 0 ? null : new TableFilter(own, [], facts.IgnoresTableCase);
    }

    private async ValueTask<ISourceFeed> StartAsync(SourceContext context, StartHost found, BinlogPosition start, bool isStored,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        var (session, server, facts, _, logEnd, skipped) = found;
        var selection = SelectionFor(facts, context, context.SignalTable, logger);
        var source = new ServerSchemas(new SchemaServer(server, facts, logger), selection, LoggedSql.Instance,
            _options.VerifyChecksums, context.TimeProvider, logger);
        var schemas = new SchemaTracker(selection, source, LoggedSql.Instance, context.Notes, _options.OnUnknownSchema);
        try
        {
            await schemas.OpenAsync(start, isStored, cancellationToken).ConfigureAwait(false);
            var state = StateOf(context);
            state.Server = server;
            var request = DumpRequests.From(start, facts, _options.ServerId ?? BinlogDump.RandomServerId(), ReadTimeout()) with
            {
                Setup = new ReplicationSetup { HeartbeatPeriod = _options.HeartbeatInterval, NetWriteTimeout = _options.NetWriteTimeout },
                IsFinite = context.StopWhenCaughtUp,
                MaxEventBytes = (int)_options.MaxEventBytes,
            };
            var (packets, hasChecksums) = await BinlogDump.StartAsync(session, request, logger, cancellationToken).ConfigureAwait(false);
            Log.DumpStarted(logger, session.Host.ToString(), facts.HasGtids, start.Coordinates?.File ?? "",
                start.Coordinates?.Position ?? BinlogCoordinates.FirstPosition, request.ServerId);
            var end = context.StopWhenCaughtUp ? KeepEnd(state, facts, logEnd) : null;
            var settings = FeedSettings.Of(_options, context, facts.ServerUuid, logger) with { End = end, Purged = facts.GtidPurged };
            var stream = new DumpEventStream(session, packets, state.Collisions, state.Patience, context.StopWhenCaughtUp);
            return new BinlogFeed(stream, schemas, settings, start, hasChecksums)
            {
                SkippedHistory = skipped,
                Probe = context.StopWhenCaughtUp ? null : new LogProbe(server, facts, ProbeInterval, context.TimeProvider, logger),
            };
        }
        catch
        {
            await schemas.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The end at which an engine stops is that of its first connection: a log that grows meanwhile would move it on. Another
    /// server after a failover has an end of its own.</summary>
    private static BinlogPosition? KeepEnd(EngineState state, ServerFacts facts, BinlogCoordinates? logEnd)
    {
        if (!state.HasEnd || state.End?.Server != facts.ServerUuid)
        {
            state.HasEnd = true;
            state.End = logEnd is null ? null : new BinlogPosition { Server = facts.ServerUuid, Executed = facts.Executed,
                Coordinates = logEnd };
        }

        return state.End;
    }

    /// <summary>What is kept for one engine from one connection to the next.</summary>
    private sealed class EngineState(ServerIdCollisions collisions)
    {
        public ServerIdCollisions Collisions { get; } = collisions;

        public SeekPatience Patience { get; } = new();

        /// <summary>The server that the stream was last opened on.</summary>
        public KnownServer? Server { get; set; }

        public bool HasEnd { get; set; }

        public BinlogPosition? End { get; set; }
    }

    /// <summary>Connected to a host that has the start.</summary>
    private sealed class Connection(MySqlSource source, string host, IReadOnlyList<SourceFinding> findings, StartHost found,
        SourceContext context, bool isStored,
        ILogger logger) : SourceConnection(host, findings)
    {
        private StartHost? _found = found;

        public override ValueTask<ISourceFeed> OpenAsync(CancellationToken cancellationToken)
        {
            var found = Interlocked.Exchange(ref _found, null) ?? throw new InvalidOperationException("The connection has been opened "
                + "already.");
            return source.OpenAsync(found, context, isStored, logger, cancellationToken);
        }

        public override ValueTask DisposeAsync() => Interlocked.Exchange(ref _found, null)?.Session.DisposeAsync() ?? default;
    }

    /// <summary>The start with the server's identity, which positions that people write lack, and with the GTIDs that the server has
    /// found for it.</summary>
    private static BinlogPosition Identified(BinlogPosition start, ServerFacts facts, MariaDbGtidPosition? gtids)
    {
        // After a failover the file and position are the other server's: the first ROTATE will name this one's.
        var isThisServer = start.Server is null || start.Server == facts.ServerUuid;
        return new BinlogPosition
        {
            Server = facts.ServerUuid,
            Executed = gtids is not null ? new ExecutedGtids(gtids) : start.GtidSet is not null && !facts.HasGtids ? default
                : start.Executed,
            Coordinates = isThisServer ? start.Coordinates : null,
            Progress = start.Progress,
            Xa = start.Xa,
        };
    }

    private TimeSpan ReadTimeout()
    {
        var threeHeartbeats = 3 * _options.HeartbeatInterval;
        var least = TimeSpan.FromSeconds(15);
        return _options.ReadTimeout ?? (threeHeartbeats > least ? threeHeartbeats : least);
    }
}
