namespace CdcEmbedded.Sources;

/// <summary>Where reading goes on after an item, in the source's own terms; made into an <see cref="CdcOffset"/> only when one is stored.
/// Immutable and safe from any thread.</summary>
public abstract class SourcePosition
{
    /// <summary>The offset to store. Built anew at each call.</summary>
    public abstract CdcOffset ToOffset();

    /// <summary>Whether no transaction is open here, so that reading goes on with the next one.</summary>
    public abstract bool IsTransactionEnd { get; }
}
