using CdcEmbedded.Snapshots;

namespace CdcEmbedded;

/// <summary>Signals from a file to which others append lines: one JSON object a line, such as
/// <c>{"id":"1","type":"execute-snapshot","data":{"data-collections":["shop.orders"]}}</c>. Thread-safe.</summary>
/// <remarks>
/// <para>The file may appear later, grow, be truncated, or be replaced by rotation, which is seen by other first bytes or a smaller size.
/// A line counts when its line end is there. The position is stored with each signal, so that a restart reads none twice. What a rotated
/// file had at its end while no engine ran is not read.</para>
/// </remarks>
public sealed class FileSignalChannel : ISnapshotSignalChannel
{
    private readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    /// <summary>Creates the channel. The file is opened when an engine reads it.</summary>
    /// <param name="path">The file.</param>
    public FileSignalChannel(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FilePath = path;
        Name = "file:" + path;
    }

    /// <summary>The file.</summary>
    public string FilePath { get; }

    /// <inheritdoc/>
    /// <value>The default is <c>file:</c> with the path.</value>
    public string Name { get; init; }

    /// <summary>How often the file is looked at.</summary>
    /// <value>The default is 1 s; more than zero.</value>
    public TimeSpan PollInterval
    {
        get => _interval;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            _interval = value;
        }
    }

    /// <summary>The clock of the waits.</summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <inheritdoc/>
    public IAsyncEnumerable<SnapshotSignal> ReadAsync(string? position, CancellationToken cancellationToken)
        => new SignalFile(FilePath, PollInterval, TimeProvider).ReadAsync(SignalFilePosition.Parse(position), cancellationToken);
}
