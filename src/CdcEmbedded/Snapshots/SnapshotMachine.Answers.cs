using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>The answers to the machine's actions.</summary>
internal sealed partial class SnapshotMachine
{
    /// <summary>Answers <see cref="SnapshotActionKind.ListTables"/>.</summary>
    public void OnTables(SnapshotAction action, IReadOnlyList<SnapshotTable> tables)
    {
        if (Takes(action))
        {
            _attempts = _failures = 0;
            var job = _state.Jobs[_job];
            tables = [.. tables.Where(table => job.Selects(table.FullName))];
            if (job.IsForNewTables)
            {
                var known = _state.Known;
                _state = _state.WithKnown(tables);
                tables = [.. tables.Where(table => known is not null && !known.Contains((table.Database, table.Name)))];
                if (tables.Count == 0)
                {
                    _state = _state.Without(_job);
                    return;
                }
            }

            _state = _state.With(_job, job with
            {
                IsListed = true,
                Stopped = [],
                Reason = tables.Count == 0 ? "No captured table matches." : null,
                Tables = [.. tables.Select(table => new TableProgress(table.Database, table.Name)
                {
                    Condition = job.ConditionOf(table.FullName),
                    Estimate = table.EstimatedRows,
                    Status = job.IsStopped(table.FullName) ? SnapshotTableStatus.Stopped
                        : table.ChunkRefusal is null ? SnapshotTableStatus.Waiting : SnapshotTableStatus.Failed,
                    Reason = job.IsStopped(table.FullName) ? null : table.ChunkRefusal,
                })],
            });
        }
    }

    /// <summary>Answers <see cref="SnapshotActionKind.OpenView"/>: it shows everything up to a position, and nothing after it.</summary>
    /// <returns>False if the view is of no use: the stream has delivered what it does not show.</returns>
    public bool OnView(SnapshotAction action, SourcePosition position)
    {
        var isVisible = false;
        if (!Takes(action) || _place is not { } place || !TryOrder(() => isVisible = position.Covers(place)))
        {
            return false;
        }

        if (!isVisible || !_isAtEnd)
        {
            // The stream is ahead of what is visible, or inside a transaction of which it has delivered a part.
            _attempts++;
            _isWaiting = _isForVisibility = true;
            return false;
        }

        _attempts = _failures = 0;
        _view = position;
        return true;
    }

    /// <summary>Answers <see cref="SnapshotActionKind.FindTable"/>.</summary>
    public void OnTable(SnapshotAction action, SnapshotTable? table)
    {
        if (!Takes(action))
        {
            return;
        }

        var progress = Current;
        if (table is null)
        {
            Fail("The table no longer exists, or is no longer captured.");
            return;
        }

        if (table.ChunkRefusal is { } reason)
        {
            Fail(reason);
            return;
        }

        if (progress.IsKeysOnly && progress.KeyShape != table.KeyShape)
        {
            Fail("The table's key has changed since its rows were compared.");
            return;
        }

        _found.Add(progress.Database, progress.Table, table);
        var isNew = progress.After is null && progress.UpTo is null && progress.Again.IsEmpty;
        progress = isNew || progress.KeyShape == table.KeyShape ? progress : progress.AsNew;
        Current = progress with { Status = SnapshotTableStatus.Reading, KeyShape = table.KeyShape };
    }

    /// <summary>Answers <see cref="SnapshotActionKind.Pace"/>: the source may be read now.</summary>
    public void OnPaced(SnapshotAction action) => _isPaced |= Takes(action);

    /// <summary>Answers <see cref="SnapshotActionKind.TakeLow"/>.</summary>
    public void OnLow(SnapshotAction action, SourcePosition low)
    {
        if (Takes(action) && _window is { } window && TryOrder(() => window.OnLow(low)) && !window.HasLow)
        {
            _isWaiting = true;
            _isForVisibility = true;
        }
    }

    /// <summary>Answers <see cref="SnapshotActionKind.ReadLastKey"/>.</summary>
    public void OnLastKey(SnapshotAction action, SnapshotKey? last)
    {
        if (!Takes(action))
        {
            return;
        }

        if (last is not null)
        {
            Current = Current with { UpTo = last };
            return;
        }

        // Everything that the table will ever have is in the stream.
        _attempts = _failures = 0;
        Current = Current.AsCompleted;
        _window = null;
    }

    /// <summary>Answers <see cref="SnapshotActionKind.ReadChunk"/>.</summary>
    public void OnChunk(SnapshotAction action, SnapshotChunk chunk)
    {
        if (Takes(action))
        {
            _window?.OnRows(chunk);
        }
    }

    /// <summary>Answers <see cref="SnapshotActionKind.ReadKeys"/>.</summary>
    public void OnKeys(SnapshotAction action, SnapshotChunk chunk)
    {
        if (Takes(action))
        {
            _window?.OnAgainRows(chunk);
        }
    }

    /// <summary>Answers <see cref="SnapshotActionKind.TakeHigh"/>.</summary>
    public void OnHigh(SnapshotAction action, SourcePosition high)
    {
        if (Takes(action) && _window is { } window)
        {
            _attempts = _failures = 0;
            window.OnHigh(high);
        }
    }

    /// <summary>Answers <see cref="SnapshotActionKind.Wait"/>.</summary>
    public void OnWaited(SnapshotAction action)
    {
        if (Takes(action))
        {
            _isWaiting = _isForVisibility = false;
        }
    }

    /// <summary>Answers any action: it has failed. It is tried again after a wait, and after too many failures the table is given up with
    /// the reason (R68).</summary>
    public void OnFailed(SnapshotAction action, string reason, bool isTransient)
    {
        if (!Takes(action))
        {
            return;
        }

        _attempts++;
        _failures++;
        var isOver = _failures >= (isTransient ? _limits.TransientAttempts : _limits.Attempts);
        if (isOver && action.Kind is (SnapshotActionKind.ListTables or SnapshotActionKind.OpenView))
        {
            _state = _state.With(_job, _state.Jobs[_job] with { Reason = reason });
            _attempts = _failures = 0;
            GiveUp();
        }
        else if (isOver)
        {
            Fail(reason);
        }
        else
        {
            _found.Outdate();
            GiveUp();
            _isWaiting = true;
        }
    }
}
