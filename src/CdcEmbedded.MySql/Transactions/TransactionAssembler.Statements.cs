using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas.Ddl;

namespace CdcEmbedded.MySql.Transactions;

/// <content>What QUERY events and their like mean for the transaction.</content>
internal sealed partial class TransactionAssembler
{
    private void ReadQuery(in EventHeader header, ReadOnlySpan<byte> body, long start)
    {
        if (QueryEvent.TryReadBegin(body, out var threadId))
        {
            Begin(header, threadId, start);
            return;
        }

        ReadStatement(header, LoggedStatement.Read(header.Type, body), start);
    }

    private void ReadStatement(in EventHeader header, in QueryEvent query, long start)
    {
        var text = query.GetText();
        var dialect = SqlDialect.Of(query, _format);
        switch (StatementReader.Classify(text, dialect))
        {
            case StatementKind.Begin:
                Begin(header, query.ThreadId, start);
                break;
            case StatementKind.XaStart:
                BeginXa(header, query, text, start);
                break;
            case StatementKind.CreateTableThenRows:
                // Rows and XID follow: one transaction, whether a BEGIN was there or not.
                if (_open is not { HasBegun: true })
                {
                    Begin(header, query.ThreadId, start);
                }

                ReadSchemaStatement(header, query, text, start);
                break;
            case StatementKind.Commit:
                Commit(header, start);
                break;
            case StatementKind.Rollback:
                RollBack(header, start);
                break;
            case StatementKind.RollbackToSavepoint:
                ReadSavepoint(EnsureOpen(header, start), text, dialect, isRollback: true);
                break;
            case StatementKind.Savepoint:
                ReadSavepoint(EnsureOpen(header, start), text, dialect, isRollback: false);
                break;
            case StatementKind.XaEnd:
                break;
            case StatementKind.XaCommit:
                CommitXa(header, text, start);
                break;
            case StatementKind.XaRollback:
                RollBackXa(header, text, start);
                break;
            case StatementKind.Truncate:
                Truncate(header, query, text, start);
                break;
            case StatementKind.RowsByStatement:
                EnsureOpen(header, start);
                CheckStatement(query, text);
                ReadSchemaStatement(header, query, text, start);
                break;
            default:
                ReadSchemaStatement(header, query, text, start);
                break;
        }
    }

    private static void ReadSavepoint(OpenTransaction open, string text, SqlDialect dialect, bool isRollback)
    {
        if (open.Repetition == Repetition.Done || !SavepointStatement.TryReadName(text, dialect, out var name))
        {
            return;
        }

        if (isRollback)
        {
            open.RollBackTo(name);
        }
        else
        {
            open.AddSavepoint(name);
        }
    }

    /// <summary>EXECUTE_LOAD_QUERY_EVENT: a QUERY event with 13 more bytes before its status variables.</summary>
    private void ReadLoadQuery(in EventHeader header, ReadOnlySpan<byte> body)
    {
        const int FixedLength = 13;
        if (body.Length < 2 * FixedLength)
        {
            throw Damaged(header, $"its {body.Length} bytes are too few");
        }

        byte[] plain = [.. body[..FixedLength], .. body[(2 * FixedLength)..]];
        var query = QueryEvent.Read(plain);
        CheckStatement(query, query.GetText());
    }

    private void Truncate(in EventHeader header, in QueryEvent query, string text, long start)
    {
        if (!StatementReader.TryReadTable(text, SqlDialect.Of(query, _format), query.Database, out var database, out var table))
        {
            throw Damaged(header, "it is a TRUNCATE without a table");
        }

        var open = EnsureOpen(header, start);
        if (!_settings.Selection.Matches(database, table) || open.Repetition != Repetition.None || open.IsLeftOut)
        {
            Commit(header, start);
            return;
        }

        open.Transaction.ThreadId = query.ThreadId;
        var isDone = open.AddTruncate(database, table);
        open.VerifyComplete();
        var end = Finish(open);
        if (isDone)
        {
            _batch.ResumeTransaction(open.Transaction, open.Done);
        }
        else
        {
            _batch.Add(new TruncateSet(open.Transaction, database, table, open.Transaction.PositionAfter(open.Delivered, open.Check),
                new RowsContext(start, _payloadOffset, header.Timestamp, header.ServerId, open.Query)));
        }

        _batch.EndTransaction(open.Transaction, end);
        _hasProgress = false;
    }
}
