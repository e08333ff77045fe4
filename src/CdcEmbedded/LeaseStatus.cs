namespace CdcEmbedded;

/// <summary>The lease of an engine, as this instance last saw it. Immutable.</summary>
public sealed class LeaseStatus
{
    /// <summary>True if this instance is the active one, and its lease has not run out.</summary>
    public required bool IsHeld { get; init; }

    /// <summary>Who holds it; null if nobody does, or nothing was read yet.</summary>
    public string? Owner { get; init; }

    /// <summary>Its number, which grows with each take-over: effects outside the store's database can be fenced with it.</summary>
    /// <value>0 before the first instance.</value>
    public long Fence { get; init; }
}
