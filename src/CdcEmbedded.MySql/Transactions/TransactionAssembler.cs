using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Turns the log's events into batches of committed changes: follows files and positions, keeps the table maps, holds each
/// transaction until its commit, and passes over what was delivered before a restart. Synchronous; one caller.</summary>
internal sealed partial class TransactionAssembler : IDisposable
{
    private readonly FeedSettings _settings;
    private readonly RowScanner _scanner = new();
    private readonly LogCursor _cursor;
    private readonly ResumePoint? _resume;
    private readonly RepeatedReading? _repeated;
    private readonly PreparedTransactions _prepared;
    private readonly CommittedXa? _committed;
    private bool _isCommittedRead;
    private ExecutedHistory? _executed;
    private ExecutedHistory? _previous;
    private FormatDescription? _format;
    private bool _hasChecksums;
    private readonly OpenTransaction _transaction = new();
    private readonly TransactionPayload _payload = new();
    private long? _payloadOffset;
    private OpenTransaction? _open;
    private readonly HashSet<string> _passedOver = [];
    private FeedBatch _batch = new();
    private bool _hasProgress;

    /// <summary>Creates the assembler.</summary>
    /// <param name="settings">What to capture and how.</param>
    /// <param name="start">Where the stream begins.</param>
    /// <param name="hasChecksums">Whether events carry a checksum before the first format description says so.</param>
    public TransactionAssembler(FeedSettings settings, BinlogPosition start, bool hasChecksums)
    {
        _settings = settings;
        Tables = new TableMaps(settings.Selection, settings.Schemas);
        _hasChecksums = hasChecksums;
        _cursor = new LogCursor(start.Coordinates);
        _executed = ExecutedHistory.Of(start.Executed);
        _resume = ResumePoint.Of(start);
        _repeated = RepeatedReading.Of(start);
        _prepared = new PreparedTransactions(start.Pending);
    }

    /// <summary>Creates an assembler that reads one transaction once more, and ends with it.</summary>
    /// <param name="settings">Those of the first reading.</param>
    /// <param name="committed">The transaction.</param>
    /// <param name="hasChecksums">As above.</param>
    public TransactionAssembler(FeedSettings settings, CommittedXa committed, bool hasChecksums)
        : this(settings with { Xa = XaMode.EmitAtPrepare, End = null }, committed.Start, hasChecksums)
    {
        _committed = committed;
        _resume = committed.Resume;
    }

    /// <summary>A committed transaction whose rows must be read once more before the log is read on; set back by the feed.</summary>
    public CommittedXa? Wanted { get; set; }

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
    public bool HasReachedEnd => _isCommittedRead || (_open is null && Wanted is null && _settings.End is { Coordinates: { } end }
        && !_payload.IsOpen && _cursor.Coordinates.IsAtOrAfter(end));

    /// <summary>What the table ids stand for.</summary>
    public TableMaps Tables { get; }

    /// <summary>Where the log stands, for messages.</summary>
    public LogCursor Cursor => _cursor;

    /// <summary>The transactions processed whole; the default value where they are not known.</summary>
    public ExecutedGtids Executed => _executed?.Current ?? default;

    /// <summary>How far the log was read.</summary>
    public ReadProgress Progress => new(EventCount, HeartbeatCount, Executed, _cursor);

    /// <summary>How many events of the log came so far, not counting those inside of others.</summary>
    public long EventCount { get; private set; }

    /// <summary>How many heartbeats came so far.</summary>
    public long HeartbeatCount { get; private set; }

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

    /// <summary>Releases what a compressed transaction was read with.</summary>
    public void Dispose() => _payload.Dispose();

    /// <summary>The events have ended: was that the log's end?</summary>
    /// <exception cref="CdcConnectionException">It was not: a server that shuts down ends its streams alike.</exception>
    /// <exception cref="SourceInconsistentException">The transaction that was to be read once more did not come.</exception>
    public void VerifyEnd()
    {
        if (_committed is { } committed && !_isCommittedRead)
        {
            // A server that shuts down ends its streams alike; after a restart at this place it is clear whether they are there.
            var message = $"The rows of the XA transaction {committed.Xa.Xid}, which was larger than TransactionBufferBytes, were to be read again from "
                + $"{committed.Xa.Begin}, and the log ended before them. If they are not there, compare its tables, then start behind it.";
            throw _settings.IsFile ? new SourceInconsistentException(message) : new CdcConnectionException(message);
        }

        // By GTID the server sends nothing of what the start's set holds, so the last events may rightly be missing.
        if (_settings.End is { } end && !HasReachedEnd && (_open is not null || end.Executed.CompareTo(Executed) is not (GtidOrder.Same or GtidOrder.Before)))
        {
            throw new CdcConnectionException($"The binlog stream ended at {_cursor}, before the log's end at {end.Coordinates}: the server "
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

    /// <summary>Whether the position moved without anything to yield. Inside a payload the position is its end already.</summary>
    private bool HasBareProgress => _hasProgress && _open is null && !_payload.IsOpen && _committed is null;

    private BinlogPosition PositionNow() => new()
    {
        Server = _settings.Identity.ServerUuid,
        Executed = Executed,
        Coordinates = _repeated?.Clamp(_cursor.Coordinates) ?? _cursor.Coordinates,
        Pending = _prepared.Pending,
    };

    private void ProcessOuter(in EventSlice slice, in EventHeader header, ReadOnlySpan<byte> bytes)
    {
        var checksumLength = ReadFormat(header, bytes);
        if (checksumLength > 0 && _settings.VerifyChecksums)
        {
            BinlogChecksum.Verify(bytes);
        }

        // A heartbeat's position is the server's reader's, not the end of an event: it may even lie behind.
        var isHeartbeat = header.Type is EventType.Heartbeat or EventType.HeartbeatV2;
        var start = isHeartbeat ? _cursor.Position : _cursor.Pass(header);
        (HeartbeatCount, EventCount) = isHeartbeat ? (HeartbeatCount + 1, EventCount) : (HeartbeatCount, EventCount + 1);
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
                // Of one that was read before a restart: what its table was then need not be known any more.
                if (_open is not { HidesRows: true })
                {
                    Tables.Read(body, FormatFor(header));
                }

                break;
            case var type when RowsHeader.IsRowsEvent(type):
                ReadRows(slice, header, body, start);
                break;
            case EventType.Gtid or EventType.AnonymousGtid or EventType.GtidTagged:
                ReadGtid(header, body, start);
                break;
            case EventType.MariaDbGtid:
                ReadMariaDbGtid(header, body, start);
                break;
            case EventType.Query or EventType.MariaDbQueryCompressed:
                ReadQuery(header, body, start);
                break;
            case EventType.Xid:
                Commit(header, start);
                break;
            case EventType.TransactionPayload:
                _payload.Begin(slice, body, start);
                break;
            case EventType.RowsQuery or EventType.MariaDbAnnotateRows:
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
        _cursor.IsMariaDb = _format.IsMariaDb;
        return _format.ChecksumLength;
    }

    /// <summary>ROWS_QUERY_LOG_EVENT: a length byte that wraps, then the statement. MariaDB's ANNOTATE_ROWS_EVENT is the statement alone.</summary>
    private void ReadRowsQuery(in EventSlice slice, in EventHeader header, ReadOnlySpan<byte> body, long start)
    {
        var skip = header.Type == EventType.RowsQuery ? 1 : 0;
        EnsureOpen(header, start).Query = body.Length > skip
            ? new LoggedQuery(slice.Buffer, slice.Offset + EventHeader.Length + skip, body.Length - skip)
            : null;
    }

    private void ReadHeartbeat(in HeartbeatEvent heartbeat)
    {
        var position = new BinlogCoordinates(heartbeat.FileName, (long)Math.Min(heartbeat.Position, long.MaxValue));
        if (_open is not null || _committed is not null || position.IsBefore(_cursor.Coordinates))
        {
            return;
        }

        _cursor.MoveTo(position.File, position.Position);
        _batch.Add(StreamItems.Heartbeat(PositionNow()));
        _hasProgress = false;
    }

    private FormatDescription FormatFor(in EventHeader header)
        => _format ?? throw Damaged(header, "no FORMAT_DESCRIPTION_EVENT came before it");

    private void ReadRows(in EventSlice slice, in EventHeader header, ReadOnlySpan<byte> body, long start)
    {
        var rowsHeader = RowsHeader.Read(header.Type, body, FormatFor(header));
        if (rowsHeader.IsDummy(body.Length) || _open is { HidesRows: true })
        {
            return;
        }

        if (Tables.Find(rowsHeader.TableId) is not { } mapped)
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
        open.Add(rows, table, new RowsContext(start, _payloadOffset, header.Timestamp, header.ServerId, open.Query), _settings.KeyChange,
            _settings.SkipUnchanged);
        if (!open.IsPutAside && open.HeldBytes + _prepared.HeldBytes <= _settings.TransactionBufferBytes)
        {
            return;
        }

        if (open.IsPutAside || open.HeldBytes > _settings.TransactionBufferBytes || !MakeRoom(open))
        {
            HandOver(open);
        }
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
