using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;
using CdcEmbedded.Transforms;
using CdcEmbedded.Verification;

namespace CdcEmbedded;

/// <summary>The snapshots of an engine: requests them and shows how far they are. Thread-safe.</summary>
/// <remarks>
/// <para>A method returns when its request is stored beside the offset, under <c>name/snapshots</c>, so that no crash loses it. The reading
/// flow carries it out, at once if the loop runs, else when it runs.</para>
/// <para>Snapshots run one after another, in the order of their requests.</para>
/// </remarks>
public sealed class CdcSnapshots
{
    private readonly CdcEngine _engine;
    private readonly ISource _source;
    private readonly IReadOnlyList<Transform> _transforms;
    private readonly CommandLog _log;
    private readonly SnapshotBoard _board;

    internal CdcSnapshots(CdcEngine engine, ISource source, IReadOnlyList<Transform> transforms, CommandLog log, SnapshotBoard board)
    {
        _engine = engine;
        _source = source;
        _transforms = transforms;
        _log = log;
        _board = board;
    }

    /// <summary>The snapshots that are not over, or have failed tables: of each table only the last failure is kept once another snapshot
    /// is requested. Rows that the engine has buffered count as delivered.</summary>
    public IReadOnlyList<SnapshotStatus> Current => _board.Current;

    /// <summary>Number of signals that were not understood since the engine was created. Each is logged, and is a <see cref="Notice"/> of
    /// kind <see cref="NoticeKind.SignalRejected"/> in the stream.</summary>
    public long RejectedSignals => _board.RejectedSignals;

    /// <summary>Requests to read tables, in chunks beside the stream or in one view while it is paused.</summary>
    /// <param name="request">What to read.</param>
    /// <param name="cancellationToken">Cancels the request, unless it is stored already.</param>
    /// <returns>A handle for how far it is and when it is over.</returns>
    /// <exception cref="NotSupportedException">The source has no snapshots.</exception>
    /// <exception cref="ArgumentException">The id is blank, the kind is neither incremental nor blocking, a pattern is invalid, or the
    /// name of a table with a condition has no point.</exception>
    /// <exception cref="InvalidOperationException">The engine is a standby: another instance is active.</exception>
    /// <exception cref="SnapshotRefusedException">Too many requests wait.</exception>
    /// <exception cref="OffsetConflictException">Another instance runs under this name.</exception>
    public async ValueTask<SnapshotHandle> RequestAsync(SnapshotRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrWhiteSpace(request.Id);
        if (request.Kind is not (SnapshotKind.Incremental or SnapshotKind.Blocking))
        {
            throw new ArgumentException($"Kind is {request.Kind}; allowed is Incremental or Blocking.", nameof(request));
        }

        if (request is { Kind: SnapshotKind.Blocking, SurrogateKey: not null })
        {
            throw new ArgumentException("A blocking snapshot has no SurrogateKey: a view is read by the key.", nameof(request));
        }

        // A wrong pattern or name is refused here: the stream would find it when the tables are read.
        _ = new TableFilter(request.Tables, []);
        foreach (var table in request.Conditions.Keys)
        {
            TableName.Split(table);
        }

        return await SendAsync(request.Id, new SnapshotCommand(SnapshotCommandKind.Request, request.Id)
        {
            Reads = request.Kind,
            Patterns = [.. request.Tables],
            SurrogateKey = request.SurrogateKey,
            Condition = request.Condition,
            Conditions = [.. request.Conditions.Select(static each => new TableCondition(TableExpression.Literal(each.Key), each.Value))],
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Pauses a snapshot. What it has delivered remains; the table that it is reading resumes at the next chunk.</summary>
    /// <param name="id">Its id; null for all.</param>
    /// <param name="cancellationToken">Cancels the request, unless it is stored already.</param>
    /// <exception cref="NotSupportedException">The source has no snapshots.</exception>
    /// <exception cref="InvalidOperationException">The engine is a standby: another instance is active.</exception>
    /// <exception cref="SnapshotRefusedException">Too many requests wait.</exception>
    public ValueTask PauseAsync(string? id = null, CancellationToken cancellationToken = default)
        => SendAsync(new SnapshotCommand(SnapshotCommandKind.Pause, id), cancellationToken);

    /// <summary>Resumes a snapshot. Tables that have failed are read from their start.</summary>
    /// <param name="id">Its id; null for all.</param>
    /// <param name="cancellationToken">Cancels the request, unless it is stored already.</param>
    /// <exception cref="NotSupportedException">The source has no snapshots.</exception>
    /// <exception cref="InvalidOperationException">The engine is a standby: another instance is active.</exception>
    /// <exception cref="SnapshotRefusedException">Too many requests wait.</exception>
    public ValueTask ResumeAsync(string? id = null, CancellationToken cancellationToken = default)
        => SendAsync(new SnapshotCommand(SnapshotCommandKind.Resume, id), cancellationToken);

    /// <summary>Stops a snapshot, or some of its tables.</summary>
    /// <param name="id">Its id; null for all.</param>
    /// <param name="tables">The tables as <c>database.table</c>; null for all.</param>
    /// <param name="cancellationToken">Cancels the request, unless it is stored already.</param>
    /// <exception cref="NotSupportedException">The source has no snapshots.</exception>
    /// <exception cref="InvalidOperationException">The engine is a standby: another instance is active.</exception>
    /// <exception cref="SnapshotRefusedException">Too many requests wait.</exception>
    public ValueTask StopAsync(string? id = null, IReadOnlyList<string>? tables = null, CancellationToken cancellationToken = default)
        => SendAsync(new SnapshotCommand(SnapshotCommandKind.Stop, id) { Patterns = tables is null ? [] : [.. tables] }, cancellationToken);

    /// <summary>Compares the application's copy of a table with the source while both change.</summary>
    /// <remarks>
    /// <para>The loop must run meanwhile, and acknowledge what it has applied: do not wait for this inside the loop. Rows that seem to
    /// differ are compared again in a window of the stream in which nothing has changed them, after everything before the window is
    /// acknowledged: what is reported differs. Rows that change at each attempt are reported as undecided.</para>
    /// <para>Nothing of it is stored: after a crash, verify again. Several verifications may run at once.</para>
    /// </remarks>
    /// <param name="table">The table, as <c>database.table</c>.</param>
    /// <param name="copy">The copy, such as a <see cref="DbTableCopy"/>.</param>
    /// <param name="options">How to compare; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What differs.</returns>
    /// <exception cref="NotSupportedException">The source has no snapshots, the table has no key, or the engine's transforms change its
    /// key.</exception>
    /// <exception cref="ArgumentException">There is no such table, or the copy's key columns do not fit.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, or the stream has ended.</exception>
    /// <exception cref="CdcException">The source cannot be read.</exception>
    public async Task<VerificationResult> VerifyAsync(string table, ITableCopy copy, VerifyOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(copy);
        var (database, name) = TableName.Split(table);
        options ??= new VerifyOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Attempts, 1, nameof(options));
        ThrowIfUnsupported();
        var stream = await _board.Running.WaitAsync(cancellationToken).ConfigureAwait(false);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stream.Stopped);
        var verification = new TableVerification(stream, database, name, copy, options, new ShownRows(stream, _transforms));
        await using var closing = verification.ConfigureAwait(false);
        return await verification.RunAsync(linked.Token).ConfigureAwait(false);
    }

    /// <summary>Requests that rows which a copy lacks, or has with other values, are read and delivered again, with the operation
    /// <see cref="ChangeOperation.Read"/>. Like any snapshot it survives a crash.</summary>
    /// <remarks>Rows that only the copy has are not deleted: no log has such a delete, and every consumer of the stream would get it.
    /// Remove them by <see cref="VerificationResult.Differences"/>.</remarks>
    /// <param name="verification">What was found.</param>
    /// <param name="cancellationToken">Cancels the request, unless it is stored already.</param>
    /// <returns>A handle for when the rows are delivered.</returns>
    /// <exception cref="NotSupportedException">The source has no snapshots.</exception>
    /// <exception cref="InvalidOperationException">The engine is a standby: another instance is active.</exception>
    /// <exception cref="SnapshotRefusedException">Too many requests wait.</exception>
    public async ValueTask<SnapshotHandle> RepairAsync(VerificationResult verification, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(verification);
        var id = "repair-" + Guid.NewGuid().ToString("N");
        return await SendAsync(id, new SnapshotCommand(SnapshotCommandKind.Repair, id)
        {
            Patterns = [verification.Table],
            Keys = [.. verification.Differences.Select(static difference => difference.RepairKey).OfType<SnapshotKey>()],
            KeyShape = verification.KeyShape,
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a request for rows.</summary>
    private async ValueTask<SnapshotHandle> SendAsync(string id, SnapshotCommand request, CancellationToken cancellationToken)
    {
        // Before the request: it may be over when the call returns.
        var handle = _board.HandleOf(id, out var isNew);
        try
        {
            await SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (SnapshotRefusedException) when (isNew)
        {
            _board.Forget(handle);
            throw;
        }

        return handle;
    }

    private async ValueTask SendAsync(SnapshotCommand command, CancellationToken cancellationToken)
    {
        ThrowIfUnsupported();
        if (_engine.Status.State == EngineState.Standby)
        {
            throw new InvalidOperationException($"Engine '{_engine.Name}' is a standby: another instance is active, which would not see "
                + "the request. Send it to the active instance.");
        }

        if (await _log.AppendAsync(command, null, cancellationToken).ConfigureAwait(false) == CommandOutcome.Refused)
        {
            throw new SnapshotRefusedException(command.Id ?? "all", $"{CommandLog.Crowded}.");
        }
    }

    private void ThrowIfUnsupported()
    {
        if (_source is not ISnapshotSource)
        {
            throw new NotSupportedException($"A source of kind '{_source.Connector}' cannot read tables.");
        }
    }
}
