namespace CdcEmbedded.Sources;

/// <summary>Entries that one read of a source gave, in their order. Filled by the feed, then handed over and never changed.</summary>
public sealed class FeedBatch
{
    private readonly List<FeedEntry> _entries = new(16);

    /// <summary>The entries.</summary>
    public IReadOnlyList<FeedEntry> Entries => _entries;

    /// <summary>The same, for the engine: without interface calls.</summary>
    internal List<FeedEntry> EntryList => _entries;

    /// <summary>The number of changes in all entries.</summary>
    public int ChangeCount { get; private set; }

    /// <summary>The bytes that the entries keep alive.</summary>
    public long ByteSize { get; private set; }

    /// <summary>Whether one of the entries is a <see cref="Notice"/>.</summary>
    internal bool HasNotice { get; private set; }

    /// <summary>Adds the changes of one log event.</summary>
    public void Add(ChangeSet changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        _entries.Add(FeedEntry.Of(changes));
        ChangeCount += changes.Count;
        ByteSize += changes.ByteSize;
    }

    /// <summary>Adds a transaction's begin or end, a schema change, a heartbeat, or a notice.</summary>
    public void Add(StreamItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        _entries.Add(FeedEntry.Of(item));
        HasNotice |= item is Notice;
        ByteSize += ItemSize;
    }

    /// <summary>Adds progress without anything to yield; replaces bare progress that stands last.</summary>
    public void Add(SourcePosition position)
    {
        ArgumentNullException.ThrowIfNull(position);
        if (_entries.Count > 0 && _entries[^1] is { Changes: null, Item: null })
        {
            _entries[^1] = FeedEntry.Of(position);
            return;
        }

        _entries.Add(FeedEntry.Of(position));
        ByteSize += ItemSize;
    }

    /// <summary>A rough size of a small object with its position.</summary>
    private const int ItemSize = 128;
}
