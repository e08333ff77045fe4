using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Tests.Feed;

/// <summary>What a feed gave.</summary>
internal sealed record EventListRun(List<FeedEntry> Entries, Exception? Failure)
{
    /// <summary>Begins and ends as ( and ), heartbeats as *, rows by their number, truncates as T; bare progress is left out.</summary>
    public string Text => string.Join(' ', Entries.SelectMany(Describe));

    public CdcOffset LastOffset => Entries[^1].Place.ToOffset(null);

    /// <summary>The offset behind the n-th change.</summary>
    public CdcOffset OffsetBehind(int change)
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

    private static IEnumerable<string> Describe(FeedEntry entry) => entry switch
    {
        { Changes: { } set } => Enumerable.Range(0, set.Count).Select(i => set.GetOperation(i) == ChangeOperation.Truncate ? "T"
            : set.GetAfter(i)["id"].ToString() ?? ""),
        { Item: TransactionBegin } => ["("],
        { Item: TransactionEnd } => [")"],
        { Item: Heartbeat } => ["*"],
        _ => [],
    };
}
