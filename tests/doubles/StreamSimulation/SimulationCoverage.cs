namespace CdcEmbedded.StreamSimulation;

/// <summary>What has become of each change of a script, whichever instance did it.</summary>
/// <param name="script">The changes.</param>
/// <param name="gathers">True if only the last change of each key of a batch, or of joined batches, is handled.</param>
/// <param name="hasTables">True if the rows of the table are read beside the stream.</param>
internal sealed class SimulationCoverage(SimulatedScript script, bool gathers, bool hasTables)
{
    private readonly bool[] _isHandled = new bool[script.Count + 1];
    private readonly bool[] _isParked = new bool[script.Count + 1];
    private readonly bool[] _isRead = new bool[script.Keys];

    /// <summary>The number of the last change that a stored offset is after.</summary>
    public int Stored { get; set; }

    /// <summary>True if every change is handled, or is a dead letter, and so is the row of every key without changes.</summary>
    public bool IsComplete => Enumerable.Range(1, script.Count).All(IsHandledOrParked)
        && (!hasTables || Enumerable.Range(0, script.Keys).All(key => _isRead[key] || script.LastOf(key, script.Count) > 0));

    /// <returns>False if it was handled before.</returns>
    public bool Handle(int change)
    {
        var isFirst = !_isHandled[change];
        _isHandled[change] = true;
        return isFirst;
    }

    public void Park(int change) => _isParked[change] = true;

    public void ReadRow(int key) => _isRead[key] = true;

    public bool IsHandledOrParked(int change) => IsCovered(change, _isHandled, _isParked);

    public bool IsHandled(int change) => IsCovered(change, _isHandled);

    /// <summary>True if a change is marked, or need not be: of a key, only the last change counts where batches are joined.</summary>
    private bool IsCovered(int change, params bool[][] marks)
    {
        for (var later = change; later <= (gathers ? script.Count : change); later++)
        {
            if (script.KeyOf(later) == script.KeyOf(change) && Array.Exists(marks, marked => marked[later]))
            {
                return true;
            }
        }

        // The row was read as this change, or a later one, had left it.
        return gathers && _isRead[script.KeyOf(change)];
    }
}
