using System.Collections.Immutable;

namespace CdcEmbedded.Snapshots;

/// <summary>What is stored of commands and signals. Immutable.</summary>
internal sealed record AcceptedCommands
{
    /// <summary>Most requests that may wait until they are carried out and an offset that says so is stored.</summary>
    public const int MaxRequests = 1024;

    // Room for what pauses, resumes and stops the requests.
    private const int MaxCommands = 2 * MaxRequests;
    private const int MaxSignals = 1024;

    public static readonly AcceptedCommands None = new();

    public ImmutableList<SnapshotCommand> Commands { get; init; } = [];

    /// <summary>The ids of the last signals, by which a repeated one is recognized.</summary>
    public ImmutableList<string> Signals { get; init; } = [];

    /// <summary>The positions of the channels by their names.</summary>
    public ImmutableSortedDictionary<string, string> Channels { get; init; }
        = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public long LastNumber => Commands.IsEmpty ? 0 : Commands[^1].Number;

    /// <summary>True if a command may be added. None that was accepted is ever dropped for it (R72).</summary>
    /// <param name="command">The command.</param>
    /// <param name="done">The number of the last one that was carried out.</param>
    public bool HasRoomFor(SnapshotCommand command, long done)
        => Commands.Count(each => each.Number > done) < (command.IsRequest ? MaxRequests : MaxCommands);

    /// <summary>True if a signal was accepted before. The id of one that waits is known however many came after it.</summary>
    public bool Knows(string signal) => Signals.Contains(signal) || Commands.Exists(each => each.IsRequest && each.Id == signal);

    public AcceptedCommands With(SnapshotCommand command) => this with { Commands = Commands.Add(command) };

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
