namespace CdcEmbedded.Sources;

/// <summary>Compares the states of a record before and after an update.</summary>
internal static class ChangedFields
{
    /// <returns>The names of the fields that differ; null if a state is missing.</returns>
    public static List<string>? Of(DataRecord before, DataRecord after)
    {
        if (!before.HasValue || !after.HasValue)
        {
            return null;
        }

        var changed = new List<string>();
        if (before.Schema is not null && ReferenceEquals(before.Schema, after.Schema))
        {
            for (var i = 0; i < after.Count; i++)
            {
                // What the log has only after the update is what the statement set.
                if (after[i] is { IsAbsent: false } value && !value.HasSameContent(before[i]))
                {
                    changed.Add(after.GetName(i));
                }
            }

            return changed;
        }

        foreach (var field in after)
        {
            if (!before.TryGetValue(field.Name, out var old) || !field.Value.HasSameContent(old))
            {
                changed.Add(field.Name);
            }
        }

        foreach (var field in before)
        {
            if (!after.TryGetValue(field.Name, out _))
            {
                changed.Add(field.Name);
            }
        }

        return changed;
    }
}
