using System.Diagnostics;
using CdcEmbedded.Diagnostics;
using CdcEmbedded.Engine;
using CdcEmbedded.Offsets;
using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;
using CdcEmbedded.Transforms;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded;

/// <summary>Reads changes from a source into the application: created with a source, an offset store and options, enumerated
/// once.</summary>
/// <remarks>
/// <para>Delivery is at least once: after a crash the stream resumes after the last stored offset. A reconnect is invisible: it neither
/// loses nor repeats a change. I/O starts when the first item is asked for.</para>
/// <para>The stream ends without an exception only when a finite source ends. The caller's cancellation ends it with an
/// <see cref="OperationCanceledException"/> with the caller's token, a failure that is not transient with that failure, after everything
/// that was read before it, and the engine's disposal with an <see cref="ObjectDisposedException"/>.</para>
/// <para>Leaving the loop (<c>break</c>, an exception, cancellation) closes the connection and stores what is acknowledged. The current
/// item is not acknowledged, unless the loop asked for the next one. If that last write fails, the loop's own exception is not replaced:
/// the failure is logged and in <see cref="Status"/>, and a <see cref="CommitAsync(CancellationToken)"/> after the loop tries again and
/// throws.</para>
/// <para>One flow enumerates. <see cref="Status"/>, <see cref="DisposeAsync"/> and the <c>CommitAsync</c> overloads with an item or a batch
/// may be called from any thread at any time.</para>
/// </remarks>
public sealed class CdcEngine : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly ISource _source;
    private readonly SerializedStore _offsets;
    private readonly CdcEngineOptions _options;
    private readonly ILogger _logger;
    private readonly CommandLog _commands;
    private readonly SnapshotBoard _board;
    private EngineSession? _session;
    private bool _isDisposed;

    /// <summary>Creates the engine. No I/O happens before the first item is asked for.</summary>
    /// <param name="source">The source of the changes.</param>
    /// <param name="offsets">Stores the offset under the engine's name.</param>
    /// <param name="options">The options. The engine does not change them, and the caller must not either.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message has its name, its value and what is allowed.</exception>
    public CdcEngine(ISource source, IOffsetStore offsets, CdcEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(offsets);
        ArgumentNullException.ThrowIfNull(options);
        OptionsValidation.Validate(options, source);
        _source = source;
        _offsets = new SerializedStore(offsets);
        _options = options;
        _board = new SnapshotBoard(options.TimeProvider);
        _logger = new GuardedLogger(options.LoggerFactory.CreateLogger("CdcEmbedded.CdcEngine"));
        _commands = new CommandLog(new StoreSlot(_offsets, $"{options.Name}/snapshots", _logger), ReadStoredCommandsAsync);
        Snapshots = new CdcSnapshots(this, source, options.Transforms, _commands, _board);
    }

    private async ValueTask<long?> ReadStoredCommandsAsync(CancellationToken cancellationToken)
    {
        var stored = await _offsets.LoadAsync(_options.Name, cancellationToken).ConfigureAwait(false);
        return LeaseText.OffsetOf(stored?.Text) is not { Length: > 0 } offset ? null
            : CdcOffset.Parse(offset).ReadSnapshot() is { } state ? SnapshotStateJson.Read(state).Commands : 0;
    }

    /// <summary>The engine's name.</summary>
    public string Name => _options.Name;

    /// <summary>Requests snapshots of tables, and shows how far they are.</summary>
    public CdcSnapshots Snapshots { get; }

    /// <summary>A snapshot of the engine's state, for health checks. Cheap; may be read from any thread.</summary>
    public EngineStatus Status => Volatile.Read(ref _session)?.GetStatus()
        ?? new EngineStatus { State = Volatile.Read(ref _isDisposed) ? EngineState.Stopped : EngineState.Idle };

    /// <summary>The activity of the transaction or batch that the loop is processing, to be the parent of the application's own.</summary>
    /// <value>Null if nobody listens to <see cref="CdcTelemetry.ActivitySourceName"/>, or nothing is current. The engine does not change
    /// <see cref="Activity.Current"/> of its caller.</value>
    public Activity? CurrentActivity => Volatile.Read(ref _session)?.Cursor.CurrentActivity;

    /// <summary>Reads the changes, one by one. Everything else, such as a transaction's end, is acknowledged when everything before it
    /// is.</summary>
    /// <param name="cancellationToken">Ends the stream with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>A stream that can be enumerated once.</returns>
    /// <exception cref="ObjectDisposedException">The engine is disposed.</exception>
    /// <exception cref="InvalidOperationException">While enumerating: the engine has already been enumerated.</exception>
    /// <exception cref="CdcException">While enumerating: see the types derived from it.</exception>
    public IAsyncEnumerable<ChangeEvent> ReadAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return new EngineStream<ChangeEvent>(
            (first, second) => Start(static session => new ChangeCursor(session), false, first, second), cancellationToken);
    }

    /// <summary>Reads all items in order: changes, begins and ends of transactions, schema changes, heartbeats, notices.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public IAsyncEnumerable<StreamItem> ReadAllAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return new EngineStream<StreamItem>(
            (first, second) => Start(static session => new ItemCursor(session), true, first, second), cancellationToken);
    }

    /// <summary>Reads the changes in batches, as the source delivers them: each has at least one change, and the offset to store with its
    /// effects.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public IAsyncEnumerable<ChangeBatch> ReadBatchesAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return new EngineStream<ChangeBatch>(
            (first, second) => Start(static session => new BatchCursor(session), false, first, second), cancellationToken);
    }

    /// <summary>Acknowledges everything up to and including the given item, and stores the offset now, whatever the commit
    /// policy.</summary>
    /// <remarks>The acknowledgement never moves back: an item before what is acknowledged changes nothing. May be called from any thread,
    /// in the loop or after it.</remarks>
    /// <param name="item">An item that this engine yielded.</param>
    /// <param name="cancellationToken">Cancels the write; the acknowledgement remains.</param>
    /// <exception cref="ArgumentException">Another engine, or none, yielded the item.</exception>
    /// <exception cref="OffsetConflictException">Another instance has advanced the stored offset.</exception>
    /// <exception cref="ObjectDisposedException">The engine is disposed.</exception>
    public ValueTask CommitAsync(StreamItem item, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(item);
        ThrowIfDisposed();
        var session = Volatile.Read(ref _session)
            ?? throw new ArgumentException($"Engine '{Name}' has not yielded anything yet.", nameof(item));
        var cursor = session.Cursor;
        cursor.Acknowledge(item);
        return cursor.SaveAsync(cancellationToken);
    }

    /// <summary>Acknowledges everything up to and including the given batch, and stores the offset now, whatever the commit
    /// policy.</summary>
    /// <param name="batch">A batch that this engine yielded.</param>
    /// <param name="cancellationToken">Cancels the write; the acknowledgement remains.</param>
    /// <inheritdoc cref="CommitAsync(StreamItem, CancellationToken)"/>
    public ValueTask CommitAsync(ChangeBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ThrowIfDisposed();
        var session = Volatile.Read(ref _session)
            ?? throw new ArgumentException($"Engine '{Name}' has not yielded anything yet.", nameof(batch));
        var cursor = session.Cursor;
        cursor.Acknowledge(batch);
        return cursor.SaveAsync(cancellationToken);
    }

    /// <summary>Acknowledges everything up to and including the loop's current item, and stores the offset now. Does nothing before the
    /// first item.</summary>
    /// <remarks>Call it from the loop or after the loop: another thread cannot know which item is current.</remarks>
    /// <param name="cancellationToken">Cancels the write; the acknowledgement remains.</param>
    /// <exception cref="OffsetConflictException">Another instance has advanced the stored offset.</exception>
    /// <exception cref="ObjectDisposedException">The engine is disposed.</exception>
    public ValueTask CommitAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        if (Volatile.Read(ref _session)?.Cursor is not { } cursor)
        {
            return default;
        }

        cursor.AcknowledgeLoopElement();
        return cursor.SaveAsync(cancellationToken);
    }

    /// <summary>Waits until everything up to a position is processed: for a request that has written to the source, and then reads what
    /// this engine's loop makes of it.</summary>
    /// <remarks>
    /// <para>Where this engine reads, processed is what its loop has acknowledged. Where it does not (a standby, or an engine that is not
    /// enumerated), the stored offset counts, which is asked for every tenth of a second. May be called from any thread, any number of
    /// times at once.</para>
    /// <para>Take the position from the application's own commit: with MySQL the GTID that the session tracker reports, or
    /// <c>@@gtid_executed</c> after the commit.</para>
    /// </remarks>
    /// <param name="position">The position, made by the source's package.</param>
    /// <param name="timeout">How long to wait at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False if the time was over before.</returns>
    /// <exception cref="ArgumentException">The position belongs to another kind of source.</exception>
    /// <exception cref="InvalidOperationException">Nothing orders the position and the stream's: they belong to different
    /// servers.</exception>
    /// <exception cref="ObjectDisposedException">The engine is disposed.</exception>
    public async ValueTask<bool> WaitUntilProcessedAsync(CdcOffset position, TimeSpan timeout,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(position);
        if (position.Connector != _source.Connector)
        {
            throw new ArgumentException($"The position belongs to a source of kind '{position.Connector}', and engine '{Name}' reads one "
                + $"of kind '{_source.Connector}'.", nameof(position));
        }

        var target = _source.ReadPosition(position);
        var start = _options.TimeProvider.GetTimestamp();
        while (true)
        {
            ThrowIfDisposed();
            var local = Volatile.Read(ref _session) is { IsStarted: true } session ? session.Cursor.ProcessedPosition : null;
            var processed = local ?? await LoadPositionAsync(cancellationToken).ConfigureAwait(false);
            if (processed is not null && processed.Covers(target))
            {
                return true;
            }

            var rest = timeout - _options.TimeProvider.GetElapsedTime(start);
            if (rest <= TimeSpan.Zero)
            {
                return false;
            }

            var pause = TimeSpan.FromMilliseconds(local is null ? 100 : 5);
            await Task.Delay(rest < pause ? rest : pause, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Checks server, privileges and stored position without reading.</summary>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>All findings, errors and warnings; empty if there are none.</returns>
    /// <exception cref="OffsetFormatException">The stored offset, or that of <see cref="CdcEngineOptions.StartFrom"/>, is damaged or
    /// belongs to another kind of source.</exception>
    /// <exception cref="CdcConnectionException">The server could not be reached.</exception>
    /// <exception cref="CdcAuthenticationException">The server refused the credentials.</exception>
    /// <exception cref="ObjectDisposedException">The engine is disposed.</exception>
    public async ValueTask<IReadOnlyList<SourceFinding>> ValidateAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        var keeper = new OffsetKeeper(new StoreSlot(_offsets, Name, _logger), null);
        var stored = await keeper.LoadAsync(_source, cancellationToken).ConfigureAwait(false);
        var start = StartChoice.Of(stored, _options, _source);
        var context = CreateContext(wantsItems: false);
        await using var ending = context.ConfigureAwait(false);
        var connection = await _source.ConnectAsync(context, start, cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        return StartChecks.ToFindings(connection, _source.Connector, _options.Transforms);
    }

    /// <summary>Ends a running enumeration with an <see cref="ObjectDisposedException"/>, closes the connection and stores what is
    /// acknowledged. May be called repeatedly and from any thread.</summary>
    public async ValueTask DisposeAsync()
    {
        EngineSession? session;
        lock (_gate)
        {
            _isDisposed = true;
            session = _session;
        }

        if (session is not null)
        {
            await session.StopForDisposedEngineAsync().ConfigureAwait(false);
        }
    }

    /// <summary>True if a stream is this engine's.</summary>
    internal bool IsStream(IOffsetOrigin stream) => ReferenceEquals(Volatile.Read(ref _session), stream);

    private TCursor Start<TCursor>(Func<EngineSession, TCursor> create, bool wantsItems, CancellationToken first, CancellationToken second)
        where TCursor : StreamCursor
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            if (_session is not null)
            {
                throw new InvalidOperationException(
                    $"Engine '{Name}' has already been enumerated, which is possible once. Create another engine.");
            }

            var session = new EngineSession(_source, _offsets, _options, CreateContext(wantsItems || _source is ISnapshotSource), _logger,
                (_commands, _board, wantsItems), first, second);
            var cursor = create(session);
            session.Attach(cursor);
            Volatile.Write(ref _session, session);
            return cursor;
        }
    }

    private async ValueTask<SourcePosition?> LoadPositionAsync(CancellationToken cancellationToken)
        => await _offsets.LoadAsync(Name, cancellationToken).ConfigureAwait(false) is { } stored
            && LeaseText.OffsetOf(stored.Text) is { } text ? _source.ReadPosition(CdcOffset.Parse(text)) : null;

    private SourceContext CreateContext(bool wantsItems) => new()
    {
        Name = _options.Name,
        LoggerFactory = new NamingLoggerFactory(_options.LoggerFactory, _options.Name),
        TimeProvider = _options.TimeProvider,
        MaxBatchSize = _options.MaxBatchSize,
        WantsItems = wantsItems,
        StopWhenCaughtUp = _options.StopWhenCaughtUp,
        SignalTable = _options.Snapshot.SignalTable,
        WritesWatermarks = _options.Snapshot.WritesWatermarks,
        SnapshotTables = _options.Snapshot.Tables,
        ListsTables = TransformSet.WantTables(_options.Transforms),
        OffsetTable = _offsets.TableName,
        OwnTables = _options.OwnTables,
        Notes = new SourceNotes(_offsets, Name),
    };

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed), this);
}
