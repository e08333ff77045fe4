namespace CdcEmbedded.MySql.Schemas;

/// <summary>Knows the shadow tables of online schema changes by their names (R35): gh-ost copies <c>t</c> to <c>_t_gho</c> with its log in
/// <c>_t_ghc</c> and leaves the old table as <c>_t_del</c> or <c>_t_20261125101112_del</c>; pt-online-schema-change uses <c>_t_new</c> and
/// <c>_t_old</c>, with further underscores where the name is taken.</summary>
internal static class ShadowTables
{
    /// <summary>The most characters of a table's name.</summary>
    private const int LongestName = 64;

    private static readonly string[] _suffixes = ["_gho", "_ghc", "_del", "_new", "_old"];

    /// <summary>The table of which a name is a shadow.</summary>
    /// <returns>False for other names.</returns>
    public static bool TryGetOriginal(string table, out string original)
    {
        original = "";
        if (!table.StartsWith('_'))
        {
            return false;
        }

        foreach (var suffix in _suffixes)
        {
            if (table.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) && table.Length > suffix.Length + 1)
            {
                original = WithoutTime(table.TrimStart('_')[..^suffix.Length]);
                return original.Length > 0;
            }
        }

        return false;
    }

    /// <summary>True if renaming the two is the cut-over of an online schema change: the shadow replaces the table. gh-ost cuts the
    /// table's name off where the shadow's would be too long.</summary>
    public static bool IsCutOver(string shadow, string table) => TryGetOriginal(shadow, out var original)
        && (string.Equals(original, table, StringComparison.OrdinalIgnoreCase)
            || (shadow.Length == LongestName && table.StartsWith(original, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Without the time that gh-ost's option --timestamp-old-table appends to the name.</summary>
    private static string WithoutTime(string name)
    {
        const int Digits = 14;
        if (name.Length <= Digits + 1 || name[^(Digits + 1)] != '_')
        {
            return name;
        }

        foreach (var c in name.AsSpan(name.Length - Digits))
        {
            if (!char.IsAsciiDigit(c))
            {
                return name;
            }
        }

        return name[..^(Digits + 1)];
    }
}
