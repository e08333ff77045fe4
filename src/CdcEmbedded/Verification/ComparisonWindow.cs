using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Verification;

/// <summary>The span of the stream in which some rows of one table are read from the source and from the copy: remembers the keys that the
/// stream changes meanwhile. Thread-safe.</summary>
/// <remarks>It opens at a transaction's end P. The source is read after LOW covers P, then HIGH is taken; the copy is read after the
/// application has acknowledged P; the window closes when the stream has delivered HIGH and the copy has answered. The source has the rows
/// of a state between P and HIGH, and the copy has applied at least P and at most what was delivered before the window closes. So a row
/// that no change in the window concerns must be equal on both sides, and about the others nothing can be said.</remarks>
/// <param name="database">The database.</param>
/// <param name="table">The table.</param>
/// <param name="identify">Gives the key of a record as text; null if the record lacks it.</param>
internal sealed class ComparisonWindow(string database, string table, Func<DataRecord, string?> identify) : IStreamWatcher
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<SourcePosition> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AcknowledgementProbe _probe = new();
    private SourcePosition? _high;
    private bool _isWhollyTouched;

    /// <summary>Completes with P.</summary>
    public Task<SourcePosition> Opened => _opened.Task;

    /// <summary>Completes when the application has acknowledged P.</summary>
    public Task Acknowledged => _probe.Acknowledged;

    /// <summary>True if the stream was reopened: the readers must be too.</summary>
    public bool IsReopened { get; private set; }

    /// <summary>True if the table has other columns now.</summary>
    public bool IsAltered { get; private set; }

    /// <summary>Waits until the stream has delivered HIGH.</summary>
    public Task ReachAsync(SourcePosition high)
    {
        lock (_gate)
        {
            _high = high;
        }

        return _reached.Task;
    }

    /// <summary>Returns true if a change may have concerned the key.</summary>
    public bool HasTouched(string key)
    {
        lock (_gate)
        {
            return _isWhollyTouched || _touched.Contains(key);
        }
    }

    /// <inheritdoc/>
    public bool Watches(string inDatabase, string inTable) => inTable == table && inDatabase == database;

    /// <inheritdoc/>
    public void OnChange(in TableChange change)
    {
        lock (_gate)
        {
            var isKnown = Touch(change.Key);
            isKnown |= Touch(change.Before);
            isKnown |= Touch(change.After);
            _isWhollyTouched |= !isKnown || change.Operation == ChangeOperation.Truncate;
        }
    }

    /// <inheritdoc/>
    public void OnRow(DataRecord row)
    {
        lock (_gate)
        {
            Touch(row);
        }
    }

    /// <inheritdoc/>
    public void OnSchemaChange(string inDatabase, string inTable)
    {
        if (inDatabase == database && (inTable.Length == 0 || inTable == table))
        {
            lock (_gate)
            {
                IsAltered = _isWhollyTouched = true;
            }
        }
    }

    /// <inheritdoc/>
    public AcknowledgementProbe? OnBoundary(SourcePosition place)
    {
        lock (_gate)
        {
            if (_opened.TrySetResult(place))
            {
                return _probe;
            }

            if (_high is { } high && IsReached(place, high))
            {
                _reached.TrySetResult();
            }

            return null;
        }
    }

    /// <inheritdoc/>
    public void OnReopened()
    {
        lock (_gate)
        {
            if (_opened.Task.IsCompleted)
            {
                // Positions of the two sides may no longer be of one server.
                IsReopened = _isWhollyTouched = true;
                _reached.TrySetResult();
            }
        }
    }

    private bool Touch(DataRecord record)
    {
        if (!record.HasValue || identify(record) is not { } key)
        {
            return false;
        }

        _touched.Add(key);
        return true;
    }

    private bool IsReached(SourcePosition place, SourcePosition high)
    {
        try
        {
            return place.Covers(high);
        }
        catch (InvalidOperationException)
        {
            IsReopened = _isWhollyTouched = true;
            return true;
        }
    }
}
