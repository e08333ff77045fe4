using CdcEmbedded.Transforms;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>Which tables are captured: the filter's, without the shadow tables of online schema changes unless they are named without
/// wildcards or asked for.</summary>
internal sealed class TableSelection(TableFilter filter, bool includesShadows, ILogger logger)
{
    private const int MaxRemembered = 1000;

    private readonly HashSet<(string, string)> _reported = [];
    private readonly Dictionary<string, bool> _databases = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>True if the history rows of system-versioned tables are delivered.</summary>
    public bool IncludesRowHistory { get; init; }

    /// <summary>How dates are read that no calendar has.</summary>
    public InvalidDateMode InvalidDates { get; init; }

    /// <summary>A table that is captured whatever the filter says: the engine's signal table. Null for none.</summary>
    public TableFilter? Added { get; init; }

    /// <summary>The table in which offsets are stored, if the filter does not name it without wildcards. Null for none.</summary>
    public TableFilter? Offsets { get; init; }

    /// <summary>Further tables of the application's own, if the filter does not name them without wildcards: of dead letters, of
    /// heartbeats. Null for none.</summary>
    public TableFilter? Hidden { get; init; }

    /// <summary>True if offsets are stored in a table.</summary>
    public bool StoresOffsets(string database, string table) => Offsets?.Matches(database, table) == true;

    /// <summary>True if the rows of a table are delivered.</summary>
    public bool Matches(string database, string table)
    {
        if (Added?.Matches(database, table) == true)
        {
            return true;
        }

        if (!filter.Matches(database, table) || StoresOffsets(database, table)
            || Hidden?.Matches(database, table) == true)
        {
            return false;
        }

        if (!IsExcludedShadow(database, table))
        {
            return true;
        }

        if (_reported.Count < MaxRemembered && _reported.Add((database, table)))
        {
            Log.ShadowTableLeftOut(logger, database, table);
        }

        return false;
    }

    /// <summary>True if the columns of a table are tracked: also those of a table that may replace a captured one.</summary>
    public bool IsTracked(string database, string table) => filter.Matches(database, table) || Added?.Matches(database, table) == true
        || (ShadowTables.TryGetOriginal(table, out var original) && filter.Matches(database, original));

    /// <summary>True if any table of a database may be captured.</summary>
    public bool MayMatch(string database)
    {
        if (!_databases.TryGetValue(database, out var mayMatch))
        {
            mayMatch = filter.Include.Count == 0
                || filter.Include.Any(pattern => pattern.LiteralDatabase is not { } literal || IsSame(literal, database))
                || (Added is { } added && IsSame(added.Include[0].LiteralDatabase, database));
            if (_databases.Count < MaxRemembered)
            {
                _databases.Add(database, mayMatch);
            }
        }

        return mayMatch;
    }

    private static bool IsSame(string? name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    private bool IsExcludedShadow(string database, string table)
    {
        if (includesShadows || !ShadowTables.TryGetOriginal(table, out var original) || !filter.Matches(database, original))
        {
            return false;
        }

        foreach (var pattern in filter.Include)
        {
            if (IsSame(pattern.LiteralDatabase, database) && IsSame(pattern.LiteralTable, table))
            {
                return false;
            }
        }

        return true;
    }
}
