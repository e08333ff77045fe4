namespace CdcEmbedded.Offsets;

/// <summary>The state of snapshots at one place of the stream. Immutable.</summary>
internal interface ISnapshotState
{
    /// <summary>The JSON object for the offset.</summary>
    string ToJson();
}
