using System.Text;
using CdcEmbedded.MySql.Binlog;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Feed;

/// <summary>Turns the log's events into batches of committed changes: follows files and positions, keeps the table maps, holds each
/// transaction until its commit, and passes over what was delivered before a restart. Synchronous; one caller.</summary>
internal sealed class TransactionAssembler
{
    private readonly FeedSettings _settings;
    private readonly RowScanner _scanner = new();
    private readonly LogCursor _cursor;
    private readonly Dictionary<ulong, MappedTable> _tables = [];
    private readonly ResumePoint? _resume;
    private GtidTimeline? _timeline;
    private GtidSet? _previousGtids;
    private FormatDescription? _format;
    private bool _hasChecksums;
    private readonly OpenTransaction _transaction = new();
    private readonly TransactionPayload _payload = new();
    private long? _payloadOffset;
    private OpenTransaction? _open;
    private ulong _lastTableId = ulong.MaxValue;
    private MappedTable? _lastTable;
    private FeedBatch _batch = new();
    private bool _hasProgress;

    /// <summary>Creates the assembler.</summary>
    /// <param name="settings">What to capture and how.</param>
    /// <param name="start">Where the stream begins.</param>
    /// <param name="hasChecksums">Whether events carry a checksum before the first format description says so.</param>
    public TransactionAssembler(FeedSettings settings, OffsetDocument start, bool hasChecksums)
    {
        _settings = settings;
        _hasChecksums = hasChecksums;
        _cursor = new LogCursor(start.File, start.Position);
        _timeline = start.GtidSet is { } set ? new GtidTimeline(set) : null;
        _resume = ResumePoint.Of(start);
    }

    /// <summary>Whether enough is ready to be handed over. A compressed transaction is in memory whole and flows out of it as fast as it is
    /// read, so there the bytes count too.</summary>
    public bool IsFull => _batch.ChangeCount >= _settings.MaxBatchSize
        || (_payload.IsOpen && _batch.ByteSize > _settings.TransactionBufferBytes);

    /// <summary>Whether events of a compressed transaction come next: <see cref="ProcessInner"/>.</summary>
    public bool IsInPayload => _payload.IsOpen;

    /// <summary>Whether there is anything to hand over, be it bare progress.</summary>
    public bool HasOutput => _batch.Entries.Count > 0 || HasBareProgress;

    /// <summary>Whether there are items to hand over, bare progress apart.</summary>
    public bool HasEntries => _batch.Entries.Count > 0;

    /// <summary>Whether the end that the settings name was reached between two transactions.</summary>
    public bool HasReachedEnd => _open is null && _settings.End is { } end
        && !_payload.IsOpen && LogCursor.Compare(_cursor.File, _cursor.Position, end.File, end.Position) >= 0;

    /// <summary>A captured table whose columns must be found before the next event; null for none.</summary>
    public (MappedTable Table, TableMap Map)? Unresolved { get; private set; }

    /// <summary>Where the log stands, for messages.</summary>
    public LogCursor Cursor => _cursor;

    /// <summary>Takes what is ready.</summary>
    public FeedBatch Take()
    {
        if (HasBareProgress)
        {
            _batch.Add(PositionNow());
            _hasProgress = false;
        }

        return TakeEntries();
    }

    /// <summary>Takes the items that are ready. After a failure the position is behind the event that failed, and must not be told.</summary>
    public FeedBatch TakeEntries()
    {
        var batch = _batch;
        _batch = new FeedBatch();
        return batch;
    }

    /// <summary>The events have ended: was that the log's end?</summary>
    /// <exception cref="CdcConnectionException">It was not: a server that shuts down ends its streams alike.</exception>
    public void VerifyEnd()
    {
        // By GTID the server sends nothing of what the start's set holds, so the last events may rightly be missing.
        var hasAll = _settings.EndGtids is { } gtids && _timeline is { } timeline && gtids.IsSubsetOf(timeline.Current.ToSet());
        if (_settings.End is { } end && !HasReachedEnd && (_open is not null || !hasAll))
        {
            throw new CdcConnectionException($"The binlog stream ended at {_cursor}, before the log's end at {end.File}:{end.Position}: the server "
                + "shuts down, or the connection was killed.");
        }
    }

    /// <summary>Reads one event.</summary>
    /// <exception cref="CdcException">The event is damaged, unknown, or one that must not be passed over.</exception>
    public void Process(in EventSlice slice)
    {
        var bytes = slice.Span;
        var header = EventHeader.Read(bytes);
        if (header.EventLength != bytes.Length)
        {
            throw Damaged(header, $"its header says {header.EventLength} bytes, but {bytes.Length} came");
        }

        try
        {
            ProcessOuter(slice, header, bytes);
        }
        catch (CdcException e) when (TryLocate(e, header.Type) is { } located)
        {
            throw located;
        }
    }

    /// <summary>Reads the next event of a compressed transaction, or finds its end.</summary>
    /// <exception cref="CdcException">As in <see cref="Process"/>.</exception>
    public void ProcessInner()
    {
        var type = EventType.TransactionPayload;
        try
        {
            _payloadOffset = _payload.Position;
            if (_payload.TryRead(out var slice))
            {
                var bytes = slice.Span;
                var header = EventHeader.Read(bytes);
                type = header.Type;
                RefuseInPayload(header);
                Dispatch(slice, header, bytes[EventHeader.Length..], _payload.Start);
            }
        }
        catch (CdcException e) when (TryLocate(e, type) is { } located)
        {
            throw located;
        }
        finally
        {
            _payloadOffset = null;
        }
    }

    /// <summary>The columns of <see cref="Unresolved"/> were found.</summary>
    public void Resolve(CapturedTable table)
    {
        if (Unresolved is { } pending)
        {
            pending.Table.Table = table;
            Unresolved = null;
        }
    }

    /// <summary>Whether the position moved without anything to yield. Inside a payload the position is its end already.</summary>
    private bool HasBareProgress => _hasProgress && _open is null && !_payload.IsOpen;

    private MySqlPosition PositionNow() => new(_settings.Identity, _timeline?.Current, _cursor.File, _cursor.Position);

    private void ProcessOuter(in EventSlice slice, in EventHeader header, ReadOnlySpan<byte> bytes)
    {
        var checksumLength = ReadFormat(header, bytes);
        if (checksumLength > 0 && _settings.VerifyChecksums)
        {
            BinlogChecksum.Verify(bytes);
        }

        // A heartbeat's position is the server's reader's, not the end of an event: it may even lie behind.
        var start = header.Type is EventType.Heartbeat or EventType.HeartbeatV2 ? _cursor.Position : _cursor.Pass(header);
        if (bytes.Length < EventHeader.Length + checksumLength)
        {
            throw Damaged(header, $"its {bytes.Length} bytes have no room for a checksum");
        }

        Dispatch(slice, header, bytes[EventHeader.Length..^checksumLength], start);
    }

    /// <summary>Reads an event, be it of the log or of a payload in it.</summary>
    /// <param name="slice">The event.</param>
    /// <param name="header">Its header.</param>
    /// <param name="body">Its body, without checksum.</param>
    /// <param name="start">Where it or its payload's event begins in the file.</param>
    private void Dispatch(in EventSlice slice, in EventHeader header, ReadOnlySpan<byte> body, long start)
    {
        switch (header.Type)
        {
            case EventType.TableMap:
                ReadTableMap(body, FormatFor(header));
                break;
            case var type when RowsHeader.IsRowsEvent(type):
                ReadRows(slice, header, body, start);
                break;
            case EventType.Gtid or EventType.AnonymousGtid or EventType.GtidTagged:
                ReadGtid(header, body, start);
                break;
            case EventType.Query:
                ReadQuery(header, body, start);
                break;
            case EventType.Xid:
                Commit(header, start);
                break;
            case EventType.TransactionPayload:
                _payload.Begin(slice, body, start);
                break;
            case EventType.RowsQuery:
                ReadRowsQuery(slice, header, body, start);
                break;
            default:
                ReadControl(header, body);
                break;
        }
    }

    /// <summary>How many bytes of checksum this event has; takes a new format over.</summary>
    private int ReadFormat(in EventHeader header, ReadOnlySpan<byte> bytes)
    {
        if (header.Type != EventType.FormatDescription)
        {
            return _hasChecksums ? 4 : 0;
        }

        _format = FormatDescription.Read(bytes[EventHeader.Length..]);
        _hasChecksums = _format.ChecksumLength > 0;
        return _format.ChecksumLength;
    }

    private void ReadControl(in EventHeader header, ReadOnlySpan<byte> body)
    {
        switch (header.Type)
        {
            case EventType.Rotate:
                var rotate = RotateEvent.Read(body);
                Drop("a new file began");
                ForgetTables();
                _cursor.MoveTo(rotate.FileName, (long)Math.Min(rotate.Position, long.MaxValue));
                _hasProgress |= !header.IsArtificial;
                break;
            case EventType.FormatDescription:
                Drop("a new file began");
                ForgetTables();
                break;
            case EventType.PreviousGtids:
                _previousGtids = GtidSetBinary.Read(body);
                break;
            case EventType.Heartbeat or EventType.HeartbeatV2:
                ReadHeartbeat(HeartbeatEvent.Read(header, body));
                break;
            case EventType.XaPrepare:
                ReadXaPrepare(header, XaPrepareEvent.Read(body));
                break;
            case EventType.Stop:
                Drop("the server stopped");
                break;
            case EventType.Incident:
                var incident = IncidentEvent.Read(body);
                throw new SourceInconsistentException($"The server says at {_cursor} that its binlog lacks changes (incident {incident.Incident}: "
                    + $"'{incident.Message}'). Compare the captured tables, then start anew behind that position.");
            case EventType.IntVar or EventType.Rand or EventType.UserVar or EventType.BeginLoadQuery or EventType.AppendBlock
                or EventType.DeleteFile:
                // Context of a statement that follows as a QUERY or EXECUTE_LOAD_QUERY event, where it is judged.
                break;
            case EventType.TransactionContext or EventType.ViewChange:
                // Group Replication's own notes, which hold no changes. The server does not mark them as ignorable.
                break;
            case EventType.ExecuteLoadQuery:
                ReadLoadQuery(header, body);
                break;
            default:
                PassUnknown(header);
                break;
        }
    }

    private void PassUnknown(in EventHeader header)
    {
        if (!header.IsIgnorable && header.Type != EventType.Ignorable)
        {
            throw new CdcProtocolException($"Unknown event type {(int)header.Type} at {_cursor}, which the log does not mark as ignorable: passing it over "
                + "could lose changes. A newer version may read it.", header.Type.Name(), _cursor.ToString());
        }

        Log.IgnorableEventPassed(_settings.Logger, header.Type.Name(), _cursor.File, _cursor.Position);
    }

    /// <summary>ROWS_QUERY_LOG_EVENT: a length byte that wraps, then the statement.</summary>
    private void ReadRowsQuery(in EventSlice slice, in EventHeader header, ReadOnlySpan<byte> body, long start)
        => EnsureOpen(header, start).Query = body.Length > 1
            ? new LoggedQuery(slice.Buffer, slice.Offset + EventHeader.Length + 1, body.Length - 1)
            : null;

    private void ReadHeartbeat(in HeartbeatEvent heartbeat)
    {
        var position = (long)Math.Min(heartbeat.Position, long.MaxValue);
        if (_open is not null || LogCursor.Compare(heartbeat.FileName, position, _cursor.File, _cursor.Position) < 0)
        {
            return;
        }

        _cursor.MoveTo(heartbeat.FileName, position);
        _batch.Add(new Heartbeat(PositionNow()));
        _hasProgress = false;
    }

    private void ReadGtid(in EventHeader header, ReadOnlySpan<byte> body, long start)
    {
        Drop("its end is missing");
        var e = GtidEvent.Read(header.Type, body);
        if (!e.IsAnonymous && _timeline is null && _previousGtids is { } previous)
        {
            _timeline = new GtidTimeline(previous);
        }

        _open = _transaction;
        _open.Begin(
            new MySqlTransaction(_settings.Identity, e.Gtid, !e.IsAnonymous, _timeline?.Current, _cursor.File, start)
            {
                ImmediateCommit = e.ImmediateCommitTimestamp,
                OriginalCommit = e.OriginalCommitTimestamp,
                HeaderSeconds = header.Timestamp,
                ServerId = header.ServerId,
            },
            _resume);
    }

    /// <summary>The open transaction; servers without GTID events begin one with BEGIN or with a statement.</summary>
    private OpenTransaction EnsureOpen(in EventHeader header, long start)
    {
        if (_open is null)
        {
            _open = _transaction;
            _open.Begin(
                new MySqlTransaction(_settings.Identity, default, hasGtid: false, _timeline?.Current, _cursor.File, start)
                {
                    HeaderSeconds = header.Timestamp,
                    ServerId = header.ServerId,
                },
                _resume);
        }

        return _open;
    }

    private FormatDescription FormatFor(in EventHeader header)
        => _format ?? throw Damaged(header, "no FORMAT_DESCRIPTION_EVENT came before it");

    private void ReadTableMap(ReadOnlySpan<byte> body, FormatDescription format)
    {
        var map = TableMapHeader.Read(body, format);
        if (map.TableId == _lastTableId && _lastTable is { } last && last.IsSame(body))
        {
            return;
        }

        if (!_tables.TryGetValue(map.TableId, out var mapped) || !mapped.IsSame(body))
        {
            _tables[map.TableId] = mapped = Map(body, map, format);
        }

        _lastTableId = map.TableId;
        _lastTable = mapped;
    }

    private MappedTable Map(ReadOnlySpan<byte> body, in TableMapHeader header, FormatDescription format)
    {
        var database = Encoding.UTF8.GetString(header.Database);
        var table = Encoding.UTF8.GetString(header.Table);
        if (!_settings.Filter.Matches(database, table))
        {
            return new MappedTable(body, database, table, isCaptured: false);
        }

        var mapped = new MappedTable(body, database, table, isCaptured: true);
        var map = TableMap.Read(body, format);
        if (map.Schema is { } schema)
        {
            mapped.Table = new CapturedTable(map, schema);
        }
        else
        {
            Unresolved = (mapped, map);
        }

        return mapped;
    }

    private void ReadRows(in EventSlice slice, in EventHeader header, ReadOnlySpan<byte> body, long start)
    {
        var rowsHeader = RowsHeader.Read(header.Type, body, FormatFor(header));
        if (rowsHeader.IsDummy)
        {
            return;
        }

        var mapped = rowsHeader.TableId == _lastTableId ? _lastTable : _tables.GetValueOrDefault(rowsHeader.TableId);
        if (mapped is null)
        {
            throw Damaged(header, $"it is for table id {rowsHeader.TableId}, for which no TABLE_MAP_EVENT came");
        }

        if (!mapped.IsCaptured)
        {
            return;
        }

        if (mapped.Table is not { } table)
        {
            throw Damaged(header, $"the columns of {mapped.Database}.{mapped.Name} were not resolved");
        }

        var rows = _scanner.Scan(table.Map, rowsHeader, slice.Buffer, slice.Offset + EventHeader.Length, body.Length);
        var open = EnsureOpen(header, start);
        open.Add(rows, table, new RowsContext(start, _payloadOffset, header.Timestamp, header.ServerId, open.Query), _settings.KeyChange);
        if (open.HeldBytes > _settings.TransactionBufferBytes)
        {
            DeliverHeld(open);
            open.MarkProvisional();
        }
    }

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

    private void Commit(in EventHeader header, long start)
    {
        var open = EnsureOpen(header, start);
        open.VerifyComplete();
        var end = Finish(open);
        if (open.Held.Count > 0)
        {
            if (!_settings.WantsItems)
            {
                open.Transaction.Complete(end, open.Held[^1]);
            }

            // Where the end is an item of its own, the last change's position stays inside: a restart behind it still tells the end.
            DeliverHeld(open);
        }
        else if (open.LastProvisional is not null)
        {
            _batch.Add(end);
        }
        else if (!_settings.WantsItems || !open.IsResumed)
        {
            _hasProgress = true;
            return;
        }

        if (_settings.WantsItems)
        {
            _batch.Add(new TransactionEnd(open.Transaction, open.Delivered, open.Counts, end));
        }

        _hasProgress = false;
    }

    /// <summary>Closes the transaction: it counts as executed.</summary>
    private MySqlPosition Finish(OpenTransaction open)
    {
        if (open.Transaction.HasGtid)
        {
            _timeline?.Append(open.Transaction.Gtid);
        }

        _open = null;
        return PositionNow();
    }

    private void DeliverHeld(OpenTransaction open)
    {
        if (_settings.WantsItems && !open.IsResumed && open.LastProvisional is null)
        {
            _batch.Add(new TransactionBegin(open.Transaction, BeginPosition(open.Transaction)));
        }

        foreach (var set in open.Held)
        {
            _batch.Add(set);
        }
    }

    private static MySqlPosition BeginPosition(MySqlTransaction transaction)
        => new(transaction.Identity, transaction.ExecutedBefore, transaction.File, transaction.BeginPosition);

    private void RollBack(in EventHeader header, long start)
    {
        var open = EnsureOpen(header, start);
        RefuseProvisional(open, "was rolled back");
        if (open.Delivered > 0)
        {
            Log.RolledBack(_settings.Logger, open.Transaction.Id, open.Delivered);
        }

        Finish(open);
        _hasProgress = true;
    }

    /// <summary>A transaction without an end: the server crashed while it wrote it, and has rolled it back (R29).</summary>
    private void Drop(string reason)
    {
        if (_open is { } open)
        {
            RefuseProvisional(open, $"never ended ({reason})");
            Log.UnfinishedTransactionDropped(_settings.Logger, open.Transaction.Id, reason);
            _open = null;
        }
    }

    private static void RefuseProvisional(OpenTransaction open, string what)
    {
        if (open.LastProvisional is not null || open.IsResumed)
        {
            throw new SourceInconsistentException($"Transaction {open.Transaction.Id} {what} after {open.Delivered} of its changes had been delivered, as "
                + "it was larger than TransactionBufferBytes or delivery was interrupted inside it. Compare its tables, then start behind it.");
        }
    }

    private void ForgetTables()
    {
        _tables.Clear();
        _lastTableId = ulong.MaxValue;
        _lastTable = null;
    }

    /// <summary>A payload holds the events of one transaction, and nothing that belongs to the file.</summary>
    private void RefuseInPayload(in EventHeader header)
    {
        if (header.Type is EventType.FormatDescription or EventType.Rotate or EventType.Stop or EventType.PreviousGtids or EventType.Gtid
            or EventType.AnonymousGtid or EventType.GtidTagged or EventType.TransactionPayload or EventType.Heartbeat or EventType.HeartbeatV2)
        {
            throw Damaged(header, "it stands inside a compressed transaction");
        }

        if (_open is null && _payloadOffset > 0)
        {
            throw Damaged(header, "it follows the end of a transaction in the same payload");
        }
    }

    /// <summary>The same failure with its place, where the code that found it does not know the place; else null.</summary>
    private CdcException? TryLocate(CdcException failure, EventType type)
    {
        var place = _payloadOffset is { } offset ? $"{_cursor} (byte {offset} of a compressed transaction)" : _cursor.ToString();
        return failure switch
        {
            CdcProtocolException { Position: null } e
                => new CdcProtocolException($"{type.Name()} near {place}: {e.Message}", type.Name(), _cursor.ToString(), e.PayloadOffset, e.IsTransient, e),

            // Rows in a form that is not read here: the scanner knows the table, but not where it stands.
            ServerMisconfiguredException e => new ServerMisconfiguredException($"{type.Name()} near {place}: {e.Message}", e.Findings),
            _ => null,
        };
    }

    private CdcProtocolException Damaged(in EventHeader header, string what)
        => new($"A {header.Type.Name()} near {_cursor} is damaged: {what}.", header.Type.Name(), _cursor.ToString());
}
