using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Schemas.Ddl;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Reads statements that may change tables: follows them, and reports what they change.</summary>
/// <param name="settings">The options.</param>
/// <param name="log">The reader of the log.</param>
/// <param name="tables">What table ids mean, which a statement may change.</param>
/// <param name="transactions">The open transaction.</param>
/// <param name="notices">Where skipped tables are kept.</param>
/// <param name="output">Where schema changes go that are transactions of their own.</param>
internal sealed class SchemaStatements(FeedSettings settings, LogReader log, TableMaps tables, TransactionBuffer transactions, FaultNotices notices,
    CommittedOutput output)
{
    private readonly SchemaChangeFilter _filter = new(settings.Selection);

    /// <summary>A statement that may change tables. Outside of BEGIN and COMMIT it is a transaction of its own.</summary>
    public DispatchStep Read(in LogEvent e, in QueryEvent query, string text)
    {
        var open = transactions.EnsureOpen(e);
        var changes = Apply(open, query, text);
        var visible = settings.WantsItems ? _filter.Select(changes) : [];
        if (open.HasBegun)
        {
            foreach (var change in visible)
            {
                if (open.CountSchemaChange() is > 0 and var number)
                {
                    open.Changes.Add(ItemOf(change, open.Transaction, query, text, e.Start, open.Transaction.PositionAfter(0, 0, number)));
                }
            }

            return DispatchStep.Next;
        }

        if (visible.Count == 0 || open.Repetition != Repetition.None)
        {
            return transactions.Commit(e);
        }

        Deliver(visible, open, query, text, e.Start);
        return DispatchStep.Next;
    }

    /// <summary>TRUNCATE TABLE: a transaction of one change.</summary>
    public DispatchStep ReadTruncate(in LogEvent e, in QueryEvent query, string text)
    {
        if (!StatementReader.TryReadTable(text, SqlDialect.Of(query, log.Format), query.Database, out var database, out var table))
        {
            throw log.Damaged("it is a TRUNCATE without a table");
        }

        var open = transactions.EnsureOpen(e);
        if (!settings.Selection.Matches(database, table) || open.Repetition != Repetition.None || open.IsOfSkippedSource)
        {
            return transactions.Commit(e);
        }

        open.Transaction.ThreadId = query.ThreadId;
        var isDone = open.SkipTruncate(database, table);
        open.VerifyComplete();
        transactions.Finish(open);
        if (!isDone)
        {
            var count = open.Changes.Count;
            output.Add(new TruncateSet(open.Transaction, database, table, open.Transaction.PositionAfter(count.Rows, count.Check),
                new RowsContext(e.Start, e.PayloadOffset, e.Header.Timestamp, e.Header.ServerId, open.Query)));
        }

        open.End(output, transactions.Position.Current);
        return DispatchStep.Next;
    }

    private IReadOnlyList<TableChange> Apply(OpenTransaction open, in QueryEvent query, string text)
    {
        if (open.Repetition == Repetition.Done || open.IsStartOfAlter || !SchemaCatalogue.MayChange(text))
        {
            return [];
        }

        var context = DdlContext.Of(query, log.Format, settings.IgnoresTableCase);
        var changes = settings.Schemas.Apply(text, context, new TransactionMark(open.Transaction.RestartGtid, log.Cursor.Coordinates));
        if (changes.Count > 0)
        {
            // The same bytes of a table map may mean other columns from here on.
            tables.Forget();
            notices.ForgetSkipped();
        }

        return changes;
    }

    /// <summary>Delivers the schema changes of a statement that is a transaction of its own: the position of the last one is its end.</summary>
    private void Deliver(List<TableChange> changes, OpenTransaction open, in QueryEvent query, string text, long start)
    {
        open.Transaction.ThreadId = query.ThreadId;
        transactions.Finish(open);
        open.DeliverNotices(output);
        var end = transactions.Position.Current;
        for (var i = 0; i < changes.Count; i++)
        {
            if (open.CountSchemaChange() is > 0 and var number)
            {
                var position = i == changes.Count - 1 ? end : open.Transaction.PositionAfter(0, 0, number);
                output.Add(ItemOf(changes[i], open.Transaction, query, text, start, position));
            }
        }
    }

    private static SchemaChange ItemOf(in TableChange change, MySqlTransaction transaction, in QueryEvent query, string text, long start,
        BinlogPosition position)
    {
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
