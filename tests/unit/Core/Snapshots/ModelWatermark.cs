namespace CdcEmbedded.Tests.Snapshots;

/// <summary>What a server says of the commits that are visible.</summary>
internal enum ModelWatermark
{
    /// <summary>It has a list of them, as MySQL with GTIDs and MariaDB.</summary>
    Executed,

    /// <summary>Nothing: LOW is a row whose commit has returned, which makes everything before it visible, and HIGH is the log's
    /// end.</summary>
    SignalRow,

    /// <summary>Nothing: reads wait for the time of LOW, and say up to which time they saw; HIGH is before what happened at that time, as
    /// MongoDB.</summary>
    ClusterTime,
}
