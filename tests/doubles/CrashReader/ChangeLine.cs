namespace CdcEmbedded.CrashReader;

/// <summary>One change as one line, with everything that must be the same each time it is read.</summary>
public static class ChangeLine
{
    /// <summary>Returns the line: id, transaction, orders, operation, keys and images.</summary>
    public static string Of(ChangeEvent change)
    {
        string line = $"{change.EventId}\t{change.Transaction?.Id} {change.TotalOrder} {change.DataCollectionOrder}\t{change.Operation} "
            + $"{change.Database}.{change.Table} {Text(change.Key)} {Text(change.RelatedKey)}: {Text(change.Before)} "
                + $"-> {Text(change.After)}";
        return line.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal);
    }

    private static string Text(DataRecord record) => record.HasValue ? record.ToString() : "none";
}
