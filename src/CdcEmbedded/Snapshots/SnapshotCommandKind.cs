namespace CdcEmbedded.Snapshots;

/// <summary>What a command does.</summary>
internal enum SnapshotCommandKind
{
    Request,
    Pause,
    Resume,
    Stop,
    Repair,
}
