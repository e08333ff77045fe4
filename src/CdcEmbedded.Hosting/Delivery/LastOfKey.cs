namespace CdcEmbedded.Hosting.Delivery;

/// <summary>Keeps the last change of each key, in the order of the changes.</summary>
internal static class LastOfKey
{
    public static List<ChangeEvent> Of(IReadOnlyList<ChangeEvent> changes)
    {
        var seen = new HashSet<ChangeKey>();
        var kept = new List<ChangeEvent>();
        for (var i = changes.Count - 1; i >= 0; i--)
        {
            var change = changes[i];

            // A row without a key is one of many, a TRUNCATE concerns all of them, and an update that changes the key concerns two.
            if (!change.Key.HasValue || change.Operation == ChangeOperation.Truncate || ChangeKey.Former(change) is not null
                || OrderedKey.Of(ChangeKey.Of(change)).IsUndecodable || seen.Add(ChangeKey.Of(change)))
            {
                kept.Add(change);
            }
        }

        kept.Reverse();
        return kept;
    }
}
