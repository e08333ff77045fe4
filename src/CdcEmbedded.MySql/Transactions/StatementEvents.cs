using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Reads QUERY events and their like, and decides what their statement means for the transaction.</summary>
/// <param name="log">The reader of the log.</param>
/// <param name="schemas">Reads statements.</param>
/// <param name="transactions">The open transaction.</param>
/// <param name="changes">Statements that change tables.</param>
/// <param name="xa">XA statements.</param>
/// <param name="notices">Statements that change rows.</param>
internal sealed class StatementEvents(LogReader log, ISchemaTracker schemas, TransactionBuffer transactions, SchemaStatements changes,
    XaEvents xa, FaultNotices notices)
{
    /// <summary>QUERY_EVENT.</summary>
    public DispatchStep Read(in LogEvent e)
    {
        if (QueryEvent.TryReadBegin(e.Body, out var threadId))
        {
            transactions.ReadBegin(e, threadId);
            return DispatchStep.Next;
        }

        return ReadStatement(e, schemas.Read(LoggedStatement.Read(e.Type, e.Body, log.MaxEventBytes), log.Format));
    }

    /// <summary>EXECUTE_LOAD_QUERY_EVENT: a QUERY event with 13 more bytes before its status variables.</summary>
    public DispatchStep ReadLoadQuery(in LogEvent e)
    {
        const int FixedLength = 13;
        if (e.Body.Length < 2 * FixedLength)
        {
            throw log.Damaged($"its {e.Body.Length} bytes are too few");
        }

        byte[] plain = [.. e.Body[..FixedLength], .. e.Body[(2 * FixedLength)..]];
        return notices.CheckStatement(schemas.Read(QueryEvent.Read(plain), log.Format));
    }

    private DispatchStep ReadStatement(in LogEvent e, in Statement statement)
    {
        switch (statement.Kind)
        {
            case StatementKind.Begin:
                transactions.ReadBegin(e, statement.Query.ThreadId);
                return DispatchStep.Next;
            case StatementKind.Commit:
                return transactions.Commit(e);
            case StatementKind.Rollback:
                transactions.RollBack(e);
                return DispatchStep.Next;
            case StatementKind.Savepoint:
                ReadSavepoint(transactions.EnsureOpen(e), statement, isRollback: false);
                return DispatchStep.Next;
            case StatementKind.RollbackToSavepoint:
                ReadSavepoint(transactions.EnsureOpen(e), statement, isRollback: true);
                return DispatchStep.Next;
            case StatementKind.XaStart:
                xa.ReadStart(e, statement.Query.ThreadId, statement.Text);
                return DispatchStep.Next;
            case StatementKind.XaEnd:
                return DispatchStep.Next;
            case StatementKind.XaCommit:
                return xa.ReadCommit(e, statement.Text);
            case StatementKind.XaRollback:
                return xa.ReadRollback(e, statement.Text);
            case StatementKind.Truncate:
                return changes.ReadTruncate(e, statement);
            case StatementKind.CreateTableThenRows:
                return ReadCreateThenRows(e, statement);
            case StatementKind.RowsByStatement:
                return ReadRowsByStatement(e, statement);
            default:
                return changes.Read(e, statement);
        }
    }

    /// <summary>CREATE TABLE ... START TRANSACTION: rows and XID follow, so it is one transaction, with a BEGIN or without.</summary>
    private DispatchStep ReadCreateThenRows(in LogEvent e, in Statement statement)
    {
        if (transactions.Open is not { HasBegun: true })
        {
            transactions.ReadBegin(e, statement.Query.ThreadId);
        }

        return changes.Read(e, statement);
    }

    private DispatchStep ReadRowsByStatement(in LogEvent e, in Statement statement)
    {
        transactions.EnsureOpen(e);
        var step = notices.CheckStatement(statement);
        return changes.Read(e, statement) is not DispatchStep.Next and var next ? next : step;
    }

    private void ReadSavepoint(OpenTransaction open, in Statement statement, bool isRollback)
    {
        if (open.Repetition == Repetition.Done || !schemas.TryReadSavepoint(statement, out var name))
        {
            return;
        }

        if (isRollback)
        {
            open.Changes.RollBackTo(name, open.Transaction.Id);
        }
        else
        {
            open.Changes.SetSavepoint(name);
        }
    }
}
