namespace CdcEmbedded;

/// <summary>A way on which signals arrive, such as a Kafka topic. An application implements it and adds
/// it to <see cref="SnapshotOptions.Signals"/>.</summary>
/// <remarks>The engine reads each channel in a task of its own while its loop runs. A channel that fails is read again after a wait; it
/// never stops the stream.</remarks>
public interface ISnapshotSignalChannel
{
    /// <summary>Names the channel for ever: its position is stored under this name. The channels of an engine
    /// have different names.</summary>
    string Name { get; }

    /// <summary>Reads the signals. A signal is stored when the engine asks for the next one: only then may the channel forget it.</summary>
    /// <param name="position">The <see cref="SnapshotSignal.Position"/> of the last signal that was stored; null if there is none.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The signals, in their order. A channel that ends is not read again in this run.</returns>
    IAsyncEnumerable<SnapshotSignal> ReadAsync(string? position, CancellationToken cancellationToken);
}
