namespace CdcEmbedded.Hosting.Delivery;

/// <summary>The calls that a batch needs, in their order, and what has become of those that failed.</summary>
internal sealed class BatchWork
{
    private readonly List<(HandlerEntry Handler, IReadOnlyList<ChangeEvent> Changes)> _calls = [];
    private readonly Dictionary<int, int> _failures = [];
    private readonly Dictionary<int, (HandlerException Failure, int Attempts)> _parked = [];
    private int _next;

    public BatchWork(IReadOnlyList<ChangeEvent> changes, IReadOnlyList<HandlerEntry> handlers)
    {
        foreach (var change in changes)
        {
            foreach (var handler in handlers)
            {
                if (!handler.IsBatch && handler.Matches(change))
                {
                    _calls.Add((handler, [change]));
                }
            }
        }

        foreach (var handler in handlers)
        {
            if (handler.IsBatch && changes.Where(handler.Matches).ToList() is { Count: > 0 } matching)
            {
                _calls.Add((handler, matching));
            }
        }
    }

    /// <summary>The next call; null after the last.</summary>
    public (HandlerEntry Handler, IReadOnlyList<ChangeEvent> Changes)? Current => _next < _calls.Count ? _calls[_next] : null;

    public void MoveNext() => _next++;

    /// <summary>Everything was rolled back.</summary>
    public void Restart() => _next = 0;

    /// <summary>Counts a failed attempt of the current call, or of what surrounds the calls.</summary>
    /// <returns>Number of its failures.</returns>
    public int CountFailure(Exception failure)
    {
        var call = failure is HandlerException ? _next : -1;
        return _failures[call] = _failures.GetValueOrDefault(call) + 1;
    }

    /// <summary>The current call is not made any more: its changes are skipped or stored as dead letters.</summary>
    public void Park(HandlerException failure, int attempts) => _parked[_next] = (failure, attempts);

    /// <summary>How the current call has failed for the last time; null if it is to be made.</summary>
    public (HandlerException Failure, int Attempts)? ParkedOf((HandlerEntry Handler, IReadOnlyList<ChangeEvent> Changes) call)
        => _parked.TryGetValue(_next, out var parked) && ReferenceEquals(parked.Failure.Handler, call.Handler) ? parked : null;
}
