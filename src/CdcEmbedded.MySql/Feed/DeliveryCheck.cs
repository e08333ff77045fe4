namespace CdcEmbedded.MySql.Feed;

/// <summary>Adds up which changes of a transaction have been delivered, so that a restart inside it can tell whether the second reading
/// gives the same ones.</summary>
/// <remarks>Each change adds its table's hash times its place in the transaction. The sum does not depend on how a server splits
/// rows into events (binlog_row_event_max_size, compression), but changes with another filter or another order of tables.</remarks>
internal static class DeliveryCheck
{
    /// <summary>The sum after more changes of one table.</summary>
    /// <param name="check">The sum so far.</param>
    /// <param name="tableHash">The table's <see cref="HashOf"/>.</param>
    /// <param name="delivered">The changes of the transaction delivered before these.</param>
    /// <param name="count">How many follow.</param>
    public static ulong Add(ulong check, ulong tableHash, long delivered, long count)
    {
        var places = (UInt128)(ulong)count * (ulong)(2 * delivered + count + 1) / 2;
        return unchecked(check + (tableHash * (ulong)places));
    }

    /// <summary>FNV-1a of the table's full name: the same in every process.</summary>
    public static ulong HashOf(string database, string table)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in database)
        {
            hash = unchecked((hash ^ c) * 1099511628211UL);
        }

        hash = unchecked((hash ^ '.') * 1099511628211UL);
        foreach (var c in table)
        {
            hash = unchecked((hash ^ c) * 1099511628211UL);
        }

        return hash | 1;
    }
}
