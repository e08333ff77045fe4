using CdcEmbedded.MySql.Positions;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>Finds the columns that tables had at a position of a server's log: those that information_schema has now, where the log after
/// that position has no statement that changed them (R31, R34).</summary>
/// <remarks>A server writes a statement to its log just before it becomes visible in information_schema, so what is read counts only for
/// statements that were in the log a moment before.</remarks>
/// <param name="server">The server.</param>
/// <param name="selection">The captured tables.</param>
/// <param name="statements">Reads SQL.</param>
/// <param name="verifiesChecksums">True if checksums are verified.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Reports look-ups.</param>
internal sealed class ServerSchemas(ISchemaServer server, TableSelection selection, IStatementReader statements, bool verifiesChecksums,
    TimeProvider time, ILogger logger) : ISchemaSource
{
    /// <summary>After this time in the log a statement is surely visible.</summary>
    private static readonly TimeSpan Visible = TimeSpan.FromMilliseconds(100);

    private readonly LoggedChanges _changes = new(selection, statements, server.IgnoresTableCase);
    private BinlogPosition? _scannedFrom;
    private BinlogCoordinates _scannedTo;

    public string Remedy
        => "Set binlog_row_metadata=FULL on the server, so that the log names its columns itself, and start after that position; "
        + "or grant the "
        + "user SELECT on the table; or set OnUnknownSchema to skip it.";

    public async ValueTask<(SchemaCatalogue Catalogue, bool IsKept)> OpenAsync(BinlogPosition position, CancellationToken cancellationToken)
        => server.NamesColumns

            // No row is read by it: it knows the columns of schema changes.
            ? (new SchemaCatalogue(server.IgnoresTableCase)
            {
                Assumes = true, MayLack = true, LowersNames = server.LowersTableNames, HasPlainTimestamps = server.HasPlainTimestamps,
            }, false)
            : (await ReadAsync(position, cancellationToken).ConfigureAwait(false), true);

    public async ValueTask<SchemaCatalogue?> ReadAllAsync(BinlogPosition position, CancellationToken cancellationToken)
        => await ReadAsync(position, cancellationToken).ConfigureAwait(false);

    public async ValueTask<SchemaLookup> FindAsync(string database, string table, BinlogPosition position, BinlogCoordinates cursor,
        CancellationToken cancellationToken)
    {
        try
        {
            return await LookUpAsync(database, table, position, cursor, cancellationToken).ConfigureAwait(false);
        }
        catch (CdcConnectionException) when (server.HasConnection)
        {
            // The connection is idle between look-ups, and the server ends idle ones: a second attempt over another one.
            await server.CloseAsync().ConfigureAwait(false);
            return await LookUpAsync(database, table, position, cursor, cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async ValueTask<SchemaCatalogue> ReadAsync(BinlogPosition position, CancellationToken cancellationToken)
    {
        await Task.Delay(Visible, time, cancellationToken).ConfigureAwait(false);
        var catalogue = await server.ReadTablesAsync(selection, cancellationToken).ConfigureAwait(false);
        (catalogue.LowersNames, catalogue.HasPlainTimestamps) = (server.LowersTableNames, server.HasPlainTimestamps);
        await ScanAsync(position, cancellationToken).ConfigureAwait(false);
        if (_changes.RemoveFrom(catalogue))
        {
            await RecallAsync(catalogue, position, cancellationToken).ConfigureAwait(false);
        }

        Log.SchemasLookedUp(logger, catalogue.Count, _changes.Count);
        return catalogue;
    }

    private async ValueTask<SchemaLookup> LookUpAsync(string database, string table, BinlogPosition position,
        BinlogCoordinates cursor, CancellationToken cancellationToken)
    {
        var definition = await server.ReadTableAsync(database, table, cancellationToken).ConfigureAwait(false);
        if (definition is null)
        {
            return new SchemaLookup(null, "the server has no such table now, or hides it from this user");
        }

        await ScanAsync(position, cancellationToken).ConfigureAwait(false);
        if (_changes.FindAfter(cursor, database, table) is { } change)
        {
            return new SchemaLookup(null, $"the statement that ends at {change.End} changed the table, and its columns before that "
                + "are not known");
        }

        Log.SchemaLookedUp(logger, database, table, definition.Columns.Count);
        return new SchemaLookup(definition, "");
    }

    /// <summary>The log before a position may know the tables and databases that the log after it changes, where it still has the statement
    /// that created them.</summary>
    private async ValueTask RecallAsync(SchemaCatalogue catalogue, BinlogPosition position, CancellationToken cancellationToken)
    {
        if (server.OldestLog is not { } oldest)
        {
            return;
        }

        Log.LogReadBefore(logger, oldest);

        // An offset by GTID alone says of each transaction if it comes before, but not where in the log that ends.
        var end = position.Coordinates ?? _scannedTo;
        var earlier = new SchemaCatalogue(server.IgnoresTableCase)
        {
            MayLack = true, LowersNames = server.LowersTableNames, HasPlainTimestamps = server.HasPlainTimestamps,
        };
        await ReadLogAsync(BinlogPosition.At(oldest), end,
            (text, context, walk) =>
            {
                if (position.Covers(new TransactionMark(walk.Gtid, walk.Coordinates), position.Server))
                {
                    statements.Apply(earlier, text, context);
                }
            },
            cancellationToken).ConfigureAwait(false);
        _changes.RestoreInto(catalogue, earlier);
    }

    /// <summary>Reads which tables the log changes from a position to its end now. What was read is not read again.</summary>
    private async ValueTask ScanAsync(BinlogPosition position, CancellationToken cancellationToken)
    {
        if (await server.ReadLogEndAsync(cancellationToken).ConfigureAwait(false) is not { } end)
        {
            throw new SchemaUnknownException("", position.Coordinates?.ToString() ?? "",
                "The server does not show where its log ends, so it is not known at which "
                + "position its tables have the columns that it has now. GRANT REPLICATION CLIENT ON *.* TO the user (BINLOG "
                    + "MONITOR on MariaDB).");
        }

        var from = position;
        if (_scannedFrom?.Coordinates is { } first && position.Coordinates is { } at && at.IsAtOrAfter(first) && _scannedTo.IsAtOrAfter(at))
        {
            from = new BinlogPosition { Coordinates = _scannedTo };
        }
        else
        {
            _changes.Clear();
            _scannedFrom = position;
        }

        if (from.Coordinates is { } start && start.IsAtOrAfter(end))
        {
            _scannedTo = end;
            return;
        }

        await ReadLogAsync(from, end, (text, context, walk) => _changes.Add(text, context, walk.Coordinates), cancellationToken)
            .ConfigureAwait(false);

        // A server that shuts down ends its streams early, and its other connections before them: one that still answers has sent all.
        await server.ReadLogEndAsync(cancellationToken).ConfigureAwait(false);
        _scannedTo = end;
    }

    private async ValueTask ReadLogAsync(BinlogPosition from, BinlogCoordinates end,
        Action<string, StatementContext, StatementWalk> onStatement,
        CancellationToken cancellationToken)
    {
        var (stream, hasChecksums) = await server.OpenLogAsync(from, cancellationToken).ConfigureAwait(false);
        await using var disposing = stream.ConfigureAwait(false);
        var walk = new StatementWalk(stream, hasChecksums, verifiesChecksums, from.Coordinates);
        if (!await walk.ReadAsync(end, (text, context) => onStatement(text, context, walk), cancellationToken).ConfigureAwait(false)
            && !from.Executed.HasValue)
        {
            // By GTID the server may rightly skip the last transactions.
            throw new CdcConnectionException($"The binlog ended at {walk.Coordinates}, before {end}, while its statements were read: the "
                + "server is shutting "
                + "down, or the connection was killed.");
        }
    }
}
