using CdcEmbedded.Diagnostics;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>The rows of a consistent view as a feed, before the stream begins at the view's position. If the view is lost, the feed ends,
/// and the rest is read in windows beside the stream (R58). Several readers read several tables at once.</summary>
internal sealed class ViewFeed : ISourceFeed
{
    private readonly OpenedView _opened;
    private readonly SnapshotJob _snapshot;
    private readonly SourcePosition _position;
    private readonly SnapshotCoordinator _coordinator;
    private readonly SnapshotOutput _output;
    private readonly int _chunkSize;
    private readonly List<int> _emptyTables = [];
    private readonly Dictionary<int, Held> _held = [];
    private SnapshotState _state;
    private ViewReaders? _readers;
    private Held? _ended;
    private bool _hasRows;
    private bool _isEnded;

    public ViewFeed(OpenedView opened, SnapshotJob snapshot, SnapshotCoordinator coordinator, int chunkSize, SnapshotOutput output)
    {
        _opened = opened;
        _snapshot = snapshot;

        // A paused stream stays where it is, which is past the view by nothing that is captured.
        _position = snapshot.Kind == SnapshotKind.Initial ? opened.View.Position : coordinator.Position;
        _coordinator = coordinator;
        _chunkSize = chunkSize;
        _output = output;
        var job = snapshot with
        {
            IsListed = true,
            Stopped = [],
            Reason = opened.Tables.Count == 0 && !IsInitial ? "No captured table matches." : null,
            Tables = [.. opened.Tables.Select(table => new TableProgress(table.Database, table.Name)
            {
                Status = snapshot.IsStopped(table.FullName) ? SnapshotTableStatus.Stopped
                    : table.ViewRefusal is null ? SnapshotTableStatus.Waiting : SnapshotTableStatus.Failed,
                Reason = snapshot.IsStopped(table.FullName) ? null : table.ViewRefusal,
                Condition = snapshot.ConditionOf(table.FullName),
                Estimate = table.EstimatedRows,
            })],
        };
        _state = coordinator.State;
        _state = IsInitial ? _state.AcceptFirst(job) : _state.With(_state.IndexOf(job.Id), job);
        if (IsInitial && coordinator.Options is { ReadsNewTables: true, Policy: null })
        {
            // Known with the very first offset: a table that is added after a crash in the middle of the view is new.
            _state = _state.WithKnown(opened.Tables);
        }

        coordinator.Replace(_state, _position);
        _state = coordinator.State;
    }

    public SourcePosition StartPosition => _position;

    private bool IsInitial => _snapshot.Kind == SnapshotKind.Initial;

    public async ValueTask<FeedBatch?> ReadAsync(CancellationToken cancellationToken)
    {
        // The state that the constructor has set is the first thing in the stream.
        while (_output.IsEmpty && !_isEnded)
        {
            try
            {
                _isEnded = !TryContinue() || !await AdvanceAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when ((!IsInitial || SnapshotActions.IsTransient(e)) && !cancellationToken.IsCancellationRequested)
            {
                Log.ViewLost(_opened.Logger, e, _coordinator.Name, e.Message);
                _isEnded = true;
            }
        }

        return _output.IsEmpty ? null : _output.Take();
    }

    public async ValueTask DisposeAsync()
    {
        if (_readers is { } readers)
        {
            await readers.DisposeAsync().ConfigureAwait(false);
        }

        await _opened.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Carries out commands between the chunks of a blocking snapshot.</summary>
    private bool TryContinue()
    {
        if (IsInitial)
        {
            return true;
        }

        var isUnchanged = _coordinator.TryContinue(_snapshot.Id);
        _state = _coordinator.State;
        return isUnchanged;
    }

    /// <summary>Takes one chunk, or the end of a table.</summary>
    /// <returns>False after the last table.</returns>
    private async ValueTask<bool> AdvanceAsync(CancellationToken cancellationToken)
    {
        _readers ??= new ViewReaders(_opened, _snapshot, _chunkSize);
        if (await _readers.ReadAsync(cancellationToken).ConfigureAwait(false) is not { } read)
        {
            FlushEnded(isLast: true);
            return false;
        }

        var isHeld = _held.Remove(read.Table, out var held);
        if (read.Chunk is { } chunk)
        {
            // Rows are held back until it is known if they are the last ones: of their table, and of all.
            FlushEnded(isLast: false);
            if (isHeld)
            {
                Flush(held, isLastInTable: false, isLast: false);
            }

            _held[read.Table] = new Held(read.Table, chunk, !isHeld);
            return true;
        }

        if (isHeld)
        {
            FlushEnded(isLast: false);
            _ended = held;
        }
        else
        {
            _emptyTables.Add(read.Table);
        }

        if (_held.Count > 0)
        {
            FlushEnded(isLast: false);
        }
        else if (_ended is null)
        {
            CompleteEmptyTables();
        }

        return true;
    }

    private void FlushEnded(bool isLast)
    {
        if (_ended is { } ended)
        {
            _ended = null;
            Flush(ended, isLastInTable: true, isLast);
        }
    }

    private void Flush(in Held held, bool isLastInTable, bool isLast)
    {
        var job = _state.IndexOf(_snapshot.Id);
        var chunk = held.Chunk;
        var rows = new int[chunk.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = i;
        }

        var progress = _state.Jobs[job].Tables[held.Table] with
        {
            Status = SnapshotTableStatus.Reading,
            KeyShape = _opened.Tables[held.Table].KeyShape,
        };
        var before = _state.With(job, held.Table, progress);
        var next = progress with { After = chunk.GetPlace(rows.Length - 1), Rows = progress.Rows + rows.Length };
        _state = _state.With(job, held.Table, isLastInTable ? next.AsCompleted : next);

        // The table is complete after its last item, not before it. Without a key nothing else would say that it was read.
        var last = next.After is null ? _state : before.With(job, held.Table, next);
        var part = new EmissionPart(chunk, rows, new RowStates(before, job, held.Table, chunk, last, WindowRules.Default));
        _coordinator.ShowRows(_opened.Tables[held.Table], part);
        _output.Add(_snapshot.Id, _opened.Tables[held.Table], part, _position, !IsInitial ? (SnapshotMarker.Blocking, null, null)
            : (SnapshotMarker.Row,
                !_hasRows ? SnapshotMarker.First : held.IsFirst ? SnapshotMarker.FirstInTable : null,
                isLast ? SnapshotMarker.Last : isLastInTable ? SnapshotMarker.LastInTable : null));
        _output.Add(last, _position);
        _hasRows = true;
        _coordinator.Replace(_state, _position);
        _state = _coordinator.State;
        CompleteEmptyTables();
    }

    private void CompleteEmptyTables()
    {
        foreach (var table in _emptyTables)
        {
            if (_state.IndexOf(_snapshot.Id) is >= 0 and var job)
            {
                _state = _state.With(job, table, _state.Jobs[job].Tables[table].AsCompleted);
            }
        }

        _emptyTables.Clear();
        _coordinator.Replace(_state, _position);
        _state = _coordinator.State;
    }

    /// <summary>Rows that are not delivered before it is known if more follow.</summary>
    private readonly record struct Held(int Table, SnapshotChunk Chunk, bool IsFirst);
}
