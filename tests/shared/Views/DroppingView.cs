using CdcEmbedded.Sources;

namespace CdcEmbedded.Tests.Views;

/// <summary>A view without some of the changes.</summary>
internal sealed class DroppingView : DelegatingChangeSet
{
    private readonly int[] _kept;

    private DroppingView(ChangeSet inner, int[] kept)
        : base(inner) => _kept = kept;

    public override int Count => _kept.Length;

    /// <summary>Returns the view of a set that keeps only some changes; null if it keeps none.</summary>
    public static ChangeSet? Of(ChangeSet set, Func<ChangeSet, int, bool> keeps)
    {
        int[] kept = [.. Enumerable.Range(0, set.Count).Where(change => keeps(set, change))];
        return kept.Length == 0 ? null : new DroppingView(set, kept);
    }

    protected override int InnerOf(int change) => _kept[change];
}
