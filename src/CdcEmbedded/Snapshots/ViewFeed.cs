using CdcEmbedded.Diagnostics;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>The rows of a consistent view as a feed, before the stream begins at the view's position. If the view is lost, the feed ends,
/// and the rest is read in windows beside the stream (R58).</summary>
internal sealed class ViewFeed : ISourceFeed
{
    private readonly OpenedView _opened;
    private readonly SnapshotJob _snapshot;
    private readonly SourcePosition _position;
    private readonly SnapshotCoordinator _coordinator;
    private readonly SnapshotOutput _output;
    private readonly int _chunkSize;
    private readonly List<int> _emptyTables = [];
    private SnapshotState _state;
    private SnapshotCursor? _cursor;
    private (int Table, SnapshotChunk Chunk, bool IsFirst)? _held;
    private int _table;
    private bool _hasRows;
    private bool _hasTableRows;
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
            })],
        };
        _state = coordinator.State;
        _state = IsInitial ? _state with { Jobs = _state.Jobs.Insert(0, job) } : _state.With(_state.IndexOf(job.Id), job);
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
        if (_cursor is { } cursor)
        {
            await cursor.DisposeAsync().ConfigureAwait(false);
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

    /// <summary>Reads one chunk, or ends a table.</summary>
    /// <returns>False after the last table.</returns>
    private async ValueTask<bool> AdvanceAsync(CancellationToken cancellationToken)
    {
        while (_table < _opened.Tables.Count
            && (_opened.Tables[_table].ViewRefusal is not null || _snapshot.IsStopped(_opened.Tables[_table].FullName)))
        {
            _table++;
        }

        if (_table == _opened.Tables.Count)
        {
            FlushHeld(isLastInTable: true, isLast: true);
            return false;
        }

        _cursor ??= await _opened.View.OpenTableAsync(0, _opened.Tables[_table],
            _snapshot.ConditionOf(_opened.Tables[_table].FullName) ?? _snapshot.Condition, cancellationToken).ConfigureAwait(false);
        if (await _cursor.ReadAsync(_chunkSize, cancellationToken).ConfigureAwait(false) is { } chunk)
        {
            if (chunk.Count > 0)
            {
                // Rows are held back until it is known if they are the last ones.
                FlushHeld(isLastInTable: _held is { Table: var held } && held != _table, isLast: false);
                _held = (_table, chunk, !_hasTableRows);
                _hasTableRows = true;
            }

            return true;
        }

        await _cursor.DisposeAsync().ConfigureAwait(false);
        _cursor = null;
        if (!_hasTableRows)
        {
            _emptyTables.Add(_table);
            if (_held is null)
            {
                CompleteEmptyTables();
            }
        }

        _hasTableRows = false;
        _table++;
        return true;
    }

    private void FlushHeld(bool isLastInTable, bool isLast)
    {
        if (_held is not { } held)
        {
            return;
        }

        _held = null;
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
        var part = new EmissionPart(chunk, rows, new RowStates(before, job, held.Table, chunk, _state, WindowRules.Default));
        _coordinator.ShowRows(_opened.Tables[held.Table], part);
        _output.Add(_snapshot.Id, _opened.Tables[held.Table], part, _position, !IsInitial ? (SnapshotMarker.Blocking, null, null)
            : (SnapshotMarker.Row,
                !_hasRows ? SnapshotMarker.First : held.IsFirst ? SnapshotMarker.FirstInTable : null,
                isLast ? SnapshotMarker.Last : isLastInTable ? SnapshotMarker.LastInTable : null));
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
}
