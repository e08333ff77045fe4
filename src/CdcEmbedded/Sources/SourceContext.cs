using CdcEmbedded.Offsets;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Sources;

/// <summary>What the engine tells a source when it opens it.</summary>
public sealed class SourceContext
{
    private readonly SourceNotes? _notes;
    private readonly Lazy<SourceNotes> _ownNotes = new(static () => new SourceNotes(new InMemoryOffsetStore(), "source"));

    /// <summary>The engine's name: <see cref="SourceInfo.Name"/> of every event.</summary>
    public required string Name { get; init; }

    /// <summary>Makes the source's logger.</summary>
    public required ILoggerFactory LoggerFactory { get; init; }

    /// <summary>The clock of time-outs and waits.</summary>
    public required TimeProvider TimeProvider { get; init; }

    /// <summary>How many changes a batch holds at most before it is handed over, unless one log event holds more.</summary>
    public required int MaxBatchSize { get; init; }

    /// <summary>Whether the consumer enumerates transaction begins and ends, and schema changes: only then the feed makes them.
    /// Notices it makes in any case.</summary>
    public bool WantsTransactionItems { get; init; }

    /// <summary>Whether the feed ends at the log's end as it was when it was first opened, instead of waiting for more.</summary>
    public bool StopWhenCaughtUp { get; init; }

    /// <summary>What the source must remember beside its offset.</summary>
    /// <value>The engine gives notes in its offset store; left unset, they live in memory as long as this context.</value>
    public SourceNotes Notes
    {
        get => _notes ?? _ownNotes.Value;
        init => _notes = value;
    }
}
