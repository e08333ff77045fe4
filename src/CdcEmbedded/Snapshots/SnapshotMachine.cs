using System.Collections.Immutable;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>Everything that a snapshot beside the stream decides: which table is next, when a window opens and closes, what is delivered,
/// and what is stored. No I/O, no clock, no threads: it gets what the stream delivers and the answers to its actions.</summary>
/// <remarks>One window is open at a time. An answer whose number is not that of the current action is ignored: the action was given
/// up.</remarks>
internal sealed partial class SnapshotMachine
{
    private readonly WindowRules _rules;
    private readonly SnapshotLimits _limits;
    private readonly FoundTables _found;
    private SnapshotState _state;
    private ChunkWindow? _window;
    private SnapshotAction? _action;
    private SourcePosition? _place;
    private SourcePosition? _view;
    private bool _isHeld;
    private bool _isAtEnd;
    private bool _isBeforeLater;
    private bool _isWaiting;
    private bool _isForVisibility;
    private bool _isPaced;
    private int _attempts;
    private int _failures;
    private long _number;
    private int _job = -1;
    private int _table = -1;

    public SnapshotMachine(SnapshotState state, SnapshotLimits limits, WindowRules? rules = null)
    {
        _state = state;
        _limits = limits;
        _rules = rules ?? WindowRules.Default;
        _found = new FoundTables();
    }

    private SnapshotMachine(SnapshotMachine other)
    {
        _rules = other._rules;
        _limits = other._limits;
        _found = other._found.Copy();
        _state = other._state;
        _window = other._window?.Copy();
        _action = other._action;
        _place = other._place;
        _view = other._view;
        _isHeld = other._isHeld;
        _isAtEnd = other._isAtEnd;
        _isBeforeLater = other._isBeforeLater;
        _isWaiting = other._isWaiting;
        _isForVisibility = other._isForVisibility;
        _isPaced = other._isPaced;
        _attempts = other._attempts;
        _failures = other._failures;
        _number = other._number;
        _job = other._job;
        _table = other._table;
    }

    /// <summary>The state at the end of what was delivered. A change of it must reach the stream before what is delivered next.</summary>
    public SnapshotState State => _state;

    /// <summary>The last transaction's end that the stream has delivered.</summary>
    public SourcePosition? Place => _place;

    /// <summary>True if nothing was delivered after <see cref="Place"/>.</summary>
    public bool IsAtEnd => _isAtEnd;

    /// <summary>True while a window is open, for tests of the interleavings.</summary>
    public bool HasWindow => _window is not null;

    /// <summary>True if there is anything to do or to watch: then it must see every change of the stream.</summary>
    public bool IsActive
    {
        get
        {
            foreach (var job in _state.Jobs)
            {
                if (!job.IsOver)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The feed is open, at the start or again after a failure: perhaps on another server.</summary>
    public void OnOpened(SourcePosition position)
    {
        _place = position;
        _isAtEnd = position.IsTransactionEnd;
        if (_rules.AbandonsWindow)
        {
            _found.Outdate();
            GiveUp();
        }
    }

    /// <summary>The stream has delivered changes up to a position.</summary>
    public void OnPlace(SourcePosition position)
    {
        _isBeforeLater = false;
        _isAtEnd = position.IsTransactionEnd;
        if (_isAtEnd)
        {
            _place = position;
        }
    }

    /// <summary>True if nothing can happen before the stream moves.</summary>
    public bool IsStuck => _action is null && Copy() is var copy && copy.Next() is null && copy.TakeEmission() is null;

    /// <summary>True if a table is being read, so that its changes must be shown.</summary>
    public bool Watches(string database, string table)
    {
        foreach (var job in _state.Jobs)
        {
            foreach (var progress in job.Tables)
            {
                if (progress.Status == SnapshotTableStatus.Reading && progress.Table == table && progress.Database == database)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The stream is about to deliver a change of a watched table.</summary>
    public void OnChange(string database, string table, in TableChange change)
    {
        var found = _found.Find(database, table);
        var key = change.Key.HasValue ? found?.KeyOf(change.Key) : null;
        var before = change.Before.HasValue ? found?.KeyOf(change.Before) : null;
        var after = change.After.HasValue ? found?.KeyOf(change.After) : null;
        if (_window is { } window && window.Table.Database == database && window.Table.Name == table)
        {
            window.OnChange(change, key, before, after);
        }

        if (change.Operation == ChangeOperation.Truncate)
        {
            _state = _state.ForEachReading(database, table, static progress => progress with { Again = [] });
        }
        else if (_rules.IsPartial(change)
            && (found is null || found.HasOtherOrder || _rules.IsMove(change, before, after)))
        {
            Owe(database, table, found is null ? null : after ?? key);
        }

        if (_window is { IsSpoiled: true })
        {
            GiveUp();
        }
        else if (_window?.Touched > _limits.MaxTouched)
        {
            // The server answers slowly while the stream is fast: no failure, but not all of these keys can be remembered.
            _attempts++;
            GiveUp();
            _isWaiting = true;
        }
    }

    /// <summary>A captured table was created: the stream has everything that was ever in it. A list of tables may be ahead of the
    /// stream and have it already: then it was taken for a new one.</summary>
    public void OnCreated(string database, string table)
    {
        _state = _state.WithCreated(database, table);
        var state = _state.WithoutNewTable(database, table);
        if (!ReferenceEquals(state, _state))
        {
            _state = state;
            GiveUp();
        }
    }

    /// <summary>Something happened to a table as a whole, or to all tables of a database if no table is given.</summary>
    public void OnSchemaChange(string database, string table)
    {
        _found.Outdate(database, table);
        if (_window is { } window && window.Table.Database == database && (table.Length == 0 || window.Table.Name == table))
        {
            window.OnSchemaChange();
            if (window.IsSpoiled)
            {
                GiveUp();
            }
        }
    }

    /// <summary>Another table has got the name of this one: what was read is not of it. Its rows were never in the stream under this name,
    /// so that it is read from its start.</summary>
    public void OnReplaced(string database, string table) => _state = _state.ForEachReading(database, table,
        static progress => progress.IsKeysOnly ? progress : progress.AsNew);

    /// <summary>True while a view for a blocking snapshot is open and the stream has not come to it.</summary>
    public bool HasView => _view is not null;

    /// <summary>True if the stream is exactly where the open view is in the log: it pauses here.</summary>
    public bool IsAtView
    {
        get
        {
            var isAt = false;
            return _view is { } view && _place is { } place && _isAtEnd
                && (_isBeforeLater || TryOrder(() => isAt = place.Covers(view))) && (_isBeforeLater || isAt);
        }
    }

    /// <summary>The stream is about to deliver something. A view at a time may lie between two places of the log, so that no place is its
    /// own: then the stream pauses before the first change that the view does not show. Inside a transaction it cannot pause, and another
    /// view is opened.</summary>
    /// <param name="next">The position after what comes next.</param>
    /// <param name="isAtEnd">True if no transaction is open before it.</param>
    /// <returns>True if it must wait until the tables are read.</returns>
    public bool PausesBefore(SourcePosition next, bool isAtEnd)
    {
        var isShown = true;
        if (_view is not { } view || !TryOrder(() => isShown = view.Covers(next)) || isShown)
        {
            return false;
        }

        if (isAtEnd)
        {
            return _isBeforeLater = true;
        }

        _attempts++;
        GiveUp();
        _isWaiting = _isForVisibility = true;
        return false;
    }

    /// <summary>The tables are being read in a view while the stream is paused: nothing else is done meanwhile.</summary>
    public void Hold()
    {
        GiveUp();
        _isHeld = true;
    }

    /// <summary>The stream continues.</summary>
    public void Release() => _isHeld = false;

    /// <summary>Carries out a request.</summary>
    /// <param name="change">What it does to the state.</param>
    /// <param name="keepsWindow">True if the open window remains valid, as it does when a snapshot is added.</param>
    public void Apply(Func<SnapshotState, SnapshotState> change, bool keepsWindow = false)
    {
        var current = _job >= 0 && _job < _state.Jobs.Length ? _state.Jobs[_job].Id : null;
        _state = change(_state);
        if (keepsWindow)
        {
            // Snapshots before it may be gone.
            _job = current is null ? _job : _state.IndexOf(current);
        }
        else
        {
            _attempts = _failures = 0;
            GiveUp();
        }
    }

    /// <summary>Takes the rows of the window if it is closed; they are delivered at <see cref="Place"/>, before anything else of the
    /// stream.</summary>
    /// <returns>Null if no window is closed. Without any rows only the state has changed.</returns>
    public SnapshotEmission? TakeEmission()
    {
        if (_isHeld)
        {
            return null;
        }

        var isClosed = false;
        if (_window is not { High: not null } window || _place is not { } place || !_rules.IsBoundary(_isAtEnd)
            || !TryOrder(() => isClosed = window.IsClosedAt(place)) || !isClosed)
        {
            return null;
        }

        var emission = SnapshotEmission.Of(window, _state, _job, _table, _rules);
        _state = emission.After;
        _window = null;
        return emission;
    }

    /// <summary>A machine that continues independently from the same point, for tests of the interleavings.</summary>
    public SnapshotMachine Copy() => new(this);

    /// <summary>Its content as text: equal for machines that behave equally.</summary>
    public string Describe() => $"{_state.ToJson()} {_window?.Describe()} {_action?.Kind} {_place} {_isAtEnd} {_isWaiting} "
        + $"{_isForVisibility} {_view} {_isBeforeLater} {_isHeld} {_isPaced} {_attempts} {_failures} "
        + $"{_found.Describe()} {_job} {_table}";

    private TableProgress Current
    {
        get => _state.Jobs[_job].Tables[_table];
        set => _state = _state.With(_job, _table, value);
    }

    /// <summary>False if an action was given up, so that nobody needs its answer.</summary>
    public bool IsWaitedFor(SnapshotAction action) => _action?.Number == action.Number;

    private bool Takes(SnapshotAction action)
    {
        if (!_rules.IsAnswer(_action, action))
        {
            return false;
        }

        _action = null;
        return true;
    }

    /// <summary>Abandons the window and whatever was asked for it.</summary>
    private void GiveUp()
    {
        if (!_rules.AbandonsWindow && _window is { IsSpoiled: false })
        {
            return;
        }

        _window = null;
        _view = null;
        _isBeforeLater = false;
        _action = null;
        _isWaiting = _isForVisibility = _isPaced = false;
    }

    private void Fail(string reason)
    {
        Current = Current with { Status = SnapshotTableStatus.Failed, Reason = reason };
        _attempts = _failures = 0;
        GiveUp();
    }

    /// <summary>Notes a row to read again; all rows if its key is not known yet.</summary>
    private void Owe(string database, string table, SnapshotKey? key)
    {
        if (key is null)
        {
            _state = _state.ForEachReading(database, table, static progress => progress.IsKeysOnly ? progress : progress.AsNew);
            return;
        }

        _state = _state.ForEachReading(database, table,
            progress => progress.Again.Contains(key) ? progress
                : progress.Again.Length >= _limits.MaxAgain && !progress.IsKeysOnly ? progress.AsNew
                : progress with { Again = progress.Again.Add(key) });
        if (_window is { } window && window.Table.Database == database && window.Table.Name == table)
        {
            window.Owe(key);
        }
    }

    /// <summary>False if positions cannot be ordered: the server is another one (R61), so that the window is opened again after a
    /// wait.</summary>
    private bool TryOrder(Action compare)
    {
        try
        {
            compare();
            return true;
        }
        catch (InvalidOperationException)
        {
            _attempts++;
            _found.Outdate();
            GiveUp();
            _isWaiting = true;
            return false;
        }
    }
}
