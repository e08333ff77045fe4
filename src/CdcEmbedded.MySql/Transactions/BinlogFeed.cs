using System.Runtime.ExceptionServices;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Reads events from a connection or from files and hands over batches of committed changes.</summary>
/// <remarks>A batch is handed over as soon as nothing more is in memory, or when it is full: latency stays one read. What was read before
/// an event that cannot be read is handed over before the failure.</remarks>
internal sealed class BinlogFeed : ISourceFeed
{
    /// <summary>Bytes from which on a batch is full: a small transaction buffer makes batches smaller, but not smaller than what
    /// one read gives.</summary>
    private const long MinBatchBytes = 64 * 1024;
    private const long MaxBatchBytes = 1024 * 1024;

    private readonly IEventStream _stream;
    private readonly ISchemaTracker _schemas;
    private readonly LogReader _log;
    private readonly CommittedOutput _output;
    private readonly TransactionBuffer _transactions;
    private readonly EventDispatcher _dispatcher;
    private readonly ILogger _logger;
    private SpilledDelivery? _delivery;
    private ExceptionDispatchInfo? _failure;
    private bool _hasEnded;
    private bool _hasReportedHistory;

    /// <summary>Creates the feed; nothing is read yet.</summary>
    /// <param name="stream">The events.</param>
    /// <param name="schemas">Follows the columns of tables; opened at the start. Disposed with the feed.</param>
    /// <param name="settings">What is captured, and how.</param>
    /// <param name="start">Where the stream begins.</param>
    /// <param name="hasChecksums">True if events have a checksum before the first format description says so.</param>
    public BinlogFeed(IEventStream stream, ISchemaTracker schemas, FeedSettings settings, BinlogPosition start, bool hasChecksums)
    {
        _stream = stream;
        _schemas = schemas;
        _logger = settings.Logger;
        _log = new LogReader(stream, start.Coordinates, hasChecksums, settings.VerifyChecksums, settings.MaxEventBytes);
        _output = new CommittedOutput(settings.MaxBatchSize, Math.Clamp(settings.TransactionBufferBytes, MinBatchBytes, MaxBatchBytes));
        var scanner = new RowScanner();
        _transactions = new TransactionBuffer(settings, _log, start, scanner, _output);
        _dispatcher = new EventDispatcher(settings, _log, scanner, schemas, _transactions, _output);
        StartPosition = start;
    }

    public SourcePosition StartPosition { get; }

    /// <summary>The transactions that the start skips, which are reported first; null for none.</summary>
    public string? SkippedHistory { get; init; }

    /// <summary>Looks after the server's log while nothing comes; null for none. Disposed with the feed.</summary>
    public LogProbe? Probe { get; init; }

    public async ValueTask<FeedBatch?> ReadAsync(CancellationToken cancellationToken)
    {
        _failure?.Throw();
        if (SkippedHistory is { } skipped && !_hasReportedHistory)
        {
            return await ReportHistoryAsync(skipped, cancellationToken).ConfigureAwait(false);
        }

        while (true)
        {
            try
            {
                while (ReadBuffered(cancellationToken) is { } step)
                {
                    await TakeAsync(step, cancellationToken).ConfigureAwait(false);
                }

                if (Probe is { } probe)
                {
                    await probe.CheckAsync(_dispatcher.Progress).ConfigureAwait(false);
                }
            }
            catch (CdcException e) when (_output.HasEntries)
            {
                // Not swallowed: the next call throws it. The position is after the event that failed, and must not be reported.
                _failure = ExceptionDispatchInfo.Capture(e);
            }

            if (_failure is null && _output.HasProgress && _delivery is null && _dispatcher.IsBetweenTransactions)
            {
                _output.AddProgress(_transactions.Position.Current);
            }

            if (_output.HasEntries)
            {
                // What is known of tables is stored before an offset that needs it can be.
                await _schemas.SaveAsync(cancellationToken).ConfigureAwait(false);
                return _output.Take();
            }

            if (_hasEnded)
            {
                return null;
            }

            if (!await _stream.FillAsync(cancellationToken).ConfigureAwait(false))
            {
                _dispatcher.VerifyEnd();
                _hasEnded = true;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _hasEnded = true;
        _transactions.Dispose();
        _log.Dispose();
        try
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            // Connections of their own, which must not outlive a stream that fails to close.
            await DisposeProbesAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The offset of the notice has what is skipped: a reconnect skips no more than that.</summary>
    private async ValueTask<FeedBatch> ReportHistoryAsync(string skipped, CancellationToken cancellationToken)
    {
        _hasReportedHistory = true;
        await _schemas.SaveAsync(cancellationToken).ConfigureAwait(false);
        var batch = new FeedBatch();
        batch.Add(StreamItems.Notice(NoticeKind.HistorySkipped, $"The stream continues on another server, whose transactions {skipped} are "
            + "of sources that the stored offset does not know: they are skipped, as the options say. Reconcile the tables if they changed "
            + "captured ones.", StartPosition));
        return batch;
    }

    private async ValueTask DisposeProbesAsync()
    {
        try
        {
            await _schemas.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            if (Probe is { } probe)
            {
                await probe.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads what is in memory until the output is full.</summary>
    /// <returns>What has to be done before reading resumes; null if nothing more is in memory, or the output is full.</returns>
    private DispatchStep? ReadBuffered(CancellationToken cancellationToken)
    {
        while (!_hasEnded && !_output.IsFull)
        {
            // A compressed transaction may be gigabytes of tables that are not captured.
            cancellationToken.ThrowIfCancellationRequested();
            switch (_delivery is null ? _dispatcher.Next() : DispatchStep.NeedsDelivery)
            {
                case DispatchStep.Next:
                    break;
                case DispatchStep.NeedsBytes:
                    return null;
                case DispatchStep.AtEnd:
                    _hasEnded = true;
                    break;
                case var step:
                    return step;
            }
        }

        return null;
    }

    private async ValueTask TakeAsync(DispatchStep step, CancellationToken cancellationToken)
    {
        switch (step)
        {
            case DispatchStep.NeedsTable:
                await ResolveAsync(cancellationToken).ConfigureAwait(false);
                break;
            case DispatchStep.NeedsSpill:
                await _transactions.SpillAsync(cancellationToken).ConfigureAwait(false);
                break;
            case DispatchStep.NeedsDelivery:
                _delivery ??= BeginDelivery();
                _delivery = await _delivery.DeliverAsync(_output, cancellationToken).ConfigureAwait(false) ? null : _delivery;
                break;
            default:
                throw new InvalidOperationException($"{step} is no step that is waited for.");
        }
    }

    private async ValueTask ResolveAsync(CancellationToken cancellationToken)
    {
        var place = _transactions.Open?.Transaction.PositionBefore() ?? _transactions.Position.Current;
        if (await _schemas.ResolveAsync(place, _log.Cursor.Coordinates, cancellationToken).ConfigureAwait(false) is { } skipped)
        {
            _dispatcher.Notices.ReportSkipped(skipped);
        }
    }

    private SpilledDelivery BeginDelivery()
    {
        var delivery = _transactions.TakeDelivery();
        Log.SpilledTransactionDelivered(_logger, delivery.Transaction.Id, delivery.Length);
        return delivery;
    }
}
