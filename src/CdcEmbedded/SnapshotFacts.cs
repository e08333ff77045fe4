namespace CdcEmbedded;

/// <summary>What an <see cref="ISnapshotPolicy"/> decides by. Immutable.</summary>
public sealed class SnapshotFacts
{
    /// <summary>The stored offset; null at a first start.</summary>
    public CdcOffset? Offset { get; init; }

    /// <summary>True if the source can no longer read from the position, so that changes are missing.</summary>
    public bool IsPositionLost { get; init; }

    /// <summary>Why it is lost; else null.</summary>
    public string? Reason { get; init; }

    /// <summary>Snapshots of earlier runs that are not over; they are continued in any case.</summary>
    public IReadOnlyList<SnapshotStatus> Unfinished { get; init; } = [];
}
