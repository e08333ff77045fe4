namespace CdcEmbedded.Offsets;

/// <summary>What an offset has besides the source's position: the transactions that are open there, and the state of snapshots. One object
/// serves all places that have it in common. Immutable.</summary>
/// <param name="open">The open transactions; never changed.</param>
/// <param name="snapshot">The state of snapshots; null for none.</param>
internal sealed class PlaceState(TransactionCounters[] open, ISnapshotState? snapshot)
{
    /// <summary>No transaction is open, and there is no snapshot.</summary>
    public static readonly PlaceState None = new(TransactionCounters.None, null);

    /// <summary>The open transactions; empty outside of one.</summary>
    public TransactionCounters[] Open => open;

    /// <summary>The state of snapshots; null for none.</summary>
    public ISnapshotState? Snapshot => snapshot;

    public static PlaceState Of(TransactionCounters[] open, ISnapshotState? snapshot)
        => open.Length == 0 && snapshot is null ? None : new PlaceState(open, snapshot);

    /// <summary>The same with another snapshot state.</summary>
    public PlaceState With(ISnapshotState? state) => Of(open, state);

    /// <summary>The same with one more open transaction.</summary>
    public PlaceState And(TransactionCounters counters) => new(open.Length == 0 ? [counters] : [.. open, counters], snapshot);
}
