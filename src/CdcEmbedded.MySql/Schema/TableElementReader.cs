namespace CdcEmbedded.MySql.Schema;

/// <summary>Reads what stands between the commas of CREATE TABLE's parentheses, and behind ALTER TABLE's ADD: columns, keys, constraints.</summary>
internal static class TableElementReader
{
    private static readonly HashSet<string> Indexes = new(StringComparer.OrdinalIgnoreCase) { "INDEX", "KEY", "FULLTEXT", "SPATIAL", "UNIQUE" };

    /// <summary>Reads an element that is no column.</summary>
    /// <param name="tokens">Stand at its first word.</param>
    /// <param name="keyColumns">Gets the columns of a primary key, which may follow it.</param>
    /// <param name="notNull">Gets the columns of a period, which take no nulls.</param>
    /// <returns>False where a column stands.</returns>
    public static bool TryReadKey(SqlTokens tokens, List<string> keyColumns, List<string> notNull)
    {
        var first = tokens.Peek();
        if (first.Is("CONSTRAINT"))
        {
            tokens.Take();
            if (!IsConstraint(tokens.Peek()))
            {
                tokens.TakeName();
            }

            first = tokens.Peek();
        }

        if (tokens.TryTake("PRIMARY", "KEY"))
        {
            ReadPrimaryKey(tokens, keyColumns);
            return true;
        }

        if (tokens.TryTake("PERIOD", "FOR"))
        {
            tokens.TakeName();
            var columns = tokens.TakeParentheses();
            notNull.Add(columns.TakeName());
            notNull.Add(columns.TryTake(',') ? columns.TakeName() : throw SqlTokens.Unexpected(",", columns.Peek()));
            return true;
        }

        if (first.Kind == SqlTokenKind.Word && (Indexes.Contains(first.Text) || IsVectorIndex(tokens) || first.Is("FOREIGN") || (first.Is("CHECK") && tokens.Peek(1).Is('('))))
        {
            tokens.SkipToComma();
            return true;
        }

        return false;
    }

    private static bool IsConstraint(SqlToken token) => token.Is("PRIMARY") || token.Is("UNIQUE") || token.Is("FOREIGN") || token.Is("CHECK");

    /// <summary>VECTOR alone may also name a column: it is no reserved word.</summary>
    private static bool IsVectorIndex(SqlTokens tokens) => tokens.Peek().Is("VECTOR")
        && (tokens.Peek(1).Is("INDEX") || tokens.Peek(1).Is("KEY") || tokens.Peek(1).Is('('));

    private static void ReadPrimaryKey(SqlTokens tokens, List<string> keyColumns)
    {
        // An index's name and USING BTREE may stand before the columns.
        while (!tokens.IsAtEnd && !tokens.Peek().Is('('))
        {
            tokens.Take();
        }

        var inner = tokens.TakeParentheses();
        do
        {
            keyColumns.Add(inner.TakeName());

            // A prefix's length, ASC, DESC, MariaDB's WITHOUT OVERLAPS.
            inner.SkipToComma();
        }
        while (inner.TryTake(','));
        tokens.SkipToComma();
    }
}
