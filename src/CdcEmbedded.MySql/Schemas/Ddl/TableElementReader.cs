namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Reads what is between the commas of CREATE TABLE's parentheses, and after ALTER TABLE's ADD: columns, keys,
/// constraints.</summary>
internal static class TableElementReader
{
    private static readonly HashSet<string> Indexes = new(StringComparer.OrdinalIgnoreCase) { "INDEX", "KEY", "FULLTEXT", "SPATIAL" };

    /// <summary>Reads an element that is no column.</summary>
    /// <param name="tokens">Positioned at its first word.</param>
    /// <param name="keys">Gets what it says of columns, which may follow it.</param>
    /// <returns>False where a column follows.</returns>
    public static bool TryReadKey(SqlTokens tokens, TableKeys keys)
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
            ReadKey(tokens, keys.Primary);
            return true;
        }

        if (tokens.Peek().Is("UNIQUE"))
        {
            keys.HasHash |= ReadKey(tokens, keys.Unique);
            return true;
        }

        if (tokens.TryTake("PERIOD", "FOR"))
        {
            var name = tokens.TakeName();
            var columns = tokens.TakeParentheses();
            keys.Periods.Add(
                (name, columns.TakeName(), columns.TryTake(',') ? columns.TakeName() : throw SqlTokens.Unexpected(",", columns.Peek())));
            return true;
        }

        if (first.Kind == SqlTokenKind.Word && (Indexes.Contains(first.Text) || IsVectorIndex(tokens) || first.Is("FOREIGN")
            || (first.Is("CHECK") && tokens.Peek(1).Is('('))))
        {
            tokens.SkipToComma();
            return true;
        }

        return false;
    }

    private static bool IsConstraint(SqlToken token)
        => token.Is("PRIMARY") || token.Is("UNIQUE") || token.Is("FOREIGN") || token.Is("CHECK");

    /// <summary>VECTOR alone may also name a column: it is no reserved word.</summary>
    private static bool IsVectorIndex(SqlTokens tokens) => tokens.Peek().Is("VECTOR")
        && (tokens.Peek(1).Is("INDEX") || tokens.Peek(1).Is("KEY") || tokens.Peek(1).Is('('));

    /// <summary>Reads the columns of a key.</summary>
    /// <returns>True if it is to be a hash.</returns>
    public static bool ReadKey(SqlTokens tokens, List<string> columns)
    {
        // An index's name and USING BTREE may be before the columns or after them.
        var isHash = false;
        while (!tokens.IsAtEnd && !tokens.Peek().Is('('))
        {
            isHash |= tokens.TryTake("USING", "HASH");
            if (!tokens.Peek().Is('('))
            {
                tokens.Take();
            }
        }

        var inner = tokens.TakeParentheses();
        do
        {
            // MySQL's key parts may be expressions.
            if (!inner.Peek().Is('('))
            {
                columns.Add(inner.TakeName());
            }

            // A prefix's length, ASC, DESC, MariaDB's WITHOUT OVERLAPS.
            inner.SkipToComma();
        }
        while (inner.TryTake(','));
        while (!tokens.IsAtEnd && !tokens.Peek().Is(','))
        {
            isHash |= tokens.TryTake("USING", "HASH");
            if (!tokens.IsAtEnd && !tokens.Peek().Is(','))
            {
                tokens.Take();
            }
        }

        return isHash;
    }
}
