using System.Globalization;

namespace CdcEmbedded.StreamSimulation;

/// <summary>What all schedules together have done: a simulation in which nothing happens proves nothing.</summary>
internal sealed class SimulationTotals
{
    private readonly Dictionary<string, long> _counts = [];
    private long _schedules;
    private uint _digest;

    public void Add(SimulatedWorld world)
    {
        _schedules++;
        _digest = (_digest ^ world.Journal.Digest) * 16_777_619;
        foreach (var (name, count) in world.Journal.Counts)
        {
            _counts[name] = _counts.GetValueOrDefault(name) + count;
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_schedules} schedules, digest {_digest:x8}: ")
        + string.Join(", ", _counts.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Value} {pair.Key}")));
}
