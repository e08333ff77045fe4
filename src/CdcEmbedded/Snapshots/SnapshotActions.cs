using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using CdcEmbedded.Diagnostics;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Snapshots;

/// <summary>The reader's flow: carries out the machine's actions, one at a time, beside the stream.</summary>
internal sealed class SnapshotActions : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MaxLook = TimeSpan.FromMilliseconds(500);
    private readonly ISnapshotSource _source;
    private readonly SourceContext _context;
    private readonly SnapshotCoordinator _coordinator;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _work = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private SnapshotReader? _reader;
    private Task? _running;
    private volatile bool _isOutdated;
    private volatile Exception? _failure;
    private readonly ReadPace _pace;
    private readonly int _readers;

    public SnapshotActions(ISnapshotSource source, SourceContext context, SnapshotOptions options, SnapshotCoordinator coordinator,
        ILogger logger)
    {
        _source = source;
        _context = context;
        _readers = options.Readers;
        _pace = new ReadPace(options, context.TimeProvider, context.Name, logger);
        _coordinator = coordinator;
        _logger = logger;
    }

    /// <summary>The feed is open: it may be another server, so the reader's connection is opened again.</summary>
    public void OnFeedOpened() => _isOutdated = true;

    /// <summary>Looks for something to do. For any thread.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            if (_work.CurrentCount == 0)
            {
                _work.Release();
            }

            if (_running is null && !_stop.IsCancellationRequested)
            {
                _running = Task.Run(RunAsync, CancellationToken.None);
            }
        }
    }

    /// <summary>Throws what ended the reader's flow, which is a fault.</summary>
    public void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Opens a consistent view of the captured tables that a snapshot selects.</summary>
    /// <exception cref="CdcException">It cannot be opened.</exception>
    public async ValueTask<OpenedView> OpenViewAsync(SnapshotJob job, CancellationToken cancellationToken)
    {
        var reader = await _source.OpenSnapshotAsync(_context, cancellationToken).ConfigureAwait(false);
        try
        {
            var captured = await ListAsync(reader, job.Patterns, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<SnapshotTable> tables = [.. captured.Where(table => job.Selects(table.FullName))];
            var readable = tables.Where(table => table.ViewRefusal is null && !job.IsStopped(table.FullName)).ToList();
            var useful = readable.Exists(static table => table.IsDivisible) ? _readers
                : Math.Clamp(_readers, 1, Math.Max(1, readable.Count));
            var view = await reader.OpenConsistentViewAsync(readable, useful, cancellationToken).ConfigureAwait(false);
            if (readable.Count > 0)
            {
                Log.ViewOpened(_logger, _context.Name, reader.Server, readable.Count, view.Lock);
            }

            return new OpenedView(reader, view, tables, _logger);
        }
        catch
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            await CloseAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask CloseAsync()
    {
        Task? running;
        lock (_gate)
        {
            running = _running;
        }

        if (running is not null)
        {
            await running.ConfigureAwait(false);
        }

        await CloseReaderAsync().ConfigureAwait(false);
        _stop.Dispose();
        _work.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var action = _coordinator.Use(static machine => machine.Next());
                if (action is not null)
                {
                    await CarryOutAsync(action, _stop.Token).ConfigureAwait(false);
                    _coordinator.Wait.Wake();
                    continue;
                }

                if (!_coordinator.Use(static machine => machine.IsActive))
                {
                    await CloseReaderAsync().ConfigureAwait(false);
                }

                await _work.WaitAsync(_stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The stream ends.
        }
        catch (Exception e)
        {
            // Not swallowed: the reading flow throws it.
            _failure = e;
            _coordinator.Wait.Wake();
        }
    }

    private async ValueTask CarryOutAsync(SnapshotAction action, CancellationToken stop)
    {
        if (action.Kind == SnapshotActionKind.Wait)
        {
            await Task.Delay(DelayOf(action), _context.TimeProvider, stop).ConfigureAwait(false);
            Answer(machine => machine.OnWaited(action));
            return;
        }

        try
        {
            if (action is { Kind: SnapshotActionKind.OpenView, Job: { } job })
            {
                var view = await OpenViewAsync(job, stop).ConfigureAwait(false);
                if (!_coordinator.TryOffer(action, view))
                {
                    await view.DisposeAsync().ConfigureAwait(false);
                }

                return;
            }

            if (_isOutdated)
            {
                _isOutdated = false;
                await CloseReaderAsync().ConfigureAwait(false);
            }

            _reader ??= await _source.OpenSnapshotAsync(_context, stop).ConfigureAwait(false);
            await AskAsync(_reader, action, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            Log.SnapshotActionFailed(_logger, e, _context.Name, action.Kind, action.Table?.FullName ?? $"{action.Database}.{action.Name}");
            await CloseReaderAsync().ConfigureAwait(false);
            Answer(machine => machine.OnFailed(action, e.Message, IsTransient(e)));
        }
    }

    private async ValueTask AskAsync(SnapshotReader reader, SnapshotAction action, CancellationToken stop)
    {
        switch (action.Kind)
        {
            case SnapshotActionKind.ListTables:
                var tables = await ListAsync(reader, action.Patterns, stop).ConfigureAwait(false);
                Answer(machine => machine.OnTables(action, tables));
                break;
            case SnapshotActionKind.FindTable:
                var table = action.SurrogateKey is { } column
                    ? await reader.FindTableAsync(action.Database, action.Name, column, stop).ConfigureAwait(false)
                    : await reader.FindTableAsync(action.Database, action.Name, stop).ConfigureAwait(false);
                Answer(machine => machine.OnTable(action, table));
                break;
            case SnapshotActionKind.Pace:
                await _pace.WaitAsync(reader, () => _coordinator.Use(machine => machine.IsWaitedFor(action)), stop).ConfigureAwait(false);
                Answer(machine => machine.OnPaced(action));
                break;
            case SnapshotActionKind.TakeLow:
                var low = await reader.GetWatermarkAsync(stop).ConfigureAwait(false);
                Answer(machine => machine.OnLow(action, low));
                break;
            case SnapshotActionKind.TakeHigh:
                var high = await reader.GetHighWatermarkAsync(stop).ConfigureAwait(false);
                Answer(machine => machine.OnHigh(action, high));
                break;
            case SnapshotActionKind.ReadLastKey:
                var last = await reader.GetLastKeyAsync(action.RequiredTable, action.Condition, stop).ConfigureAwait(false);
                Answer(machine => machine.OnLastKey(action, last));
                break;
            default:
                await ReadRowsAsync(reader, action, stop).ConfigureAwait(false);
                break;
        }
    }

    private async ValueTask<IReadOnlyList<SnapshotTable>> ListAsync(SnapshotReader reader, IReadOnlyList<string> patterns,
        CancellationToken cancellationToken)
    {
        var tables = await reader.ListTablesAsync(patterns, cancellationToken).ConfigureAwait(false);
        return _coordinator.SignalTable is { IsDelivered: false } signals
            ? [.. tables.Where(table => !signals.Is(table.Database, table.Name))] : tables;
    }

    private async ValueTask ReadRowsAsync(SnapshotReader reader, SnapshotAction action, CancellationToken stop)
    {
        SnapshotChunk chunk;
        var limit = 0;
        _pace.OnReading();
        if (action.Kind == SnapshotActionKind.ReadChunk)
        {
            limit = _pace.LimitOf(action.Limit);
            chunk = await reader.ReadChunkAsync(action.RequiredTable, action.After, action.UpTo, limit, action.Condition, stop)
                .ConfigureAwait(false);
            Answer(machine => machine.OnChunk(action, chunk));
        }
        else
        {
            chunk = await reader.ReadKeysAsync(action.RequiredTable, action.Keys, action.Condition, stop).ConfigureAwait(false);
            Answer(machine => machine.OnKeys(action, chunk));
        }

        _pace.OnRead(chunk.Count, limit);
    }

    private void Answer(Action<SnapshotMachine> answer) => _coordinator.Use(machine =>
    {
        answer(machine);
        return true;
    });

    private async ValueTask CloseReaderAsync()
    {
        if (_reader is not { } reader)
        {
            return;
        }

        _reader = null;
        try
        {
            await reader.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.FeedCloseFailed(_logger, e, _context.Name);
        }
    }

    private static TimeSpan DelayOf(SnapshotAction action)
    {
        var (first, most) = action.IsForVisibility ? (FirstLook, MaxLook) : (FirstRetry, MaxRetry);
        var doubled = first * Math.Pow(2, Math.Min(action.Attempt - 1, 20));
        return doubled < most ? doubled : most;
    }

    internal static bool IsTransient(Exception e) => e switch
    {
        CdcException cdc => cdc.IsTransient,
        SocketException => true,
        IOException { InnerException: SocketException } => true,
        _ => false,
    };
}
