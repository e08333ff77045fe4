using CdcEmbedded.Offsets;

namespace CdcEmbedded.Sources;

/// <summary>One entry of a <see cref="FeedBatch"/>: changes, another item, the end of a transaction, or bare progress.</summary>
public readonly struct FeedEntry
{
    private readonly object _content;

    private FeedEntry(object content) => _content = content;

    /// <summary>The changes; null for other entries.</summary>
    public ChangeSet? Changes => _content as ChangeSet;

    /// <summary>A schema change, a heartbeat or a notice; null for other entries.</summary>
    public StreamItem? Item => _content as StreamItem;

    /// <summary>The transaction that ends with this entry; null where none does.</summary>
    public TransactionInfo? EndedTransaction => _content switch
    {
        ChangeSet { End: not null } set => set.Transaction,
        FeedMark { IsEnd: true } mark => mark.Transaction,
        _ => null,
    };

    /// <summary>The position to resume from after the whole entry.</summary>
    public SourcePosition Position => Place.Position;

    /// <summary>The same with the counters of open transactions.</summary>
    internal StreamPlace Place => _content switch
    {
        ChangeSet set => set.PlaceAfter(set.Count - 1),
        StreamItem item => item.Place,
        CountedPosition counted => counted.Place,
        FeedMark mark => StreamPlace.Of(mark.Position ?? throw new InvalidOperationException("The entry has no position.")),
        _ => StreamPlace.Of((SourcePosition)_content),
    };

    /// <summary>The end of a transaction, or where one resumes, before the engine has counted it.</summary>
    internal FeedMark? Mark => _content as FeedMark;

    /// <summary>Asks when everything before it is acknowledged; null for other entries.</summary>
    internal AcknowledgementProbe? Probe => (_content as CountedPosition)?.Probe;

    /// <summary>Bare progress, before the engine has counted it.</summary>
    internal SourcePosition? Progress => _content as SourcePosition;

    /// <summary>Changes.</summary>
    public static FeedEntry Of(ChangeSet changes) => new(changes);

    /// <summary>Any other item.</summary>
    public static FeedEntry Of(StreamItem item) => new(item);

    /// <summary>Progress without anything to yield, as after filtered traffic.</summary>
    public static FeedEntry Of(SourcePosition position) => new(position);

    internal static FeedEntry Of(FeedMark mark) => new(mark);

    /// <summary>Progress inside of transactions.</summary>
    internal static FeedEntry Of(StreamPlace place)
        => new(ReferenceEquals(place.State, PlaceState.None) ? place.Position : new CountedPosition(place));

    /// <summary>A probe at a place.</summary>
    internal static FeedEntry Of(StreamPlace place, AcknowledgementProbe probe) => new(new CountedPosition(place, probe));

    private sealed class CountedPosition(StreamPlace place, AcknowledgementProbe? probe = null)
    {
        public StreamPlace Place { get; } = place;

        public AcknowledgementProbe? Probe { get; } = probe;
    }
}
