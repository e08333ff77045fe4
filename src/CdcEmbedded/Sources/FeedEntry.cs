namespace CdcEmbedded.Sources;

/// <summary>One entry of a <see cref="FeedBatch"/>: the changes of a log event, another item, or bare progress.</summary>
public readonly struct FeedEntry
{
    private readonly object _content;

    private FeedEntry(object content) => _content = content;

    /// <summary>The changes of one log event; null for the other two.</summary>
    public ChangeSet? Changes => _content as ChangeSet;

    /// <summary>A transaction's begin or end, a schema change, a heartbeat, or a notice; null for the other two.</summary>
    public StreamItem? Item => _content as StreamItem;

    /// <summary>Where reading goes on after the whole entry.</summary>
    public SourcePosition Position => _content switch
    {
        ChangeSet set => set.GetPosition(set.Count - 1),
        StreamItem item => item.Position,
        _ => (SourcePosition)_content,
    };

    /// <summary>The changes of one log event.</summary>
    public static FeedEntry Of(ChangeSet changes) => new(changes);

    /// <summary>A transaction's begin or end, a schema change, a heartbeat, or a notice.</summary>
    public static FeedEntry Of(StreamItem item) => new(item);

    /// <summary>Progress without anything to yield, as after filtered traffic.</summary>
    public static FeedEntry Of(SourcePosition position) => new(position);
}
