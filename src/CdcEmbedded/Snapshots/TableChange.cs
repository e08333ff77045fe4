using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>What a window needs to know of one change of the stream.</summary>
/// <param name="Operation">What it did.</param>
/// <param name="Key">Its key; may be no record.</param>
/// <param name="Before">The row before it; may be no record.</param>
/// <param name="After">The row after it; may be no record.</param>
/// <param name="IsHalf">True if it is one half of a change of the key.</param>
/// <param name="IsProvisional">True if its transaction may still be rolled back.</param>
internal readonly record struct TableChange(ChangeOperation Operation, DataRecord Key, DataRecord Before, DataRecord After,
    bool IsHalf = false, bool IsProvisional = false)
{
    public static TableChange Of(ChangeSet set, int change) => new(set.GetOperation(change), set.GetKey(change), set.GetBefore(change),
        set.GetAfter(change), set.GetRelatedKey(change).HasValue, set.IsProvisional);
}
