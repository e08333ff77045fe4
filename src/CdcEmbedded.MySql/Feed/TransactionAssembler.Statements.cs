using CdcEmbedded.MySql.Binlog;

namespace CdcEmbedded.MySql.Feed;

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

        var query = QueryEvent.Read(body);
        var text = query.GetText();
        switch (StatementReader.Classify(text))
        {
            case StatementKind.Begin or StatementKind.XaStart:
                Begin(header, query.ThreadId, start);
                break;
            case StatementKind.CreateTableThenRows when _open is { HasBegun: true }:
                // BEGIN, then this, then rows and XID: one transaction. Its BEGIN was there.
                break;
            case StatementKind.CreateTableThenRows:
                Begin(header, query.ThreadId, start);
                break;
            case StatementKind.Commit:
                Commit(header, start);
                break;
            case StatementKind.Rollback:
                RollBack(header, start);
                break;
            case StatementKind.RollbackToSavepoint:
                RefuseIfCaptured("ROLLBACK TO SAVEPOINT", "undoes part of a transaction that also changed tables without transactions, so which of its "
                    + "rows count cannot be told");
                break;
            case StatementKind.Savepoint or StatementKind.XaEnd:
                break;
            case StatementKind.XaCommit or StatementKind.XaRollback:
                Log.XaOutcomePassed(_settings.Logger, text, _cursor.File, _cursor.Position);
                Commit(header, start);
                break;
            case StatementKind.Truncate:
                Truncate(header, query, text, start);
                break;
            case StatementKind.RowsByStatement:
                CheckStatement(query, text);
                CommitUnlessBegun(header, start);
                break;
            default:
                CommitUnlessBegun(header, start);
                break;
        }
    }

    /// <summary>A statement outside BEGIN and COMMIT is a transaction of its own.</summary>
    private void CommitUnlessBegun(in EventHeader header, long start)
    {
        if (_open is not { HasBegun: true })
        {
            Commit(header, start);
        }
    }

    private void Begin(in EventHeader header, uint threadId, long start)
    {
        if (_open is { HasBegun: true })
        {
            Drop("another one began");
        }

        var open = EnsureOpen(header, start);
        open.HasBegun = true;
        open.Transaction.ThreadId = threadId;
    }

    /// <summary>A row change that was logged as a statement: its rows are not in the log (R25).</summary>
    private void CheckStatement(in QueryEvent query, string text)
    {
        var known = StatementReader.TryReadTable(text, query.Database, out var database, out var table);
        if (known && !_settings.Filter.Matches(database, table))
        {
            return;
        }

        throw StatementLogged(known ? $"{database}.{table}" : $"a table of database '{query.Database}'");
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

    private SourceInconsistentException StatementLogged(string what) => new(
        $"A statement at {_cursor} changed {what} and was logged as text instead of rows (binlog_format was not ROW in its session), so its changes "
        + "cannot be delivered. Set binlog_format=ROW for all sessions, compare the table, then start behind that position; or exclude the table.");

    private void Truncate(in EventHeader header, in QueryEvent query, string text, long start)
    {
        if (!StatementReader.TryReadTable(text, query.Database, out var database, out var table))
        {
            throw Damaged(header, "it is a TRUNCATE without a table");
        }

        if (!_settings.Filter.Matches(database, table))
        {
            Commit(header, start);
            return;
        }

        var open = EnsureOpen(header, start);
        open.Transaction.ThreadId = query.ThreadId;
        var isDone = open.AddTruncate(DeliveryCheck.HashOf(database, table));
        open.VerifyComplete();
        var end = Finish(open);
        var done = _settings.WantsItems ? new MySqlPosition(open.Transaction, open.Delivered, open.Check) : end;
        if (!isDone && _settings.WantsItems)
        {
            _batch.Add(new TransactionBegin(open.Transaction, BeginPosition(open.Transaction)));
        }

        if (!isDone)
        {
            _batch.Add(new TruncateSet(open.Transaction, database, table, done, new RowsContext(start, _payloadOffset, header.Timestamp, header.ServerId, open.Query)));
        }

        if (_settings.WantsItems)
        {
            _batch.Add(new TransactionEnd(open.Transaction, 1, [new($"{database}.{table}", 1)], end));
        }

        _hasProgress = isDone && !_settings.WantsItems;
    }

    private void ReadXaPrepare(in EventHeader header, in XaPrepareEvent prepare)
    {
        if (prepare.IsOnePhase)
        {
            Commit(header, _cursor.Position);
            return;
        }

        RefuseIfCaptured($"XA PREPARE of {prepare.Xid}", "leaves open whether the changes will be committed, and this version does not hold them until the "
            + "XA COMMIT. Exclude the tables that XA transactions change");
        Commit(header, _cursor.Position);
    }

    private void RefuseIfCaptured(string what, string why)
    {
        if (_open is { Delivered: > 0 } open)
        {
            throw new SourceInconsistentException($"{what} in transaction {open.Transaction.Id} near {_cursor} {why}.");
        }
    }
}
