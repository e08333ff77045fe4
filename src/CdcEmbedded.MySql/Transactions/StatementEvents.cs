using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Schemas.Ddl;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Reads QUERY events and their like, and decides what their statement means for the transaction.</summary>
/// <param name="log">The reader of the log.</param>
/// <param name="transactions">The open transaction.</param>
/// <param name="schemas">Statements that change tables.</param>
/// <param name="xa">XA statements.</param>
/// <param name="notices">Statements that change rows.</param>
internal sealed class StatementEvents(LogReader log, TransactionBuffer transactions, SchemaStatements schemas, XaEvents xa, FaultNotices notices)
{
    /// <summary>QUERY_EVENT.</summary>
    public DispatchStep Read(in LogEvent e)
    {
        if (QueryEvent.TryReadBegin(e.Body, out var threadId))
        {
            transactions.ReadBegin(e, threadId);
            return DispatchStep.Next;
        }

        return ReadStatement(e, LoggedStatement.Read(e.Type, e.Body));
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
        var query = QueryEvent.Read(plain);
        return notices.CheckStatement(query, query.GetText());
    }

    private DispatchStep ReadStatement(in LogEvent e, in QueryEvent query)
    {
        var text = query.GetText();
        var dialect = SqlDialect.Of(query, log.Format);
        switch (StatementReader.Classify(text, dialect))
        {
            case StatementKind.Begin:
                transactions.ReadBegin(e, query.ThreadId);
                return DispatchStep.Next;
            case StatementKind.Commit:
                return transactions.Commit(e);
            case StatementKind.Rollback:
                transactions.RollBack(e);
                return DispatchStep.Next;
            case StatementKind.Savepoint:
                ReadSavepoint(transactions.EnsureOpen(e), text, dialect, isRollback: false);
                return DispatchStep.Next;
            case StatementKind.RollbackToSavepoint:
                ReadSavepoint(transactions.EnsureOpen(e), text, dialect, isRollback: true);
                return DispatchStep.Next;
            case StatementKind.XaStart:
                xa.ReadStart(e, query.ThreadId, text);
                return DispatchStep.Next;
            case StatementKind.XaEnd:
                return DispatchStep.Next;
            case StatementKind.XaCommit:
                return xa.ReadCommit(e, text);
            case StatementKind.XaRollback:
                return xa.ReadRollback(e, text);
            case StatementKind.Truncate:
                return schemas.ReadTruncate(e, query, text);
            case StatementKind.CreateTableThenRows:
                return ReadCreateThenRows(e, query, text);
            case StatementKind.RowsByStatement:
                return ReadRowsByStatement(e, query, text);
            default:
                return schemas.Read(e, query, text);
        }
    }

    /// <summary>CREATE TABLE ... START TRANSACTION: rows and XID follow, so it is one transaction, with a BEGIN or without.</summary>
    private DispatchStep ReadCreateThenRows(in LogEvent e, in QueryEvent query, string text)
    {
        if (transactions.Open is not { HasBegun: true })
        {
            transactions.ReadBegin(e, query.ThreadId);
        }

        return schemas.Read(e, query, text);
    }

    private DispatchStep ReadRowsByStatement(in LogEvent e, in QueryEvent query, string text)
    {
        transactions.EnsureOpen(e);
        var step = notices.CheckStatement(query, text);
        return schemas.Read(e, query, text) is not DispatchStep.Next and var next ? next : step;
    }

    private static void ReadSavepoint(OpenTransaction open, string text, SqlDialect dialect, bool isRollback)
    {
        if (open.Repetition == Repetition.Done || !SavepointStatement.TryReadName(text, dialect, out var name))
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
