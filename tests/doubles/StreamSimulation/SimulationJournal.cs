namespace CdcEmbedded.StreamSimulation;

/// <summary>What has happened in one schedule, and the first thing that must not happen.</summary>
internal sealed class SimulationJournal
{
    private readonly List<string> _lines = [];
    private readonly Dictionary<string, long> _counts = [];

    public IReadOnlyList<string> Lines => _lines;

    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>What does not hold; null while everything does.</summary>
    public string? Violation { get; private set; }

    /// <summary>A hash of everything that has happened: the same for the same seed.</summary>
    public uint Digest { get; private set; } = 2_166_136_261;

    public void Require(bool condition, string text)
    {
        if (!condition)
        {
            Violation ??= text;
        }
    }

    public void Note(string text, string count)
    {
        _lines.Add(text);
        _counts[count] = _counts.GetValueOrDefault(count) + 1;
        foreach (var c in text)
        {
            Digest = (Digest ^ c) * 16_777_619;
        }
    }
}
