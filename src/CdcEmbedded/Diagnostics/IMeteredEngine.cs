namespace CdcEmbedded.Diagnostics;

/// <summary>What the instruments ask of a running engine. Called by listeners, on any thread.</summary>
internal interface IMeteredEngine
{
    /// <summary>The engine's name.</summary>
    string Name { get; }

    /// <summary>The kind of its source.</summary>
    string Connector { get; }

    /// <summary>Its state.</summary>
    EngineStatus Status { get; }

    /// <summary>The delivered changes by table and operation, counted while somebody listens.</summary>
    IEnumerable<ChangeCount> Changes { get; }

    /// <summary>The number of notices of each kind that the source has reported; index is the kind.</summary>
    ReadOnlySpan<long> Notices { get; }

    /// <summary>Number of offsets that were stored.</summary>
    long Commits { get; }

    /// <summary>The snapshots that are not over.</summary>
    IReadOnlyList<SnapshotStatus> Snapshots { get; }

    /// <summary>Returns the distances from the log's ends as they were last measured, and has them measured again if that is long ago.
    /// Never waits.</summary>
    (long? BytesAfter, long? HeadroomBytes, TimeSpan? HeadroomTime) MeasureLog();
}
