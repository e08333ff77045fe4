namespace CdcEmbedded.Hosting.Delivery;

/// <summary>Finds the values of a change that cannot be decoded.</summary>
internal static class Undecodable
{
    /// <summary>Reads a field as far as that decodes it.</summary>
    /// <param name="record">The record.</param>
    /// <param name="field">The field.</param>
    /// <param name="value">Its value; absent if it cannot be read at all.</param>
    /// <returns>Why it cannot be decoded; null if it can.</returns>
    public static CdcProtocolException? Read(DataRecord record, int field, out DataValue value)
    {
        value = DataValue.Absent;
        try
        {
            value = record[field];
            switch (value.Kind)
            {
                // These are decoded when they are read as text, and only the record knows the column.
                case ValueKind.Text or ValueKind.Json:
                    _ = record.GetString(field);
                    break;
                case ValueKind.JsonPatch or ValueKind.Document or ValueKind.Array or ValueKind.SourceSpecific:
                    _ = value.AsString();
                    break;
            }

            return null;
        }
        catch (CdcProtocolException e)
        {
            return e;
        }
    }

    /// <summary>Describes all such values of a change, one in each line; empty if all can be decoded.</summary>
    public static string Describe(ChangeEvent change)
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        Add(lines, change.Key);
        Add(lines, change.Before);
        Add(lines, change.After);
        return string.Join(Environment.NewLine, lines);
    }

    private static void Add(SortedSet<string> lines, DataRecord record)
    {
        try
        {
            for (var i = 0; i < record.Count; i++)
            {
                if (Read(record, i, out _) is { } failure)
                {
                    lines.Add(failure.Message);
                }
            }
        }
        catch (CdcProtocolException e)
        {
            // Not even the document's fields can be found.
            lines.Add(e.Message);
        }
    }
}
