namespace CdcEmbedded.MySql.Schemas;

/// <summary>Names of tables and databases in the lower case in which a server with <c>lower_case_table_names</c> 1 stores them: by its own
/// table, that of utf8mb3_general_ci, which knows the letters of Unicode 3 and folds İ to i.</summary>
internal static class StoredNames
{
    /// <summary>The name as it is stored.</summary>
    public static string Lower(string name) => System.Text.Ascii.IsValid(name) ? name.ToLowerInvariant()
        : string.Create(name.Length, name, static (lower, name) =>
        {
            for (var i = 0; i < name.Length; i++)
            {
                lower[i] = name[i] == 'İ' ? 'i' : IsLater(name[i]) ? name[i] : char.ToLowerInvariant(name[i]);
            }
        });

    /// <summary>True for capital letters that the server's table does not have (the same in 5.6, 10.11 and 11.8).</summary>
    private static bool IsLater(char c) => c is '\u0220' or (>= '\u023A' and <= '\u024E') or (>= '\u0370' and <= '\u037F') or '\u03CF'
        or '\u03D8' or '\u03F4' or (>= '\u03F7' and <= '\u03FF') or '\u048A' or '\u04C0' or '\u04C5' or '\u04C9' or '\u04CD' or '\u04F6'
        or (>= '\u04FA' and <= '\u052F') or (>= '\u10A0' and <= '\u1CBF') or '\u1E9E' or (>= '\u1EFA' and <= '\u1EFE') or '\u2132'
        or '\u2183' or (>= '\u2C00' and < '\uFF00');
}
