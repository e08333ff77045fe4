using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas.Ddl;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>Tells which columns tables had at a place of a server's log: those that information_schema has now, where the log from that place
/// on holds no statement that changed them (R31, R34).</summary>
/// <remarks>It works over connections of its own, opened when first needed. A server writes a statement to its log just before it becomes
/// visible in information_schema, so what is read counts only for statements that were in the log a moment before.</remarks>
internal sealed class ServerSchemas(KnownServer server, ServerFacts facts, ServerLog log, TableSelection selection, SourceContext context,
    ILogger logger) : ISchemaSource
{
    /// <summary>How long after a statement is in the log it is surely visible.</summary>
    private static readonly TimeSpan Visible = TimeSpan.FromMilliseconds(100);

    private readonly LoggedChanges _changes = new(selection, facts.IgnoresTableCase);
    private SqlSession? _session;
    private BinlogPosition? _scannedFrom;
    private BinlogCoordinates _scannedTo;

    public string Remedy => "Set binlog_row_metadata=FULL on the server, so that the log names its columns itself, and start behind that position; or give the "
        + "user SELECT on the table; or set OnUnknownSchema to skip it.";

    async ValueTask<SchemaCatalogue?> ISchemaSource.ReadAllAsync(BinlogPosition place, CancellationToken cancellationToken)
        => await ReadAllAsync(place, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc cref="ISchemaSource.ReadAllAsync"/>
    public async ValueTask<SchemaCatalogue> ReadAllAsync(BinlogPosition place, CancellationToken cancellationToken)
    {
        var session = await SessionAsync(cancellationToken).ConfigureAwait(false);
        await Task.Delay(Visible, context.TimeProvider, cancellationToken).ConfigureAwait(false);
        var catalogue = await InformationSchema.ReadAllAsync(session, selection, facts.IgnoresTableCase, cancellationToken).ConfigureAwait(false);
        await ScanAsync(session, place, cancellationToken).ConfigureAwait(false);
        if (_changes.TakeOutOf(catalogue))
        {
            await RecallAsync(catalogue, place, cancellationToken).ConfigureAwait(false);
        }

        Log.SchemasLookedUp(logger, catalogue.Count, _changes.Count);
        return catalogue;
    }

    public async ValueTask<SchemaLookup> FindAsync(string database, string table, BinlogPosition place, CancellationToken cancellationToken)
    {
        try
        {
            return await LookUpAsync(database, table, place, cancellationToken).ConfigureAwait(false);
        }
        catch (CdcConnectionException) when (_session is not null)
        {
            // The connection idles between look-ups, and the server ends idle ones: once more over a new one.
            await DisposeAsync().ConfigureAwait(false);
            return await LookUpAsync(database, table, place, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is { } session)
        {
            _session = null;
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<SchemaLookup> LookUpAsync(string database, string table, BinlogPosition place, CancellationToken cancellationToken)
    {
        var session = await SessionAsync(cancellationToken).ConfigureAwait(false);
        var definition = await InformationSchema.ReadTableAsync(session, database, table, cancellationToken).ConfigureAwait(false);
        if (definition is null)
        {
            return new SchemaLookup(null, "the server has no such table now, or does not show it to this user");
        }

        await ScanAsync(session, place, cancellationToken).ConfigureAwait(false);
        if (_changes.FindBehind(place, database, table) is { } change)
        {
            return new SchemaLookup(null, $"the statement that ends at {change.End} changed the table, and what it was before is not known");
        }

        Log.SchemaLookedUp(logger, database, table, definition.Columns.Count);
        return new SchemaLookup(definition, "");
    }

    /// <summary>Tables and databases that the log changes behind a place may be told by the log before it, where that still holds the statement that
    /// created them.</summary>
    private async ValueTask RecallAsync(SchemaCatalogue catalogue, BinlogPosition place, CancellationToken cancellationToken)
    {
        if (facts.Logs is not [var oldest, ..])
        {
            return;
        }

        Log.LogReadBefore(logger, oldest.File);

        // An offset by GTID alone says of each transaction whether it comes before, but not where in the log that ends.
        var end = place.Coordinates ?? _scannedTo;
        var earlier = new SchemaCatalogue(facts.IgnoresTableCase) { MayLack = true };
        await ReadLogAsync(BinlogPosition.At(oldest.File), end,
            (sql, statement, walk) =>
            {
                if (place.Covers(new TransactionMark(walk.Gtid, walk.Cursor.Coordinates), place.Server))
                {
                    earlier.Apply(sql, statement);
                }
            },
            cancellationToken).ConfigureAwait(false);
        _changes.PutBackInto(catalogue, earlier);
    }

    /// <summary>Reads which tables the log changes from a place to its end now. What was read is not read again.</summary>
    private async ValueTask ScanAsync(SqlSession session, BinlogPosition place, CancellationToken cancellationToken)
    {
        if (await ServerFacts.ReadLogEndAsync(session, cancellationToken).ConfigureAwait(false) is not { } end)
        {
            throw new SchemaUnknownException("", place.Coordinates?.ToString() ?? "", "The server does not tell where its log ends, so it cannot be told of which place its tables "
                + "are. GRANT REPLICATION CLIENT ON *.* TO the user (BINLOG MONITOR on MariaDB).");
        }

        var from = place;
        if (_scannedFrom?.Coordinates is { } first && place.Coordinates is { } at && at.IsAtOrAfter(first) && _scannedTo.IsAtOrAfter(at))
        {
            from = new BinlogPosition { Coordinates = _scannedTo };
        }
        else
        {
            _changes.Clear();
            _scannedFrom = place;
        }

        if (from.Coordinates is { } start && start.IsAtOrAfter(end))
        {
            _scannedTo = end;
            return;
        }

        await ReadLogAsync(from, end, (sql, statement, walk) => _changes.Add(sql, statement, walk.Cursor.Coordinates), cancellationToken).ConfigureAwait(false);

        // A server that shuts down ends its streams early, and its other connections before them: one that still answers has sent all.
        await ServerFacts.ReadLogEndAsync(session, cancellationToken).ConfigureAwait(false);
        _scannedTo = end;
    }

    private async ValueTask ReadLogAsync(BinlogPosition from, BinlogCoordinates end, Action<string, DdlContext, LoggedSchemaChanges> onStatement,
        CancellationToken cancellationToken)
    {
        var (stream, hasChecksums) = await log.OpenAsync(from, cancellationToken).ConfigureAwait(false);
        await using var disposing = stream.ConfigureAwait(false);
        var walk = new LoggedSchemaChanges(stream, hasChecksums, from, facts.IgnoresTableCase);
        if (!await walk.ReadAsync(end, (sql, statement) => onStatement(sql, statement, walk), cancellationToken).ConfigureAwait(false)
            && !from.Executed.HasValue)
        {
            // By GTID the last transactions may rightly be left out.
            throw new CdcConnectionException($"The binlog ended at {walk.Cursor}, before {end}, while its statements were read: the server shuts "
                + "down, or the connection was killed.");
        }
    }

    private async ValueTask<SqlSession> SessionAsync(CancellationToken cancellationToken)
        => _session ??= await server.OpenSqlAsync(cancellationToken).ConfigureAwait(false);
}
