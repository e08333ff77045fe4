using System.Collections.Immutable;

namespace CdcEmbedded.Snapshots;

/// <summary>What is stored of commands and signals. Immutable.</summary>
internal sealed record AcceptedCommands
{
    // Commands that were carried out are removed with the next one; more than these are never waiting.
    private const int MaxCommands = 1024;
    private const int MaxSignals = 1024;

    public static readonly AcceptedCommands None = new();

    public ImmutableList<SnapshotCommand> Commands { get; init; } = [];

    /// <summary>The ids of the last signals, by which a repeated one is recognized.</summary>
    public ImmutableList<string> Signals { get; init; } = [];

    /// <summary>The positions of the channels by their names.</summary>
    public ImmutableSortedDictionary<string, string> Channels { get; init; }
        = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public long LastNumber => Commands.IsEmpty ? 0 : Commands[^1].Number;

    public AcceptedCommands With(SnapshotCommand command)
    {
        var commands = Commands.Add(command);
        return this with { Commands = commands.Count > MaxCommands ? commands.RemoveAt(0) : commands };
    }

    public AcceptedCommands With(SignalMark mark)
    {
        var result = this;
        if (mark.Id is { } id)
        {
            var signals = Signals.Add(id);
            result = result with { Signals = signals.Count > MaxSignals ? signals.RemoveAt(0) : signals };
        }

        return mark is { Channel: { } channel, Position: { } position }
            ? result with { Channels = result.Channels.SetItem(channel, position) } : result;
    }

    /// <summary>Removes what was carried out, but the last command, so that numbers never start again.</summary>
    public AcceptedCommands Without(long done)
        => this with { Commands = Commands.RemoveAll(command => command.Number <= done && command != Commands[^1]) };
}
