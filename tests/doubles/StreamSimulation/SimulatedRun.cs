using CdcEmbedded.Sources;

namespace CdcEmbedded.StreamSimulation;

/// <summary>The source of one engine of an instance, and what that engine has delivered.</summary>
internal sealed class SimulatedRun(SimulatedWorld world, SimulatedInstance instance) : ISource
{
    private readonly Dictionary<int, int> _lastOfKey = [];
    private int _start = -1;
    private int _last;

    public string Connector => world.Script.Source.Connector;

    public StartPosition DefaultStart => StartPosition.Earliest;

    public SourcePosition ReadPosition(CdcOffset offset) => world.Script.Source.ReadPosition(offset);

    public ValueTask<SourceConnection> ConnectAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
    {
        instance.ThrowIfDead();
        if (_start < 0)
        {
            _start = _last = world.Script.CountBefore(start.Offset?.ToString());
            instance.Run = this;
            world.Require(_start == instance.LastSeen, $"{instance} starts after {_start}, and {instance.LastSeen} are stored");
        }

        return world.Script.Source.ConnectAsync(context, start, cancellationToken);
    }

    /// <summary>A handler begins with a change: each key continues where this run has left it, or where it has started.</summary>
    public void OnBegin(int change)
    {
        var key = world.Script.KeyOf(change);
        var last = _lastOfKey.GetValueOrDefault(key, _start);
        world.Require(change > _start, $"{instance} repeats {change}, which is stored: it has started after {_start}");
        world.Require(change > last, $"{instance} repeats {change} after {last} of key {key}");
        for (var between = last + 1; between < change; between++)
        {
            world.Require(world.Script.KeyOf(between) != key, $"{instance} begins with {change} of key {key} before {between}");
        }

        world.Require(world.IsKeyed || change == _last + 1, $"{instance} begins with {change} after {_last}");
    }

    public void OnHandled(int change)
    {
        _lastOfKey[world.Script.KeyOf(change)] = change;
        _last = change;
    }
}
