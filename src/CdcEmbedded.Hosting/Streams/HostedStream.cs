using System.Diagnostics;
using CdcEmbedded.DeadLetters;
using CdcEmbedded.Hosting.Delivery;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CdcEmbedded.Hosting.Streams;

/// <summary>Runs one stream as long as the host runs: a new engine for each start, and another start after a failure.</summary>
internal sealed class HostedStream : BackgroundService
{
    private readonly CdcDefinition _definition;
    private readonly IServiceProvider _services;
    private readonly IHostApplicationLifetime? _lifetime;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _abort = new();
    private readonly StreamProgress _progress = new();
    private DbDeadLetterStore? _ownLetters;
    private CdcEngine? _engine;
    private volatile Exception? _failure;
    private volatile bool _hasGivenUp;

    public HostedStream(CdcDefinition definition, IServiceProvider services)
    {
        _definition = definition;
        _services = services;
        _lifetime = services.GetService<IHostApplicationLifetime>();
        LoggerFactory = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        Time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _logger = LoggerFactory.CreateLogger("CdcEmbedded.Hosting");
    }

    public string Name => _definition.Name;

    public TimeProvider Time { get; }

    public CdcStreamOptions Options => _services.GetRequiredService<IOptionsMonitor<CdcStreamOptions>>().Get(Name);

    /// <summary>The engine of the current start; null before the first.</summary>
    public CdcEngine? Engine => Volatile.Read(ref _engine);

    /// <summary>The failure that ended the last start, until a batch is handled.</summary>
    public Exception? Failure => _failure;

    /// <summary>True if it does not start again.</summary>
    public bool HasGivenUp => _hasGivenUp;

    public StreamProgress Progress => _progress;

    public IDeadLetterStore? DeadLetters { get; private set; }

    private ILoggerFactory LoggerFactory { get; }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Everything that is wrong with the options is reported before anything is connected.
        var options = Options;
        DeadLetters = _definition.CreateDeadLetters?.Invoke(_services) ?? (_definition.DataSource is { } database
            ? _ownLetters = new DbDeadLetterStore(database(_services)) : null);
        try
        {
            await CreateEngine(options, CreateStore(), []).DisposeAsync().ConfigureAwait(false);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"Stream '{Name}': {e.Message}", e);
        }

        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets handlers finish what they have begun, for as long as the host waits.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _abort);
        await using var ending = registration.ConfigureAwait(false);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Handles dead letters again: see <see cref="CdcStreams.ReplayDeadLettersAsync"/>.</summary>
    public ValueTask<DeadLetterReplay> ReplayAsync(IDeadLetterStore store, Func<DeadLetter, bool>? select,
        CancellationToken cancellationToken)
    {
        var source = CreateSource();
        return new LetterReplay(CreateRun(Options, CreateStore(), null, null), store, source, select).ReplayAsync(cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        _abort.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        var refusals = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            var handled = _progress.Batches;
            try
            {
                await RunAsync(stoppingToken).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested || _abort.IsCancellationRequested)
            {
                return;
            }
            catch (LeaseLostException)
            {
                Log.Deposed(_logger, Name);
            }
            catch (Exception e)
            {
                _failure = e;
                if (_progress.Batches > handled)
                {
                    (failures, refusals) = (0, 0);
                }

                failures++;
                refusals += e is CdcAuthenticationException ? 1 : 0;
                if (GivesUp(e, failures, refusals))
                {
                    return;
                }

                await WaitAsync(e, failures, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask WaitAsync(Exception e, int failures, CancellationToken stoppingToken)
    {
        var restart = Options.Restart;
        var delay = e is CdcAuthenticationException ? restart.MaxDelay : restart.DelayAfter(failures);
        Log.Restarts(_logger, e, Name, delay.TotalSeconds);
        await Task.Delay(delay, Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool GivesUp(Exception e, int failures, int refusals)
    {
        var restart = Options.Restart;
        if (e is CdcAuthenticationException && refusals >= restart.MaxRefusedLogins)
        {
            Log.LoginRefused(_logger, e, Name, refusals);
        }
        else if (failures > restart.MaxRestarts)
        {
            Log.GivesUp(_logger, e, Name, failures);
        }
        else
        {
            return false;
        }

        _hasGivenUp = true;
        if (restart.StopHost)
        {
            _lifetime?.StopApplication();
        }

        return true;
    }

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        _progress.Restart();
        var options = Options;
        var store = CreateStore();
        if (store is DbOffsetStore table)
        {
            await table.CreateTableAsync(stoppingToken).ConfigureAwait(false);
        }

        var engine = CreateEngine(options, store, _definition.Signals.ConvertAll(create => create(_services)));
        await using var ending = engine.ConfigureAwait(false);
        var run = CreateRun(options, store, await ReadHeldKeysAsync(options, stoppingToken).ConfigureAwait(false), engine);
        Volatile.Write(ref _engine, engine);
        await (options.ParallelHandlers > 1 ? RunKeyedAsync(run, engine, stoppingToken) : RunOrderedAsync(run, engine, stoppingToken))
            .ConfigureAwait(false);
        Log.Ended(_logger, Name);
    }

    private StreamRun CreateRun(CdcStreamOptions options, IOffsetStore store, HeldKeys? held, CdcEngine? engine) => new()
    {
        Name = Name,
        Handlers = _definition.Handlers,
        Options = options,
        Services = _services,
        Time = Time,
        Logger = _logger,
        DeadLetters = DeadLetters,
        Held = held,
        Engine = engine,
        SharesTransactions = IsTransactional(options)
            && (_ownLetters is not null || DeadLetters?.SharesTransactionsOf((IOffsetTransactions)store) == true),
        Transactions = IsTransactional(options) ? (IOffsetTransactions)store : null,
        Progress = _progress,
    };

    /// <summary>Prepares the store of dead letters, if the stream has one that it uses.</summary>
    /// <returns>The keys of the letters; null if later changes do not follow them.</returns>
    private async ValueTask<HeldKeys?> ReadHeldKeysAsync(CdcStreamOptions options, CancellationToken cancellationToken)
    {
        if (DeadLetters is not { } store || options.Retry.OnFailure != HandlerFailureAction.DeadLetter)
        {
            return null;
        }

        if (store is DbDeadLetterStore letters)
        {
            await letters.CreateTableAsync(cancellationToken).ConfigureAwait(false);
        }

        if (!options.Retry.ParkLaterChanges)
        {
            return null;
        }

        var held = new HeldKeys();
        await foreach (var letter in store.ReadAsync(Name, cancellationToken).ConfigureAwait(false))
        {
            held.Add(letter);
        }

        return held;
    }

    /// <summary>The stop cancels only the wait for the next batch: what has begun is handled.</summary>
    private async Task RunOrderedAsync(StreamRun run, CdcEngine engine, CancellationToken stoppingToken)
    {
        var delivery = new BatchDelivery(run);
        try
        {
            var reader = new BacklogReader(run, engine, stoppingToken);
            await using var ending = reader.ConfigureAwait(false);
            while (await reader.MoveNextAsync().ConfigureAwait(false))
            {
                var ambient = Activity.Current;
                Activity.Current = engine.CurrentActivity ?? ambient;
                await delivery.HandleAsync(reader.Batch, reader.Changes, _abort.Token).ConfigureAwait(false);
                Activity.Current = ambient;
                if (Gathers(run.Options))
                {
                    await engine.CommitAsync(reader.Batch, _abort.Token).ConfigureAwait(false);
                }

                _failure = null;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested && !_abort.IsCancellationRequested)
        {
            Log.Drained(_logger, Name);
            throw;
        }
    }

    private async Task RunKeyedAsync(StreamRun run, CdcEngine engine, CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var delivery = new KeyedDelivery(run, engine, stop.Cancel, _abort.Token);
        await using var ending = delivery.ConfigureAwait(false);
        using var committed = new CancellationTokenSource();
        var committing = CommitRegularlyAsync(run, delivery, committed.Token);
        var reader = new BacklogReader(run, engine, stop.Token);
        await using var closing = reader.ConfigureAwait(false);
        try
        {
            while (await reader.MoveNextAsync().ConfigureAwait(false))
            {
                await delivery.PostAsync(reader.Batch, reader.Changes, stop.Token).ConfigureAwait(false);
                _failure = null;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !stoppingToken.IsCancellationRequested)
        {
            // A change could not be handled: see below.
        }
        finally
        {
            await delivery.DrainAsync().ConfigureAwait(false);
            await committed.CancelAsync().ConfigureAwait(false);
            await committing.ConfigureAwait(false);
            delivery.ThrowIfConflict();
            await delivery.CommitAsync(_abort.Token).ConfigureAwait(false);
        }

        delivery.ThrowIfFailed();
    }

    private async Task CommitRegularlyAsync(StreamRun run, KeyedDelivery delivery, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(run.Options.CommitInterval, Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await delivery.CommitAsync(_abort.Token).ConfigureAwait(false);
            }
            catch (OffsetConflictException e)
            {
                delivery.Fail(e);
                return;
            }
            catch (Exception e) when (!_abort.IsCancellationRequested)
            {
                Log.CommitFailed(_logger, e, Name);
            }
        }
    }

    private IOffsetStore CreateStore() => _definition.CreateStore?.Invoke(_services)
        ?? throw new InvalidOperationException($"The stream '{Name}' has no store of offsets.");

    private static bool Gathers(CdcStreamOptions options) => options.OnlyLastOfKey && options.MaxGatheredChanges > 0;

    private bool IsTransactional(CdcStreamOptions options) => _definition.HasTransactions && options.ParallelHandlers == 1;

    private ISource CreateSource() => _definition.CreateSource?.Invoke(new SourceServices(_services, Name))
        ?? throw new InvalidOperationException($"The stream '{Name}' has no source.");

    /// <param name="options">The options of the stream.</param>
    /// <param name="store">Where it stores its offsets.</param>
    /// <param name="signals">The channels that ask for snapshots: made for an engine that starts, as they may hold connections.</param>
    private CdcEngine CreateEngine(CdcStreamOptions options, IOffsetStore store, IReadOnlyList<ISnapshotSignalChannel> signals)
    {
        return new CdcEngine(CreateSource(), store, new CdcEngineOptions
        {
            Name = Name,
            StartFrom = options.StartFrom is not { } start ? null
                : start.Equals("Earliest", StringComparison.OrdinalIgnoreCase) ? StartPosition.Earliest : StartPosition.Latest,
            CommitPolicy = IsTransactional(options) ? CommitPolicy.Never
                : new CommitPolicy { Changes = options.CommitChanges, Interval = options.CommitInterval },
            Acknowledgement = options.ParallelHandlers > 1 || Gathers(options) ? AcknowledgementMode.Manual : AcknowledgementMode.OnNext,
            MaxBatchSize = options.MaxBatchSize,
            AlignBatches = options.AlignBatches,
            MaxBufferedChanges = options.MaxBufferedChanges,
            MaxBufferedBytes = options.MaxBufferedBytes,
            OnOffsetLost = options.OnOffsetLost,
            Reconnect = _definition.Reconnect ?? new ReconnectPolicy(),
            Transforms = [.. _definition.Transforms],
            OwnTables = DeadLetters?.TableName is { } letters ? [letters] : [],
            Lease = options.LeaseDuration is { } duration ? new LeaseOptions { Duration = duration } : null,
            Liveness = _definition.CreateLiveness?.Invoke(_services),
            TraceContext = _definition.TraceContext,
            Snapshot = CreateSnapshotOptions(options.Snapshot, signals),
            LoggerFactory = LoggerFactory,
            TimeProvider = Time,
        });
    }

    private SnapshotOptions CreateSnapshotOptions(StreamSnapshotOptions options, IReadOnlyList<ISnapshotSignalChannel> signals) => new()
    {
        Mode = options.Mode,
        Policy = _definition.CreatePolicy?.Invoke(_services),
        Tables = [.. options.Tables],
        ReadsNewTables = options.ReadsNewTables,
        ChunkSize = options.ChunkSize,
        Readers = options.Readers,
        MaxRowsPerSecond = options.MaxRowsPerSecond,
        ChunkDuration = options.ChunkDuration,
        MaxRunningThreads = options.MaxRunningThreads,
        MaxReplicaLag = options.MaxReplicaLag,
        MayRead = _definition.MayReadSnapshots,
        Signals = signals,
        SignalTable = options.SignalTable,
        WritesWatermarks = options.WritesWatermarks,
    };
}
