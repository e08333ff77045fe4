using CdcEmbedded.Diagnostics;
using CdcEmbedded.Offsets;
using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Engine;

/// <summary>The snapshots of one enumeration: what reads tables beside the stream, and what listens for requests.</summary>
/// <param name="source">The source.</param>
/// <param name="context">What the engine gives the source.</param>
/// <param name="options">The engine's options.</param>
/// <param name="commands">The requests of the application.</param>
/// <param name="board">Shows the state to the application.</param>
/// <param name="wantsItems">True if the consumer enumerates progress items.</param>
/// <param name="closing">Closes them.</param>
/// <param name="logger">The engine's logger.</param>
internal sealed class EngineSnapshots(ISource source, SourceContext context, CdcEngineOptions options, CommandLog commands,
    SnapshotBoard board, bool wantsItems, PartsClosing closing, ILogger logger) : IAsyncDisposable
{
    private SnapshotCoordinator? _coordinator;
    private SignalListener? _listener;

    /// <summary>True if tables are read before the stream begins.</summary>
    public bool NeedsView => _coordinator is { NeedsView: true };

    /// <summary>The snapshots of the engine.</summary>
    public IReadOnlyList<SnapshotStatus> Statuses => board.Current;

    /// <summary>Continues the snapshots of the stored offset, with the commands that it does not have yet. A source without snapshots
    /// keeps their state as it is.</summary>
    /// <param name="stored">The stored offset; null for none.</param>
    /// <param name="pump">What reads the source.</param>
    /// <param name="keeper">What writes the offset.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask StartAsync(CdcOffset? stored, SourcePump pump, OffsetKeeper keeper, CancellationToken cancellationToken)
    {
        var state = stored?.ReadSnapshot();
        if (source is not ISnapshotSource tables)
        {
            pump.Keep(state is null ? null : new UnreadSnapshotState(state));
            return;
        }

        _coordinator = new SnapshotCoordinator(tables, context, options.Snapshot,
            state is null ? SnapshotState.Empty : SnapshotStateJson.Read(state), stored, wantsItems, board, logger)
        {
            SignalTable = SignalTable.Of(options.Snapshot.SignalTable, source),
        };
        _coordinator.Signals = new SignalIntake(commands, board, _coordinator, logger);
        await commands.ConnectAsync(_coordinator.State.Commands,
            () => keeper.SavedSnapshot is SnapshotState { Commands: var done } ? done : 0,
            () => _coordinator.State.Commands, _coordinator.Post, cancellationToken).WaitObservedAsync(cancellationToken)
            .ConfigureAwait(false);
        _listener = new SignalListener(commands, _coordinator.Signals, options.Name, options.TimeProvider, logger);
        _listener.Start(options.Snapshot.Signals);
        pump.Attach(_coordinator);
    }

    /// <summary>Stops listening, then reading. Does not throw.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_listener is { } listener)
        {
            await closing.CloseAsync(listener.DisposeAsync().AsTask()).ConfigureAwait(false);
        }

        if (_coordinator is { } coordinator)
        {
            await closing.CloseAsync(coordinator.DisposeAsync().AsTask(), "the reading of a snapshot").ConfigureAwait(false);
            board.Stop();
        }
    }
}
