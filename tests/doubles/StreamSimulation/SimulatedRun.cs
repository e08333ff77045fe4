using CdcEmbedded.DeadLetters;
using CdcEmbedded.Hosting;
using CdcEmbedded.Sources;

namespace CdcEmbedded.StreamSimulation;

/// <summary>The source of one engine of an instance, and what that engine has delivered.</summary>
internal class SimulatedRun(SimulatedWorld world, SimulatedInstance instance) : ISource
{
    private readonly Dictionary<int, int> _lastOfKey = [];
    private readonly HashSet<int> _parked = [];
    private HashSet<long> _letters = [];
    private int _start = -1;
    private int _last;

    protected SimulatedWorld World => world;

    public string Connector => world.Script.Source.Connector;

    public StartPosition DefaultStart => StartPosition.Earliest;

    public SourcePosition ReadPosition(CdcOffset offset) => world.Script.Source.ReadPosition(offset);

    public ValueTask<SourceConnection> ConnectAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
    {
        instance.ThrowIfDead();
        if (_start < 0)
        {
            _start = _last = world.Script.CountBefore(start.Offset?.ToString());
            _letters = [.. instance.LoadedLetters];
            instance.Run = this;
            world.Journal.Require(_start == instance.LastSeen, $"{instance} starts after {_start}, and {instance.LastSeen} are stored");
        }

        return world.Script.Source.ConnectAsync(context, start, cancellationToken);
    }

    /// <summary>A handler begins with a change: each key continues where this run has left it, or where it has started.</summary>
    public void OnBegin(int change)
    {
        var key = world.Script.KeyOf(change);
        var last = LastOf(key);
        world.Journal.Require(change > _start, $"{instance} repeats {change}, which is stored: it has started after {_start}");
        world.Journal.Require(change > last, $"{instance} repeats {change} after {last} of key {key}");
        for (var between = Math.Max(last, _start) + 1; between < change; between++)
        {
            world.Journal.Require(world.Gathers || world.Script.KeyOf(between) != key,
                $"{instance} begins with {change} of key {key} before {between}");
        }

        for (var between = _last + 1; between < change; between++)
        {
            world.Journal.Require(world.IsKeyed || world.Gathers || _parked.Contains(between),
                $"{instance} begins with {change} before {between}");
        }

        world.Journal.Require(world.IsKeyed || world.Gathers || change > _last, $"{instance} begins with {change} after {_last}");
        RequireFree(key, $"{instance} begins with {change}");
    }

    /// <summary>A handler begins with a row that was read: never one that is older than what the stream has delivered of its key.</summary>
    public void OnBeginRead(int key, int change)
    {
        var last = Math.Max(LastOf(key), world.Script.LastOf(key, _start));
        world.Journal.Require(change >= last, $"{instance} reads key {key} as change {change} left it, after {last}");
        RequireFree(key, $"{instance} begins with the row of key {key}");
    }

    public void OnHandled(int change)
    {
        _lastOfKey[world.Script.KeyOf(change)] = change;
        _last = change;
    }

    public void OnRead(int key, int change) => _lastOfKey[key] = change;

    public void OnParked(int key, int change, DeadLetter letter)
    {
        _letters.Add(letter.Id);
        _parked.Add(change);
        _lastOfKey[key] = Math.Max(change, LastOf(key));
    }

    private int LastOf(int key) => _lastOfKey.GetValueOrDefault(key, 0);

    /// <summary>No letter of the key is left of those that this run must know.</summary>
    private void RequireFree(int key, string what)
    {
        foreach (var letter in world.Letters.Letters)
        {
            world.Journal.Require(!_letters.Contains(letter.Id) || SimulatedLetters.KeyOf(letter) != key,
                $"{what}, and {SimulatedLetters.ChangeOf(letter)} of key {key} is a dead letter");
        }
    }
}
