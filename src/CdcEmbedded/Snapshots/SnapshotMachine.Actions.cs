using System.Collections.Immutable;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>What to do next.</summary>
internal sealed partial class SnapshotMachine
{
    /// <summary>Returns what to do now; null for nothing, until the stream moves or a request arrives.</summary>
    public SnapshotAction? Next()
    {
        if (_action is not null || _isHeld)
        {
            return null;
        }

        if (_isWaiting)
        {
            return _action = New(SnapshotActionKind.Wait) with
            {
                Attempt = _isForVisibility ? _window?.LowAttempts ?? Math.Max(1, _attempts) : _attempts,
                IsForVisibility = _isForVisibility,
            };
        }

        if (_window is null && !TryChoose())
        {
            return null;
        }

        return _action = _window is { } window ? NextOf(window) : NextBefore();
    }

    /// <summary>Chooses the first table that has something to read, in the order of the requests.</summary>
    private bool TryChoose()
    {
        for (_job = 0; _job < _state.Jobs.Length; _job++)
        {
            var job = _state.Jobs[_job];
            if (job.IsPaused || job.IsOver)
            {
                continue;
            }

            _table = -1;
            if (!job.IsListed)
            {
                return true;
            }

            for (_table = 0; _table < job.Tables.Length; _table++)
            {
                if (job.Tables[_table].IsOpen)
                {
                    return true;
                }
            }
        }

        _job = _table = -1;
        return false;
    }

    /// <summary>What must be known before a window of the chosen table; then opens the window.</summary>
    private SnapshotAction? NextBefore()
    {
        var job = _state.Jobs[_job];
        if (_table < 0 && job.Kind == SnapshotKind.Blocking)
        {
            return _view is null && _place is not null ? New(SnapshotActionKind.OpenView) with { Job = job } : null;
        }

        if (_table < 0)
        {
            return New(SnapshotActionKind.ListTables) with { Patterns = job.Patterns };
        }

        var progress = Current;
        if (progress.Status == SnapshotTableStatus.Waiting
            || _found.FindCurrent(progress.Database, progress.Table) is not { } table || table.KeyShape != progress.KeyShape)
        {
            return New(SnapshotActionKind.FindTable) with
            {
                Database = progress.Database,
                Name = progress.Table,
                SurrogateKey = progress.IsKeysOnly ? null : job.SurrogateKey,
            };
        }

        if (_place is not { } place || !_rules.IsBoundary(_isAtEnd))
        {
            return null;
        }

        // The server may be spared for hours: nothing may be watched meanwhile.
        if (!_isPaced)
        {
            return New(SnapshotActionKind.Pace) with { Table = table };
        }

        _isPaced = false;
        ImmutableArray<SnapshotKey> again = progress.Again.Length <= _limits.ChunkSize ? progress.Again
            : [.. progress.Again.Take(_limits.ChunkSize)];
        _window = new ChunkWindow(_rules, table, place, again);
        return NextOf(_window);
    }

    private SnapshotAction? NextOf(ChunkWindow window)
    {
        var progress = Current;
        if (!window.HasLow)
        {
            return New(SnapshotActionKind.TakeLow);
        }

        if (!_rules.ReadsBeforeHigh && window.High is null)
        {
            return New(SnapshotActionKind.TakeHigh);
        }

        var action = new SnapshotAction(SnapshotActionKind.ReadChunk, 0)
        {
            Table = window.Table,
            Condition = progress.Condition ?? _state.Jobs[_job].Condition,
        };
        if (progress.UpTo is null && !progress.IsKeysOnly)
        {
            return action with { Kind = SnapshotActionKind.ReadLastKey, Number = ++_number };
        }

        // Rows to read again go first: a window with many of them reads nothing else.
        if (window.Rows is null && window.AgainKeys.Length < _limits.ChunkSize && !progress.IsKeysOnly)
        {
            return action with { Number = ++_number, After = progress.After, UpTo = progress.UpTo, Limit = _limits.ChunkSize };
        }

        return window.AgainRows is null && !window.AgainKeys.IsEmpty
            ? action with { Kind = SnapshotActionKind.ReadKeys, Number = ++_number, Keys = window.AgainKeys }
            : window.High is null ? New(SnapshotActionKind.TakeHigh) : null;
    }

    private SnapshotAction New(SnapshotActionKind kind) => new(kind, ++_number);
}
