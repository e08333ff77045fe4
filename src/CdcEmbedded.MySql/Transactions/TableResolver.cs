using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Finds the columns of tables that neither the log nor the notes name, and keeps what is known in the notes.</summary>
/// <param name="settings">The options.</param>
/// <param name="schemas">Knows the tables of the server.</param>
/// <param name="notes">Keeps what is known of tables.</param>
/// <param name="tables">What table ids mean.</param>
/// <param name="transactions">The open transaction, whose begin is the place for which a table is looked up.</param>
/// <param name="log">The reader of the log.</param>
/// <param name="notices">Reports a table whose columns cannot be found.</param>
internal sealed class TableResolver(FeedSettings settings, ISchemaSource schemas, SourceNotes notes, TableMaps tables, TransactionBuffer transactions,
    LogReader log, FaultNotices notices)
{
    /// <summary>Finds the columns of <see cref="TableMaps.Unresolved"/>.</summary>
    /// <exception cref="SchemaUnknownException">They cannot be found, and <see cref="MySqlSourceOptions.OnUnknownSchema"/> says so.</exception>
    public async ValueTask ResolveAsync(CancellationToken cancellationToken)
    {
        if (tables.Unresolved is not { } pending)
        {
            return;
        }

        var (mapped, map, mismatch) = pending;
        if (!settings.Schemas.IsKept && await schemas.ReadAllAsync(Place, cancellationToken).ConfigureAwait(false) is { } catalogue)
        {
            // This part of the log was written before the server was set to name columns.
            settings.Schemas.BeginAgain(catalogue, Place);
            if (catalogue.Find(mapped.Database, mapped.Name) is { } known && CapturedTable.TryBind(map, known, out mismatch) is { } bound)
            {
                tables.Resolve(bound);
                return;
            }
        }

        var found = await schemas.FindAsync(mapped.Database, mapped.Name, Place, cancellationToken).ConfigureAwait(false);
        var reason = found.Reason;
        if (found.Definition is { } definition)
        {
            if (CapturedTable.TryBind(map, definition, out reason) is { } table)
            {
                settings.Schemas.Learn(definition, new TransactionMark(default, transactions.Open?.Transaction.Begin ?? log.Cursor.Coordinates));
                tables.Resolve(table);
                return;
            }

            reason = $"the columns that the server has now do not fit: {reason}";
        }

        var failure = new SchemaUnknownException(map.FullName, log.Cursor.ToString(), $"The columns of {map.FullName} at {log.Cursor} are not known: "
            + $"{(mismatch.Length > 0 ? $"{mismatch}; " : "")}{reason}. {schemas.Remedy}");
        if (settings.OnUnknownSchema == FaultPolicy.Fail)
        {
            throw failure;
        }

        tables.PassOver();
        notices.ReportSkipped(pending, failure.Message);
    }

    /// <summary>Stores what is known of tables, if that has changed.</summary>
    public async ValueTask SaveAsync(CancellationToken cancellationToken)
    {
        var history = settings.Schemas;
        if (!history.IsDirty)
        {
            return;
        }

        if (history.IsLong)
        {
            var stored = await notes.LoadOffsetAsync(cancellationToken).ConfigureAwait(false);
            history.Fold(stored is { Connector: MySqlSource.ConnectorName } ? BinlogPosition.Read(stored) : null);
        }

        await notes.SaveAsync(SchemaHistory.Topic, history.ToText(), cancellationToken).ConfigureAwait(false);
        history.MarkSaved();
    }

    /// <summary>The begin of the transaction, or the position between two: a table is looked up as it was there.</summary>
    private BinlogPosition Place => transactions.Open is { } open ? open.Transaction.PositionBefore() : transactions.Position.Current;
}
