using System.Collections.Concurrent;
using CdcEmbedded.Diagnostics;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Snapshots;

/// <summary>Drives the snapshots of one stream: shows the machine what the stream delivers, lets a reader carry out its actions, and puts
/// its rows between the batches of the feed.</summary>
/// <remarks>The reading flow of the stream calls everything but what is said to be for any thread. Rows are taken from the machine by that
/// flow only, so that no batch comes between the decision and the delivery. The machine itself is used under a lock, because the reader
/// continues while the stream waits for the application.</remarks>
internal sealed partial class SnapshotCoordinator : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly SnapshotMachine _machine;
    private readonly StreamObserver _stream;
    private readonly ISnapshotSource _source;
    private readonly CancellationTokenSource _stop = new();
    private readonly SnapshotOptions _options;
    private readonly SnapshotBoard _board;
    private readonly SnapshotOutput _output;
    private readonly SnapshotActions _actions;
    private readonly SourceContext _context;
    private readonly ConcurrentQueue<SnapshotCommand> _commands = new();
    private readonly ConcurrentQueue<string> _reports = new();
    private readonly Queue<(OpenedView View, SnapshotJob Job)> _offers = new();
    private readonly ILogger _logger;
    private readonly SnapshotEnds _ends;
    private SnapshotState _published;
    private SnapshotState? _recovery;
    private readonly SnapshotDecisions _decisions;
    private SnapshotJob? _neededView;
    private volatile bool _isActive;

    /// <param name="source">The source.</param>
    /// <param name="context">What the engine gives the source.</param>
    /// <param name="options">The application's options.</param>
    /// <param name="state">The state of the stored offset.</param>
    /// <param name="offset">The stored offset; null if there is none.</param>
    /// <param name="wantsItems">True if the consumer enumerates progress items.</param>
    /// <param name="board">Shows the state to the application.</param>
    /// <param name="logger">The engine's logger.</param>
    public SnapshotCoordinator(ISnapshotSource source, SourceContext context, SnapshotOptions options, SnapshotState state,
        CdcOffset? offset, bool wantsItems, SnapshotBoard board, ILogger logger)
    {
        _source = source;
        _options = options;
        _board = board;
        _logger = logger;
        _context = context;
        _ends = new SnapshotEnds(logger, context.Name, context.TimeProvider);
        _decisions = new SnapshotDecisions(options, context.TimeProvider);
        (state, _neededView) = _decisions.Start(state, offset, [.. state.Jobs.Select(_board.StatusOf)]);
        _machine = new SnapshotMachine(state, new SnapshotLimits(options.ChunkSize));
        _stream = new StreamObserver(_machine);
        _published = _machine.State;
        _ends.OnState(_published, _published);
        _output = new SnapshotOutput(context.Name, context.MaxBatchSize, wantsItems ? board : null);
        _actions = new SnapshotActions(source, context, options, this, logger);
        _isActive = _machine.IsActive;
        _board.Publish(_machine.State);
    }

    /// <summary>The engine's name.</summary>
    public string Name => _context.Name;

    /// <summary>The engine's logger.</summary>
    public ILogger Logger => _logger;

    /// <summary>Where the stream is.</summary>
    public SourcePosition Position => _stream.Position;

    /// <summary>The stream's position as text. For any thread.</summary>
    public string PositionText => _stream.PositionText;

    /// <summary>The table with signals in the source; null for none.</summary>
    public SignalTable? SignalTable { get; init; }

    /// <summary>Accepts the signals of that table; set before the stream is opened.</summary>
    public SignalIntake? Signals { get; set; }

    /// <summary>Wakes the reading flow.</summary>
    public FeedWait Wait { get; } = new();

    /// <summary>True while the stream must be shown and rows may come.</summary>
    public bool IsActive => _isActive;

    /// <summary>True until the consistent view of a first start, or of one after a lost position, has been opened.</summary>
    public bool NeedsView => _neededView is not null;

    /// <summary>The state that was last put into the stream.</summary>
    public SnapshotState State => _published;

    /// <summary>True if the stream ends because everything that it is for has been read.</summary>
    public bool EndsStream => _decisions.EndsStream && !NeedsView && !_isActive && _output.IsEmpty;

    /// <summary>True if the snapshots can only continue with the stream, not without: nothing has come since the last look at the output
    /// either, neither a command nor a view nor a new state.</summary>
    public bool IsStuck
    {
        get
        {
            lock (_gate)
            {
                return _machine.IsStuck && _commands.IsEmpty && _reports.IsEmpty && !HasOffer
                    && ReferenceEquals(_machine.State, _published);
            }
        }
    }

    /// <summary>Carries out a command when the reading flow comes to it. For any thread.</summary>
    public void Post(SnapshotCommand command)
    {
        lock (_gate)
        {
            _commands.Enqueue(command);
            _isActive = true;
        }

        Wait.Wake();
    }

    /// <summary>The clock.</summary>
    public TimeProvider Time => _context.TimeProvider;

    /// <summary>How tables are read.</summary>
    public SnapshotOptions Options => _options;

    /// <summary>Cancelled when the stream ends. Never disposed: there is nothing to free.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>Opens another reader of the source. The caller owns and disposes it.</summary>
    public ValueTask<SnapshotReader> OpenReaderAsync(CancellationToken cancellationToken)
        => _source.OpenSnapshotAsync(_context, cancellationToken);

    /// <summary>Waits by the engine's clock.</summary>
    public Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken)
        => Task.Delay(delay, _context.TimeProvider, cancellationToken);

    /// <summary>Shows the stream to somebody else too. For any thread.</summary>
    public void Add(IStreamWatcher watcher)
    {
        lock (_gate)
        {
            _stream.Add(watcher);
            _isActive = true;
        }

        Wait.Wake();
    }

    /// <summary>Puts a notice of a rejected signal into the stream. For any thread.</summary>
    public void Report(string message)
    {
        lock (_gate)
        {
            _reports.Enqueue(message);
            _isActive = true;
        }

        Wait.Wake();
    }

    /// <summary>Ends what <see cref="Add"/> began. For any thread.</summary>
    public void Remove(IStreamWatcher watcher)
    {
        lock (_gate)
        {
            _stream.Remove(watcher);
        }
    }

    /// <summary>The feed is open: gives a feed with the rows of snapshots.</summary>
    public ISourceFeed Attach(ISourceFeed feed)
    {
        lock (_gate)
        {
            _stream.OnOpened(feed.StartPosition);
        }

        _actions.OnFeedOpened();
        _board.Run(this);
        return new SnapshotFeed(
            SignalTable is { } table && Signals is { } signals ? new SignalTableFeed(feed, table, signals) : feed, this);
    }

    /// <summary>The state that the rows of a consistent view have led to.</summary>
    public void Replace(SnapshotState state, SourcePosition position)
    {
        _stream.MoveTo(position);
        lock (_gate)
        {
            _machine.Apply(_ => state);
        }

        Publish();
    }

    /// <summary>Shows a batch of the feed to the machine, before it is delivered.</summary>
    /// <param name="batch">The batch, to which the state is added, and from which the rest is removed.</param>
    /// <param name="rest">What must wait until the tables of a blocking snapshot are read; null for nothing.</param>
    /// <returns>False if all of it must wait.</returns>
    public bool OnBatch(FeedBatch batch, out FeedBatch? rest)
    {
        lock (_gate)
        {
            _stream.CatchUp();
            var (before, position) = (_machine.State, _stream.Position);
            if (!_stream.Show(batch, out rest))
            {
                return false;
            }

            if (!ReferenceEquals(before, _machine.State))
            {
                // What the changes of the batch have added must be in the offset of each of them.
                batch.Prepend(_machine.State, position);
                _isActive = true;
            }
        }

        _actions.Wake();
        return true;
    }

    /// <summary>True if a batch must be shown although nothing is read: it says that a table was created, of which the stream has
    /// everything.</summary>
    public bool MustSee(FeedBatch batch)
    {
        if (_options.ReadsNewTables)
        {
            foreach (var entry in batch.EntryList)
            {
                if (entry.Item is SchemaChange { Kind: SchemaChangeKind.Create })
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Remembers where the stream is while no snapshot needs to be shown anything. Allocates nothing.</summary>
    public void Remember(FeedBatch batch) => _stream.Remember(batch);

    /// <summary>Takes what is to be delivered before the next batch of the feed.</summary>
    /// <returns>Null for nothing.</returns>
    public FeedBatch? TakeOutput()
    {
        _actions.ThrowIfFailed();
        if (_output.IsEmpty)
        {
            lock (_gate)
            {
                _stream.CatchUp();
            }

            while (_commands.TryDequeue(out var command))
            {
                lock (_gate)
                {
                    _machine.Apply(command.ApplyTo, command.Kind == SnapshotCommandKind.Request);
                }
            }

            while (_reports.TryDequeue(out var report))
            {
                _output.Add(StreamItems.Notice(NoticeKind.SignalRejected, report, _stream.Position));
            }

            lock (_gate)
            {
                if (_machine.TakeEmission() is { } emission && _machine.Place is { } place)
                {
                    foreach (var part in emission.Parts)
                    {
                        ShowRows(emission.Table, part);
                        _output.Add(emission.JobId, emission.Table, part, place, (SnapshotMarker.Incremental, null, null));
                    }

                    _output.Add(emission.Last, place);
                }
            }

            Publish();
            lock (_gate)
            {
                _stream.ShowBoundary(_output);
            }

            _actions.Wake();
        }

        return _output.IsEmpty ? null : _output.Take();
    }

    /// <summary>Uses the machine from the reader's flow.</summary>
    public T Use<T>(Func<SnapshotMachine, T> use)
    {
        lock (_gate)
        {
            return use(_machine);
        }
    }

    /// <inheritdoc/>
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
        try
        {
            await _actions.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            while (_offers.TryDequeue(out var offer))
            {
                await offer.View.DisposeAsync().ConfigureAwait(false);
            }

            _board.Stop();
        }
    }

    /// <summary>Puts the state into the stream if it has changed.</summary>
    private void Publish()
    {
        SnapshotState state, before, after;
        lock (_gate)
        {
            before = after = _published;
            state = _machine.State;
            if (!ReferenceEquals(state, _published))
            {
                var changes = StateChanges.Between(_published, state);
                _board.Publish(state);
                after = state;
                if (!state.JustFinished.IsEmpty)
                {
                    _machine.Apply(static finished => finished with { JustFinished = [] }, keepsWindow: true);
                    state = _machine.State;
                }

                _published = state;
                var position = _stream.Position;

                // In this order a stop between them repeats an item. In the other one it would be lost.
                _output.Add(changes, position);
                _output.Add(state, position);
            }

            _isActive = _machine.IsActive || !_output.IsEmpty || !_commands.IsEmpty || !_reports.IsEmpty || _stream.IsWatched;
        }

        // Not under the lock: the application's logger may take its time.
        if (!ReferenceEquals(before, after))
        {
            _ends.OnState(before, after);
        }
    }

    /// <summary>Shows rows that are about to be delivered to those who watch the stream.</summary>
    public void ShowRows(SnapshotTable table, EmissionPart part)
    {
        lock (_gate)
        {
            _stream.ShowRows(table, part);
        }
    }
}
