using CdcEmbedded.Transforms;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>The filter of a MySQL source: the server's own databases are excluded unless a pattern names them without wildcards.</summary>
internal static class TableFilters
{
    private static readonly string[] _ownDatabases = ["mysql", "sys", "information_schema", "performance_schema"];

    public static TableFilter Create(IReadOnlyList<string> include, IReadOnlyList<string> exclude, bool ignoreCase)
    {
        var left = new List<string>(exclude);
        foreach (var database in _ownDatabases)
        {
            var isNamed = false;
            foreach (var pattern in include)
            {
                isNamed |= pattern.TrimStart('`').StartsWith(database + ".", StringComparison.OrdinalIgnoreCase)
                    || pattern.StartsWith($"`{database}`.", StringComparison.OrdinalIgnoreCase);
            }

            if (!isNamed)
            {
                left.Add(database + ".*");
            }
        }

        return new TableFilter(include, left, ignoreCase);
    }
}
