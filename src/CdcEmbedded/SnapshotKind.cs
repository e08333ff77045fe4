namespace CdcEmbedded;

/// <summary>How a snapshot relates to the stream.</summary>
public enum SnapshotKind : byte
{
    /// <summary>In chunks beside the stream, each in a window of its own: no lock, no long transaction, and the stream continues.</summary>
    Incremental,

    /// <summary>In one consistent read view, from which the stream begins. If it is interrupted, the rest is read in chunks
    /// beside the stream.</summary>
    Initial,

    /// <summary>In one consistent read view, while the stream is paused exactly where the view is in the log: also tables without a key.
    /// If it is interrupted, the rest is read in chunks beside the stream.</summary>
    Blocking,
}
