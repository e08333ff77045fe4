using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>How many changes of a transaction came before a place in it, and the sum that identifies them.</summary>
/// <param name="Rows">Number of changes.</param>
/// <param name="Check">Their <see cref="DeliveryCheck"/>.</param>
internal readonly record struct ChangeCount(long Rows, ulong Check)
{
    /// <summary>The count before the first change.</summary>
    public static ChangeCount Start(FeedSettings settings) => new(0, DeliveryCheck.Begin(settings.KeyChange, settings.SkipUnchanged,
        settings.IncludeRowHistory));

    /// <summary>The count after more changes of one table.</summary>
    /// <param name="tableHash">The table's <see cref="DeliveryCheck.HashOf"/>.</param>
    /// <param name="changes">How many.</param>
    public ChangeCount Add(ulong tableHash, int changes) => new(Rows + changes, DeliveryCheck.Add(Check, tableHash, changes));
}
