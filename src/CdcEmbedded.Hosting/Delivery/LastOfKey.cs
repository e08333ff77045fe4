namespace CdcEmbedded.Hosting.Delivery;

/// <summary>Keeps the last change of each key, in the order of the changes, and with it those before it that it does not replace.</summary>
internal static class LastOfKey
{
    public static List<ChangeEvent> Of(IReadOnlyList<ChangeEvent> changes)
    {
        var seen = new HashSet<ChangeKey>();
        var kept = new List<ChangeEvent>();
        for (var i = changes.Count - 1; i >= 0; i--)
        {
            var change = changes[i];

            // A row without a key is one of many, and a TRUNCATE concerns all of them.
            if (!change.Key.HasValue || change.Operation == ChangeOperation.Truncate || OrderedKey.Of(ChangeKey.Of(change)).IsUndecodable)
            {
                kept.Add(change);
                continue;
            }

            // An update that changes the key concerns two.
            if (ChangeKey.Former(change) is { } former)
            {
                kept.Add(change);
                if (!IsWhole(change))
                {
                    // What it omits comes from the changes before it.
                    seen.Remove(ChangeKey.Of(change));
                    seen.Remove(former);
                }
            }
            else if (!seen.Contains(ChangeKey.Of(change)))
            {
                kept.Add(change);
                if (IsWhole(change))
                {
                    seen.Add(ChangeKey.Of(change));
                }
            }
        }

        kept.Reverse();
        return kept;
    }

    /// <summary>True if a change says all of the row that remains: an update may omit columns that did not change, and that of a document
    /// the document.</summary>
    private static bool IsWhole(ChangeEvent change)
    {
        if (change.Operation != ChangeOperation.Update)
        {
            return true;
        }

        var after = change.After;
        if (!after.HasValue || after.Schema is null)
        {
            return after.HasValue;
        }

        try
        {
            for (var i = 0; i < after.Count; i++)
            {
                if (after[i].Kind is ValueKind.Absent or ValueKind.JsonPatch)
                {
                    return false;
                }
            }

            return true;
        }
        catch (CdcProtocolException)
        {
            return false;
        }
    }
}
