namespace CdcEmbedded;

/// <summary>An application's own rule for when tables are read without a request, instead of a <see cref="SnapshotMode"/>.</summary>
public interface ISnapshotPolicy
{
    /// <summary>Decides what is read: once at each start, and again when the position is lost. It must not block.</summary>
    /// <param name="facts">What the engine knows.</param>
    /// <returns>What to read.</returns>
    SnapshotDecision Decide(SnapshotFacts facts);
}
