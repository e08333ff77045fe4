namespace CdcEmbedded.Hosting.Delivery;

/// <summary>Keeps the last change of each key of a batch, in the batch's order.</summary>
internal static class LastOfKey
{
    public static IReadOnlyList<ChangeEvent> Of(IEnumerable<ChangeEvent> batch)
    {
        var changes = batch.ToList();
        var seen = new HashSet<ChangeKey>();
        var kept = new List<ChangeEvent>(changes.Count);
        for (var i = changes.Count - 1; i >= 0; i--)
        {
            var change = changes[i];
            var key = ChangeKey.Of(change);

            // A row without a key is one of many, a TRUNCATE concerns all of them, and an update that changes the key concerns two.
            if (!change.Key.HasValue || change.Operation == ChangeOperation.Truncate || ChangeKey.Former(change) is not null
                || seen.Add(key))
            {
                kept.Add(change);
            }
        }

        kept.Reverse();
        return kept;
    }
}
