namespace CdcEmbedded;

/// <summary>A transaction of the source. Adapters derive from it. Immutable; safe from any thread.</summary>
public abstract class TransactionInfo
{
    /// <summary>Its name in the source: a GTID, or the file and position of its start.</summary>
    public abstract string Id { get; }

    /// <summary>When it was committed, in UTC, as exactly as the source's log says.</summary>
    public abstract DateTimeOffset Timestamp { get; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
