using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Reads statements that may change tables: follows them, and reports what they change.</summary>
/// <param name="settings">The options.</param>
/// <param name="log">The reader of the log.</param>
/// <param name="schemas">Follows the columns of tables.</param>
/// <param name="transactions">The open transaction.</param>
/// <param name="output">Where schema changes go that are transactions of their own.</param>
internal sealed class SchemaStatements(FeedSettings settings, LogReader log, ISchemaTracker schemas, TransactionBuffer transactions,
    CommittedOutput output)
{
    /// <summary>A statement that may change tables. Outside of BEGIN and COMMIT it is a transaction of its own.</summary>
    public DispatchStep Read(in LogEvent e, in Statement statement)
    {
        var open = transactions.EnsureOpen(e);
        var changes = Apply(open, statement);
        var visible = settings.WantsItems ? changes : [];
        if (open.HasBegun)
        {
            foreach (var change in visible)
            {
                if (open.CountSchemaChange() is > 0 and var number)
                {
                    open.Changes.Add(ItemOf(change, open.Transaction, statement, e.Start, open.Transaction.PositionAfter(0, 0, number)));
                }
            }

            return DispatchStep.Next;
        }

        if (visible.Count == 0 || open.Repetition != Repetition.None)
        {
            return transactions.Commit(e);
        }

        Deliver(visible, open, statement, e.Start);
        return DispatchStep.Next;
    }

    /// <summary>TRUNCATE TABLE: a transaction of one change.</summary>
    public DispatchStep ReadTruncate(in LogEvent e, in Statement statement)
    {
        if (!schemas.TryReadTable(statement, out var database, out var table))
        {
            throw log.Damaged("it is a TRUNCATE without a table");
        }

        var open = transactions.EnsureOpen(e);
        if (!schemas.Captures(database, table) || open.Repetition != Repetition.None || open.IsOfSkippedSource)
        {
            return transactions.Commit(e);
        }

        open.Transaction.ThreadId = statement.Query.ThreadId;
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

    /// <summary>What a transaction did that was read before is known already, and the first half of MariaDB's two-phase
    /// ALTER does nothing.</summary>
    private IReadOnlyList<TableChange> Apply(OpenTransaction open, in Statement statement)
        => open.Repetition == Repetition.Done || open.IsStartOfAlter ? []
        : schemas.Apply(statement, new TransactionMark(open.Transaction.RestartGtid, log.Cursor.Coordinates));

    /// <summary>Delivers the schema changes of a statement that is a transaction of its own: the position of the last one
    /// is its end.</summary>
    private void Deliver(IReadOnlyList<TableChange> changes, OpenTransaction open, in Statement statement, long start)
    {
        if (open.Changes.Count.Rows > 0)
        {
            throw log.Damaged("rows come before it in its transaction, which has no BEGIN");
        }

        open.Transaction.ThreadId = statement.Query.ThreadId;
        transactions.Finish(open);
        open.DeliverNotices(output);
        var end = transactions.Position.Current;
        for (var i = 0; i < changes.Count; i++)
        {
            if (open.CountSchemaChange() is > 0 and var number)
            {
                var position = i == changes.Count - 1 ? end : open.Transaction.PositionAfter(0, 0, number);
                output.Add(ItemOf(changes[i], open.Transaction, statement, start, position));
            }
        }
    }

    private static SchemaChange ItemOf(TableChange change, MySqlTransaction transaction, in Statement statement, long start,
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
            ThreadId = statement.Query.ThreadId,
            Query = statement.Text,
        };
        return StreamItems.SchemaChange(SchemaWords.KindOf(change.Kind), SchemaWords.OperationOf(change.Kind), source, position,
            (change.NewDatabase, change.NewTable), change.Definition is { } definition ? SchemaWords.SchemaOf(definition) : null);
    }
}
