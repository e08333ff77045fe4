namespace CdcEmbedded.Tests.Views;

/// <summary>A change with its places in its transaction, as an application sees them.</summary>
internal readonly record struct CountedChange(string EventId, string? Transaction, string Table, long TotalOrder, long TableOrder)
{
    /// <summary>Returns the places of an event.</summary>
    public static CountedChange Of(ChangeEvent change) => new(change.EventId, change.Transaction?.Id, $"{change.Database}.{change.Table}",
        change.TotalOrder, change.DataCollectionOrder);

    /// <summary>Fails unless the changes of each transaction are counted from 1 without a hole, in all and for each table.</summary>
    public static void AssertCounted(IEnumerable<CountedChange> changes)
    {
        foreach (var transaction in changes.Where(c => c.Transaction is not null).GroupBy(c => c.Transaction))
        {
            Assert.Equal(Enumerable.Range(1, transaction.Count()).Select(i => (long)i), transaction.Select(c => c.TotalOrder));
            foreach (var table in transaction.GroupBy(c => c.Table))
            {
                Assert.Equal(Enumerable.Range(1, table.Count()).Select(i => (long)i), table.Select(c => c.TableOrder));
            }
        }
    }
}
