namespace CdcEmbedded.StreamSimulation;

/// <summary>Calls that wait until the schedule lets them continue, or fails them.</summary>
internal sealed class Gates
{
    private readonly List<(SimulatedInstance Owner, string Name, TaskCompletionSource Gate)> _waiting = [];

    public int Count => _waiting.Count;

    public async ValueTask WaitAsync(SimulatedInstance owner, string name, CancellationToken cancellationToken)
    {
        var entry = (owner, name, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _waiting.Add(entry);
        try
        {
            await entry.Item3.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _waiting.Remove(entry);
        }
    }

    /// <summary>Lets one of the calls continue.</summary>
    public string Release(int index)
    {
        var (owner, name, gate) = _waiting[index];
        _waiting.RemoveAt(index);
        gate.SetResult();
        return $"{owner} continues {name}";
    }

    /// <summary>The calls of a killed process never return; here they end, so that nothing is left.</summary>
    public void FailAll(SimulatedInstance owner)
    {
        foreach (var entry in _waiting.FindAll(entry => entry.Owner == owner))
        {
            _waiting.Remove(entry);
            entry.Gate.SetException(new IOException("The process is gone."));
        }
    }
}
