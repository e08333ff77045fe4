using CdcEmbedded.DeadLetters;
using CdcEmbedded.Offsets;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Hosting.Delivery;

/// <summary>What the delivery of one run of a stream has: its definition, options and services.</summary>
internal sealed class StreamRun
{
    public required string Name { get; init; }

    public required IReadOnlyList<HandlerEntry> Handlers { get; init; }

    public required CdcStreamOptions Options { get; init; }

    public required IServiceProvider Services { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    public IDeadLetterStore? DeadLetters { get; init; }

    /// <summary>The keys whose later changes follow a dead letter; null if later changes are handled.</summary>
    public HeldKeys? Held { get; init; }

    /// <summary>True if dead letters are part of the transactions.</summary>
    public bool SharesTransactions { get; init; }

    /// <summary>Where batches have transactions; null for none.</summary>
    public IOffsetTransactions? Transactions { get; init; }

    /// <summary>The engine that reads; null for a replay.</summary>
    public CdcEngine? Engine { get; init; }

    /// <summary>What the health check reports.</summary>
    public required StreamProgress Progress { get; init; }
}
