using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>Follows tables by the table maps, by the statements of the log, by a note beside the offset, and by what a source of schemas
/// can be asked.</summary>
/// <param name="selection">The captured tables.</param>
/// <param name="source">Knows tables that neither the log nor the note knows. Disposed with the tracker.</param>
/// <param name="statements">Reads SQL.</param>
/// <param name="notes">Keeps what is known of tables.</param>
/// <param name="onUnknownSchema">What happens where the columns of a captured table cannot be found.</param>
internal sealed class SchemaTracker(TableSelection selection, ISchemaSource source, IStatementReader statements, SourceNotes notes,
    FaultPolicy onUnknownSchema)
    : ISchemaTracker
{
    private readonly SchemaChangeFilter _filter = new(selection);
    private readonly HashSet<string> _skipped = [];
    private SchemaHistory _history = new();
    private TableMaps _maps = new(selection, new SchemaHistory());

    public bool NeedsResolving => _maps.Unresolved is not null;

    public async ValueTask OpenAsync(BinlogPosition position, bool isStored, CancellationToken cancellationToken)
    {
        var note = isStored ? await notes.LoadAsync(SchemaHistory.Topic, cancellationToken).ConfigureAwait(false) : null;
        if (note is not null && SchemaHistoryJson.Read(note, position, out var appended) is { } history)
        {
            notes.Truncate(SchemaHistory.Topic, appended);
        }
        else
        {
            notes.Drop(SchemaHistory.Topic);
            var (catalogue, isKept) = await source.OpenAsync(position, cancellationToken).ConfigureAwait(false);
            history = SchemaHistory.Begin(catalogue, position, isKept);
        }

        _history = history;
        _maps = new TableMaps(selection, history);
        _skipped.Clear();
        await SaveAsync(cancellationToken).ConfigureAwait(false);
    }

    public bool Captures(string database, string table) => selection.Matches(database, table);

    public void ReadTableMap(ReadOnlySpan<byte> body, FormatDescription format) => _maps.Read(body, format);

    public MappedTable? Find(ulong tableId) => _maps.Find(tableId);

    public async ValueTask<SkippedTable?> ResolveAsync(BinlogPosition place, BinlogCoordinates cursor, CancellationToken cancellationToken)
    {
        if (_maps.Unresolved is not { } pending)
        {
            return null;
        }

        var (mapped, map, mismatch) = pending;
        if (!_history.IsKept && await source.ReadAllAsync(place, cancellationToken).ConfigureAwait(false) is { } catalogue)
        {
            // This part of the log was written before the server was set to name columns.
            _history.BeginAgain(catalogue, place);
            if (catalogue.Find(mapped.Database, mapped.Name) is { } known
                && CapturedTable.TryBind(map, known, selection.IncludesRowHistory, out mismatch) is { } bound)
            {
                _maps.Resolve(bound);
                return null;
            }
        }

        var found = await source.FindAsync(mapped.Database, mapped.Name, place, cursor, cancellationToken).ConfigureAwait(false);
        var reason = found.Reason;
        if (found.Definition is { } definition)
        {
            if (CapturedTable.TryBind(map, definition, selection.IncludesRowHistory, out reason) is { } table)
            {
                _history.Learn(definition, new TransactionMark(default, place.Coordinates ?? cursor));
                _maps.Resolve(table);
                return null;
            }

            reason = $"the columns that the server has now do not fit: {reason}";
        }

        var failure = new SchemaUnknownException(map.FullName, cursor.ToString(),
            $"The columns of {map.FullName} at {cursor} are not known: "
            + $"{(mismatch.Length > 0 ? $"{mismatch}; " : "")}{reason}. {source.Remedy}");
        if (onUnknownSchema == FaultPolicy.Fail)
        {
            throw failure;
        }

        _maps.SkipUnresolved();
        return _skipped.Add(map.FullName) ? new SkippedTable(mapped.Database, mapped.Name, failure.Message) : null;
    }

    public Statement Read(QueryEvent query, FormatDescription? format)
    {
        var words = query.GetWords(query.CharsetOn(format));
        var dialect = SqlDialect.Of(query, format);
        return new Statement(query, words, dialect, statements.Classify(words, dialect));
    }

    public bool TryReadTable(in Statement statement, out string database, out string table)
    {
        var isRead = statements.TryReadTable(statement.Words, statement.Dialect, statement.Query.Database, out database, out table);
        if (_history.Catalogue.LowersNames)
        {
            (database, table) = (StoredNames.Lower(database), StoredNames.Lower(table));
        }

        return isRead;
    }

    public bool IsVersionedByTransactions(string database, string table)
        => _history.Catalogue.Find(database, table) is { RowEnd: >= 0 } found
        && found.Columns[found.RowEnd].TypeText.StartsWith("bigint", StringComparison.Ordinal);

    public bool TryReadSavepoint(in Statement statement, out string name)
        => statements.TryReadSavepoint(statement.Words, statement.Dialect, out name);

    public IReadOnlyList<TableChange> Apply(in Statement statement, in TransactionMark mark)
    {
        if (!statements.MayChangeTables(statement.Words))
        {
            return [];
        }

        var changes = statements.Apply(_history.Catalogue, statement.Words, StatementContext.Of(statement.Query, statement.Dialect));
        if (changes.Count == 0)
        {
            return [];
        }

        // The same bytes of a table map may mean other columns from here on.
        _history.Record(changes, mark);
        _maps.Forget();
        _skipped.Clear();
        return _filter.Select(changes);
    }

    public void BeginFile() => _maps.Forget();

    public void EndTransaction() => _maps.Trim();

    public ValueTask SaveAsync(CancellationToken cancellationToken) => _history.IsDirty ? SaveHistoryAsync(cancellationToken) : default;

    private async ValueTask SaveHistoryAsync(CancellationToken cancellationToken)
    {
        if (_history.IsLong)
        {
            var stored = await notes.LoadOffsetAsync(cancellationToken).ConfigureAwait(false);
            _history.Fold(stored is { Connector: MySqlSource.ConnectorName } ? BinlogPosition.Read(stored) : null);
        }

        while (!_history.NeedsBase && _history.Unsaved is { } version)
        {
            if (!await notes.AppendAsync(SchemaHistory.Topic, SchemaHistoryJson.Write(version), cancellationToken).ConfigureAwait(false))
            {
                await ReplaceAsync(cancellationToken).ConfigureAwait(false);
                return;
            }

            _history.MarkAppended();
        }

        if (_history.NeedsBase)
        {
            await ReplaceAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask ReplaceAsync(CancellationToken cancellationToken)
    {
        await notes.ReplaceAsync(SchemaHistory.Topic, SchemaHistoryJson.Write(_history), cancellationToken).ConfigureAwait(false);
        _history.MarkSaved();
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
