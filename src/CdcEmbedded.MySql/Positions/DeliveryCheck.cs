using System.Numerics;

namespace CdcEmbedded.MySql.Positions;

/// <summary>A hash over the changes of a transaction that were delivered. After a restart inside the transaction it shows whether the
/// second reading delivers the same ones (R16).</summary>
/// <remarks>A rolling hash: each change multiplies by a constant and adds its table's hash. It does not depend on how a server splits
/// rows into events (binlog_row_event_max_size, compression), but changes with another filter or another order of tables. It finds
/// mistakes, not malice.</remarks>
internal static class DeliveryCheck
{
    private const ulong Factor = 6364136223846793005;

    /// <summary>The hash after more changes of one table.</summary>
    /// <param name="check">The hash so far.</param>
    /// <param name="tableHash">The table's <see cref="HashOf"/>.</param>
    /// <param name="count">How many changes follow; the time it takes grows with the number's digits only.</param>
    public static ulong Add(ulong check, ulong tableHash, long count)
    {
        // power = Factor^n and series = 1 + Factor + … + Factor^(n-1), by doubling n from the highest bit of the count down.
        ulong power = 1;
        ulong series = 0;
        for (var bit = 63 - BitOperations.LeadingZeroCount((ulong)count); bit >= 0; bit--)
        {
            series = unchecked(series * (1 + power));
            power = unchecked(power * power);
            if (((ulong)count >> bit & 1) != 0)
            {
                series = unchecked((series * Factor) + 1);
                power = unchecked(power * Factor);
            }
        }

        return unchecked((check * power) + (tableHash * series));
    }

    /// <summary>The hash before the first change. Options that change how many changes an event has begin with another hash.</summary>
    public static ulong Begin(KeyChangeMode keyChange, bool skipUnchanged, bool includesRowHistory = false)
        => (keyChange == KeyChangeMode.DeleteAndCreate ? 0UL : 0x9E3779B97F4A7C15) ^ (skipUnchanged ? 0xC2B2AE3D27D4EB4F : 0UL)
            ^ (includesRowHistory ? 0x165667B19E3779F9UL : 0UL);

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
