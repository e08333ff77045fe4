using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>A user's own channel: signals that the test sends, numbered from 1.</summary>
internal sealed class MemorySignalChannel : ISnapshotSignalChannel
{
    private readonly Channel<SnapshotSignal> _signals = Channel.CreateUnbounded<SnapshotSignal>();

    public string Name => "memory";

    /// <summary>The positions with which reading began.</summary>
    public List<string?> Starts { get; } = [];

    /// <summary>How many signals the engine has stored.</summary>
    public int Stored { get; private set; }

    /// <summary>How many signals were sent.</summary>
    public int Sent { get; private set; }

    /// <summary>How often reading fails.</summary>
    public int Failures { get; set; }

    public void Send(string json, string? id = null)
        => _signals.Writer.TryWrite(SnapshotSignal.Parse(json, id, $"{++Sent}"));

    public async IAsyncEnumerable<SnapshotSignal> ReadAsync(string? position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Starts.Add(position);
        if (Failures-- > 0)
        {
            throw new TimeoutException("The channel cannot be read.");
        }

        await foreach (var signal in _signals.Reader.ReadAllAsync(cancellationToken))
        {
            yield return signal;
            Stored++;
        }
    }
}
