using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <content>Statements that change tables.</content>
internal sealed partial class TransactionAssembler
{
    /// <summary>The transaction's begin, or the place between two: for looking up what a table was here.</summary>
    public BinlogPosition PlaceNow() => _open?.Transaction.PositionBefore() ?? PositionNow();

    /// <summary>Where the next version of a schema is noted down.</summary>
    public TransactionMark SchemaPlaceNow() => new(default, _open?.Transaction.Begin ?? _cursor.Coordinates);

    /// <summary>A statement that may change tables. Outside BEGIN and COMMIT it is a transaction of its own.</summary>
    private void ReadSchemaStatement(in EventHeader header, in QueryEvent query, string text, long start)
    {
        var open = EnsureOpen(header, start);
        var changes = ApplyStatement(open, query, text);
        var told = _settings.WantsItems ? Told(changes) : [];
        if (open.HasBegun)
        {
            foreach (var change in told)
            {
                if (open.AddSchemaChange() is > 0 and var place)
                {
                    open.Hold(ItemOf(change, open, query, text, start, open.Transaction.PositionAfter(0, 0, place)));
                }
            }
        }
        else if (told.Count == 0 || open.Repetition != Repetition.None)
        {
            Commit(header, start);
        }
        else
        {
            Deliver(told, open, query, text, start);
        }
    }

    private IReadOnlyList<TableChange> ApplyStatement(OpenTransaction open, in QueryEvent query, string text)
    {
        if (open.Repetition == Repetition.Done || open.IsStartOfAlter || !SchemaCatalogue.MayChange(text))
        {
            return [];
        }

        var context = DdlContext.Of(query, _format, _settings.IgnoresTableCase);
        var changes = _settings.Schemas.Apply(text, context, new TransactionMark(open.Transaction.RestartGtid, _cursor.Coordinates));
        if (changes.Count > 0)
        {
            // The same bytes of a table map may mean other columns from here on.
            Tables.Forget();
            _passedOver.Clear();
        }

        return changes;
    }

    /// <summary>The items of a statement that is a transaction of its own: the last one's position is its end.</summary>
    private void Deliver(List<TableChange> told, OpenTransaction open, in QueryEvent query, string text, long start)
    {
        var transaction = open.Transaction;
        open.Transaction.ThreadId = query.ThreadId;
        var end = Finish(open);

        // A notice that the statement changed rows by its text.
        AddHeld(open, null);
        for (var i = 0; i < told.Count; i++)
        {
            if (open.AddSchemaChange() is > 0 and var place)
            {
                var position = i == told.Count - 1 ? end : transaction.PositionAfter(0, 0, place);
                _batch.Add(ItemOf(told[i], open, query, text, start, position));
            }
        }

        _hasProgress = false;
    }

    /// <summary>The changes that the application is told of: those of captured tables, and the cut-over of an online schema change as the one
    /// change that it is (R35).</summary>
    private List<TableChange> Told(IReadOnlyList<TableChange> changes)
    {
        var result = new List<TableChange>(changes.Count);
        foreach (var change in changes)
        {
            if (change.Kind == TableChangeKind.Truncate)
            {
                // A change of its own: see Truncate.
                continue;
            }

            if (change.Table.Length == 0)
            {
                if (_settings.Selection.MayMatch(change.Database))
                {
                    result.Add(change);
                }
            }
            else if (change.NewTable is { } name && ShadowTables.IsCutOver(change.Table, name) && !_settings.Selection.Matches(change.Database, change.Table))
            {
                if (_settings.Selection.Matches(change.NewDatabase ?? change.Database, name))
                {
                    result.Add(change with { Kind = TableChangeKind.Alter, Database = change.NewDatabase ?? change.Database, Table = name, NewDatabase = null,
                        NewTable = null });
                }
            }
            else if (_settings.Selection.Matches(change.Database, change.Table) ? !IsMadeRoom(change, changes)
                : change.NewTable is { } to && _settings.Selection.Matches(change.NewDatabase ?? change.Database, to))
            {
                result.Add(change);
            }
        }

        return result;
    }

    /// <summary>Whether a captured table is only renamed to make room for its shadow.</summary>
    private bool IsMadeRoom(in TableChange change, IReadOnlyList<TableChange> all)
    {
        if (change.NewTable is not { } aside || _settings.Selection.Matches(change.NewDatabase ?? change.Database, aside))
        {
            return false;
        }

        foreach (var other in all)
        {
            if (other.NewTable == change.Table && ShadowTables.IsCutOver(other.Table, change.Table))
            {
                return true;
            }
        }

        return false;
    }

    private static SchemaChange ItemOf(in TableChange change, OpenTransaction open, in QueryEvent query, string text, long start, BinlogPosition position)
    {
        var transaction = open.Transaction;
        var source = new MySqlSourceInfo
        {
            Connector = MySqlSource.ConnectorName,
            Name = transaction.Identity.Name,
            Timestamp = transaction.Timestamp,
            Database = change.Database,
            Table = change.Table,
            ServerId = transaction.ServerId,
            Gtid = transaction.HasGtid ? transaction.Gtid.ToString() : null,
            File = transaction.File,
            Position = start,
            ThreadId = query.ThreadId,
            Query = text,
        };
        return StreamItems.SchemaChange(SchemaWords.KindOf(change.Kind), SchemaWords.OperationOf(change.Kind), source, position,
            (change.NewDatabase, change.NewTable), change.Definition is { } definition ? SchemaWords.SchemaOf(definition) : null);
    }
}
