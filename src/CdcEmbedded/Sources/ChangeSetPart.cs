using CdcEmbedded.Offsets;

namespace CdcEmbedded.Sources;

/// <summary>Consecutive changes of a set outside of transactions, as a set of their own: what is before a pause of the stream, or after
/// it.</summary>
internal sealed class ChangeSetPart : DelegatingChangeSet
{
    private readonly int _first;

    /// <param name="inner">The whole set.</param>
    /// <param name="first">The first change.</param>
    /// <param name="count">How many.</param>
    public ChangeSetPart(ChangeSet inner, int first, int count)
        : base(inner)
    {
        _first = first;
        Count = count;
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override long ByteSize => Inner.ByteSize * Count / Inner.Count;

    /// <inheritdoc/>
    /// <remarks>Unlike a view that drops changes: what follows its last change is still to come.</remarks>
    public override SourcePosition GetPosition(int change) => Inner.GetPosition(InnerOf(change));

    internal override ISnapshotState? SnapshotAfter(int change) => Inner.SnapshotAfter(InnerOf(change));

    /// <inheritdoc/>
    protected override int InnerOf(int change) => _first + change;
}
