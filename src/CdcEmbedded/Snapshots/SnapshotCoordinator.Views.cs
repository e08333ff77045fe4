using System.Diagnostics.CodeAnalysis;
using CdcEmbedded.Diagnostics;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>Which tables are read in a consistent view, before the stream begins or while it is paused.</summary>
internal sealed partial class SnapshotCoordinator
{
    /// <summary>Decides what to do after the source has lost the position.</summary>
    /// <returns>True if the tables are read again, before the stream continues.</returns>
    /// <param name="offset">The position.</param>
    /// <param name="reason">Why it is lost.</param>
    /// <param name="readsAgain">True if the tables are to be read again in chunks unless the policy decides otherwise.</param>
    public bool OnPositionLost(CdcOffset offset, string reason, bool readsAgain)
    {
        var decision = _decisions.Decide(
            new SnapshotFacts { Offset = offset, IsPositionLost = true, Reason = reason, Unfinished = _board.Current });
        if (decision.Mode == SnapshotMode.Never && readsAgain)
        {
            decision = new SnapshotDecision { Mode = SnapshotMode.Incremental, Tables = _options.Tables };
        }

        if (decision.Mode == SnapshotMode.Incremental)
        {
            // The stream begins elsewhere first, as OnOffsetLost says: what is read before it could miss changes.
            var command = new SnapshotCommand(SnapshotCommandKind.Request,
                _decisions.NewId("recovery")) { Patterns = [.. decision.Tables] };
            _recovery = command.ApplyTo(_published);
            Post(command);
        }

        _neededView = SnapshotDecisions.ViewOf(decision, _decisions.NewId("recovery"));
        return NeedsView || (readsAgain && decision.Mode == SnapshotMode.Incremental);
    }

    /// <summary>Takes the state that the first offset after a lost position must have: without it, a crash would leave an offset elsewhere
    /// and no snapshot.</summary>
    /// <returns>Null if nothing is to be read beside the stream.</returns>
    public SnapshotState? TakeRecovery()
    {
        var state = _recovery;
        _recovery = null;
        return state;
    }

    /// <summary>Opens the consistent view of a first start as a feed: its start position is the one at which the stream begins.</summary>
    public async ValueTask<ISourceFeed> OpenViewAsync(CancellationToken cancellationToken)
    {
        var job = _neededView ?? throw new InvalidOperationException("No view is needed.");
        lock (_gate)
        {
            // The tables of the view are read here, and not in windows at the same time.
            _machine.Hold();
        }

        var view = await _actions.OpenViewAsync(job, cancellationToken).ConfigureAwait(false);
        _neededView = null;
        return new ViewFeed(view, job, this, _options.ChunkSize, _output);
    }

    /// <summary>Offers a view for a blocking snapshot. For any thread.</summary>
    /// <returns>False if it is of no use.</returns>
    public bool TryOffer(SnapshotAction action, OpenedView view)
    {
        lock (_gate)
        {
            if (_machine.OnView(action, view.View.Position) && action.Job is { } job)
            {
                _offers.Enqueue((view, job));
                return true;
            }

            return false;
        }
    }

    /// <summary>Pauses the stream if it is where the open view is.</summary>
    /// <returns>Reads the tables in the view; null if the stream does not pause here.</returns>
    public async ValueTask<ViewFeed?> TryPauseAsync()
    {
        ViewFeed? feed = null;
        while (TryTakeOffer(out var view, out var job, out var isUseful))
        {
            if (!isUseful)
            {
                await view.DisposeAsync().ConfigureAwait(false);
                continue;
            }

            Log.StreamPaused(_logger, Name, job.Id, view.Tables.Count);
            feed = new ViewFeed(view, job, this, _options.ChunkSize, _output);
            break;
        }

        return feed;
    }

    /// <summary>Continues the stream after a pause.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            _machine.Release();
        }

        Log.StreamResumed(_logger, Name);
        Publish();
        _actions.Wake();
    }

    /// <summary>Carries out the commands that have arrived, while the tables of a blocking snapshot are read.</summary>
    /// <returns>False if the snapshot must not be continued as it is.</returns>
    public bool TryContinue(string id)
    {
        var isUnchanged = true;
        while (_commands.TryDequeue(out var command))
        {
            isUnchanged &= command.Kind == SnapshotCommandKind.Request || (command.Id is { } other && other != id);
            lock (_gate)
            {
                _machine.Apply(command.ApplyTo, command.Kind == SnapshotCommandKind.Request);
            }
        }

        Publish();
        return isUnchanged;
    }

    /// <summary>True if a view is to be taken: at its place, or because it is of no use. Under the lock.</summary>
    private bool HasOffer => _offers.Count > 1 || (_offers.Count == 1 && (_machine.IsAtView || !_machine.HasView));

    private bool TryTakeOffer([NotNullWhen(true)] out OpenedView? view, [NotNullWhen(true)] out SnapshotJob? job, out bool isUseful)
    {
        lock (_gate)
        {
            isUseful = _offers.Count == 1 && _machine.IsAtView;
            if (!HasOffer)
            {
                (view, job) = (null, null);
                return false;
            }

            // Views before the last one, and one that the machine has given up, are of no use.
            (view, job) = _offers.Dequeue();
            if (isUseful)
            {
                _machine.Hold();
            }

            return true;
        }
    }
}
