using CdcEmbedded.Sources;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>The model's only table.</summary>
internal sealed class ModelTable() : SnapshotTable("d", "t")
{
    public static readonly SnapshotKey[] Keys = [.. Enumerable.Range(0, 10).Select(k => new SnapshotKey($"{k}"))];

    public override SnapshotKey? KeyOf(DataRecord record) => Keys[record["k"].AsInt64()];
}
