using System.Runtime.ExceptionServices;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Reads events from a connection or from files and hands over batches of committed changes.</summary>
/// <remarks>A batch is handed over as soon as nothing more is in memory, or when it is full: latency stays one read. What was read before an
/// event that cannot be read is handed over before the failure.</remarks>
internal sealed class BinlogFeed : ISourceFeed
{
    private readonly IEventStream _stream;
    private readonly TransactionAssembler _assembler;
    private readonly ILogOpener _log;
    private readonly ISchemaSource _schemas;
    private readonly FeedSettings _settings;
    private readonly SourceNotes _notes;
    private readonly bool _isSecond;
    private ExceptionDispatchInfo? _failure;
    private BinlogFeed? _second;
    private bool _ended;

    /// <summary>Creates the feed; nothing is read yet.</summary>
    /// <param name="stream">The events.</param>
    /// <param name="log">Opens the same log a second time.</param>
    /// <param name="schemas">Knows tables that neither the log nor the notes know.</param>
    /// <param name="settings">What to capture and how.</param>
    /// <param name="notes">Keeps what is known of tables.</param>
    /// <param name="start">Where the stream begins.</param>
    /// <param name="hasChecksums">Whether events carry a checksum before the first format description says so.</param>
    public BinlogFeed(IEventStream stream, ILogOpener log, ISchemaSource schemas, FeedSettings settings, SourceNotes notes, BinlogPosition start,
        bool hasChecksums)
    {
        _stream = stream;
        _log = log;
        _schemas = schemas;
        _settings = settings;
        _notes = notes;
        _assembler = new TransactionAssembler(settings, start, hasChecksums);
        StartPosition = start;
    }

    /// <summary>Reads one transaction once more, and ends with it.</summary>
    private BinlogFeed(BinlogFeed first, CommittedXa committed, IEventStream stream, bool hasChecksums)
    {
        (_log, _schemas, _settings, _notes) = (first._log, first._schemas, first._settings, first._notes);
        _stream = stream;
        _isSecond = true;
        _assembler = new TransactionAssembler(_settings, committed, hasChecksums);
        StartPosition = first.StartPosition;
    }

    public SourcePosition StartPosition { get; }

    /// <summary>Looks after the server's log while nothing comes; null for none. Disposed with the feed.</summary>
    public LogProbe? Probe { get; init; }

    public async ValueTask<FeedBatch?> ReadAsync(CancellationToken cancellationToken)
    {
        _failure?.Throw();
        while (!_ended)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await ReadSecondAsync(cancellationToken).ConfigureAwait(false) is { } again)
            {
                return again;
            }

            try
            {
                await ReadBufferedAsync(cancellationToken).ConfigureAwait(false);
                if (Probe is { } probe)
                {
                    await probe.CheckAsync(_assembler.Progress).ConfigureAwait(false);
                }
            }
            catch (CdcException e) when (_assembler.HasEntries)
            {
                // Not swallowed: the next call throws it.
                _failure = ExceptionDispatchInfo.Capture(e);
                await SaveSchemasAsync(cancellationToken).ConfigureAwait(false);
                return _assembler.TakeEntries();
            }

            if (_assembler.HasReachedEnd)
            {
                _ended = true;
            }

            if (_assembler.HasOutput)
            {
                return await HandOverAsync(cancellationToken).ConfigureAwait(false);
            }

            if (_assembler.Wanted is not null)
            {
                continue;
            }

            if (!_ended && !await _stream.FillAsync(cancellationToken).ConfigureAwait(false))
            {
                _assembler.VerifyEnd();
                _ended = true;
            }
        }

        return _assembler.HasOutput ? await HandOverAsync(cancellationToken).ConfigureAwait(false) : null;
    }

    public async ValueTask DisposeAsync()
    {
        _ended = true;
        _assembler.Dispose();
        try
        {
            if (_second is { } second)
            {
                await second.DisposeAsync().ConfigureAwait(false);
            }

            await _stream.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            // Connections of their own, which must not outlive a stream that fails to close.
            await DisposeProbesAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask DisposeProbesAsync()
    {
        try
        {
            if (!_isSecond)
            {
                await _schemas.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            if (Probe is { } probe)
            {
                await probe.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>The next changes of a committed transaction that was too large to be held since it was prepared; null where there is none.</summary>
    private async ValueTask<FeedBatch?> ReadSecondAsync(CancellationToken cancellationToken)
    {
        if (_assembler.Wanted is not { } committed)
        {
            return null;
        }

        if (_second is null)
        {
            Log.PreparedReadAgain(_settings.Logger, committed.Xa.Xid, committed.Xa.Begin.File, committed.Xa.Begin.Position);
            var (stream, hasChecksums) = await _log.OpenAsync(committed.Start, cancellationToken).ConfigureAwait(false);
            _second = new BinlogFeed(this, committed, stream, hasChecksums);
        }

        if (await _second.ReadAsync(cancellationToken).ConfigureAwait(false) is { } batch)
        {
            return batch;
        }

        await _second.DisposeAsync().ConfigureAwait(false);
        _second = null;
        _assembler.Wanted = null;
        return null;
    }

    private async ValueTask ReadBufferedAsync(CancellationToken cancellationToken)
    {
        while (!_assembler.HasReachedEnd && !_assembler.IsFull && _assembler.Wanted is null)
        {
            if (_assembler.IsInPayload)
            {
                // It may be gigabytes of tables that are not captured.
                cancellationToken.ThrowIfCancellationRequested();
                _assembler.ProcessInner();
            }
            else if (_stream.TryRead(out var slice))
            {
                _assembler.Process(slice);
            }
            else
            {
                return;
            }

            if (_assembler.Tables.Unresolved is { } pending)
            {
                await ResolveAsync(pending, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What is known of tables is stored before an offset that needs it can be.</summary>
    private async ValueTask<FeedBatch> HandOverAsync(CancellationToken cancellationToken)
    {
        await SaveSchemasAsync(cancellationToken).ConfigureAwait(false);
        return _assembler.Take();
    }

    private async ValueTask SaveSchemasAsync(CancellationToken cancellationToken)
    {
        var schemas = _settings.Schemas;
        if (!schemas.IsDirty)
        {
            return;
        }

        if (schemas.IsLong)
        {
            var stored = await _notes.LoadOffsetAsync(cancellationToken).ConfigureAwait(false);
            schemas.Fold(stored is { Connector: MySqlSource.ConnectorName } ? BinlogPosition.Read(stored) : null);
        }

        await _notes.SaveAsync(SchemaHistory.Topic, schemas.ToText(), cancellationToken).ConfigureAwait(false);
        schemas.MarkSaved();
    }

    private async ValueTask ResolveAsync(UnresolvedTable pending, CancellationToken cancellationToken)
    {
        var (mapped, map, mismatch) = pending;
        var position = _assembler.Cursor.ToString();
        if (!_settings.Schemas.IsKept && await _schemas.ReadAllAsync(_assembler.PlaceNow(), cancellationToken).ConfigureAwait(false) is { } catalogue)
        {
            // This part of the log was written before the server was set to name columns.
            _settings.Schemas.BeginAgain(catalogue, _assembler.PlaceNow());
            if (catalogue.Find(mapped.Database, mapped.Name) is { } known && CapturedTable.TryBind(map, known, out mismatch) is { } bound)
            {
                _assembler.Tables.Resolve(bound);
                return;
            }
        }

        var found = await _schemas.FindAsync(mapped.Database, mapped.Name, _assembler.PlaceNow(), cancellationToken).ConfigureAwait(false);
        var reason = found.Reason;
        if (found.Definition is { } definition)
        {
            if (CapturedTable.TryBind(map, definition, out reason) is { } table)
            {
                _settings.Schemas.Learn(definition, _assembler.SchemaPlaceNow());
                _assembler.Tables.Resolve(table);
                return;
            }

            reason = $"the columns that the server has now do not fit: {reason}";
        }

        var failure = new SchemaUnknownException(map.FullName, position, $"The columns of {map.FullName} at {position} are not known: "
            + $"{(mismatch.Length > 0 ? $"{mismatch}; " : "")}{reason}. {_schemas.Remedy}");
        if (_settings.OnUnknownSchema == FaultPolicy.Fail)
        {
            throw failure;
        }

        _assembler.PassOver(pending, failure.Message);
    }
}
