namespace CdcEmbedded.MySql.Schemas;

/// <summary>A statement that changes tables and cannot be read: what it can have changed is named in its text.</summary>
internal static class UnreadStatement
{
    /// <summary>True if a text may name a table. The doubling of quotes is the only way to write a name otherwise than it is.</summary>
    public static bool MayName(string text, string table) => HasWord(text, table)
        || HasWord(text, table.Replace("`", "``", StringComparison.Ordinal))
        || HasWord(text, table.Replace("\"", "\"\"", StringComparison.Ordinal));

    private static bool HasWord(string text, string name)
    {
        for (var at = IndexOf(0); at >= 0; at = IndexOf(at + 1))
        {
            if (IsEnd(at - 1) && IsEnd(at + name.Length))
            {
                return true;
            }
        }

        return false;

        int IndexOf(int start) => text.IndexOf(name, Math.Min(start, text.Length), StringComparison.OrdinalIgnoreCase);

        bool IsEnd(int at) => at < 0 || at >= text.Length || !(char.IsLetterOrDigit(text[at]) || text[at] is '_' or '$');
    }
}
