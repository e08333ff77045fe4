using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>What a feed gave.</summary>
internal sealed record EventListRun(List<FeedEntry> Entries, Exception? Failure)
{
    /// <summary>Begins and ends as ( and ), heartbeats as *, rows by their number, truncates as T; bare progress is skipped.</summary>
    public string Text => string.Join(' ', Items.Select(Describe).Where(text => text.Length > 0));

    /// <summary>All that each entry says, its offset included.</summary>
    public List<string> Details => [.. Entries.SelectMany(Detail)];

    /// <summary>Changes and other items, in their order.</summary>
    public List<StreamItem> Items => [.. Entries.SelectMany(ItemsOf)];

    /// <summary>The changes, in their order.</summary>
    public List<ChangeEvent> Changes => [.. Items.OfType<ChangeEvent>()];

    /// <summary>The offset of the last entry.</summary>
    public CdcOffset LastOffset => Entries[^1].Place.ToOffset(null);

    /// <summary>The offset after the n-th change, counted from 0.</summary>
    public CdcOffset OffsetAfter(int change)
    {
        foreach (var set in Entries.Select(e => e.Changes).OfType<ChangeSet>())
        {
            if (change < set.Count)
            {
                return set.PlaceAfter(change).ToOffset(null);
            }

            change -= set.Count;
        }

        throw new ArgumentOutOfRangeException(nameof(change));
    }

    private static IEnumerable<StreamItem> ItemsOf(FeedEntry entry) => entry switch
    {
        { Changes: { } set } => Enumerable.Range(0, set.Count).Select(set.ToEvent),
        { Item: { } item } => [item],
        _ => [],
    };

    private static string Describe(StreamItem item) => item switch
    {
        ChangeEvent { Operation: ChangeOperation.Truncate } => "T",
        ChangeEvent change => change.After["id"].ToString() ?? "",
        TransactionBegin => "(",
        TransactionEnd => ")",
        Heartbeat => "*",
        _ => "",
    };

    private static IEnumerable<string> Detail(FeedEntry entry) => entry switch
    {
        { Changes: { } set } => Enumerable.Range(0, set.Count).Select(i => Detail(set.ToEvent(i), set.PlaceAfter(i).ToOffset(null))),
        { Item: { } item } => [$"{item} {entry.Place.ToOffset(null)}"],
        _ => [$"{entry.Place.ToOffset(null)}"],
    };

    private static string Detail(ChangeEvent change, CdcOffset offset)
        => $"{change.EventId} {change.Operation} {change.TotalOrder}/{change.DataCollectionOrder} {change.Timestamp:O} "
            + $"{change.Transaction?.Id} {change.IsProvisional} {((MySqlSourceInfo)change.Source).Query?.Length} {Describe(change.Before)} "
            + $"{Describe(change.After)} {offset}";

    private static string Describe(DataRecord record) => record.HasValue ? record["id"].ToString() : "none";
}
