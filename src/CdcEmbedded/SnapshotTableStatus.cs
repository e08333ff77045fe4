namespace CdcEmbedded;

/// <summary>How far the reading of one table in a snapshot is.</summary>
public enum SnapshotTableStatus : byte
{
    /// <summary>Not begun.</summary>
    Waiting,

    /// <summary>Begun, not complete. A paused snapshot leaves its table in this state.</summary>
    Reading,

    /// <summary>Every row has been delivered.</summary>
    Completed,

    /// <summary>Given up after several attempts; the reason says why. Resuming the snapshot tries again.</summary>
    Failed,

    /// <summary>Ended by a request before it was complete.</summary>
    Stopped,
}
