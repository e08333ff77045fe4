namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Reads what is between the commas of CREATE TABLE's parentheses, and after ALTER TABLE's ADD:
/// columns, keys, constraints.</summary>
internal static class TableElementReader
{
    /// <summary>Reads an element that is no column.</summary>
    /// <param name="tokens">Positioned at its first word.</param>
    /// <param name="keys">Gets what it says of columns, which may follow it.</param>
    /// <returns>False where a column follows.</returns>
    public static bool TryReadKey(SqlTokens tokens, TableKeys keys)
    {
        var symbol = "";
        if (tokens.TryTake("CONSTRAINT"))
        {
            tokens.TryTake("IF", "NOT", "EXISTS");
            symbol = IsConstraint(tokens.Peek()) ? "" : tokens.TakeName();
        }

        if (tokens.TryTake("PRIMARY", "KEY"))
        {
            Read(tokens, keys, KeyDefinition.PrimaryName, isUnique: true);
            return true;
        }

        if (tokens.TryTake("UNIQUE"))
        {
            _ = tokens.TryTake("KEY") || tokens.TryTake("INDEX");
            Read(tokens, keys, symbol, isUnique: true);
            return true;
        }

        if (TryReadPeriod(tokens, keys))
        {
            return true;
        }

        if (IsIndex(tokens))
        {
            var word = tokens.Take();
            _ = tokens.TryTake("KEY") || tokens.TryTake("INDEX");
            Read(tokens, keys, "", isUnique: false, word.Is("KEY") || word.Is("INDEX") ? "" : word.Text.ToUpperInvariant());
            return true;
        }

        if (tokens.Peek().Is("FOREIGN") || (tokens.Peek().Is("CHECK") && tokens.Peek(1).Is('(')))
        {
            tokens.SkipToComma();
            return true;
        }

        return false;
    }

    /// <summary>Reads the columns of a key, and what is before and after them.</summary>
    /// <param name="tokens">Positioned at USING or at the columns.</param>
    /// <param name="key">Gets them.</param>
    public static void ReadParts(SqlTokens tokens, NewKey key)
    {
        // USING BTREE may be before the columns or after them.
        while (!tokens.IsAtEnd && !tokens.Peek().Is('('))
        {
            key.IsHash |= IsHash(tokens);
            tokens.Take();
        }

        var inner = tokens.TakeParentheses();
        do
        {
            // MySQL's key parts may be expressions.
            var column = inner.Peek().Is('(') ? "" : inner.TakeName();
            key.Parts.Add((column, column.Length == 0 ? 0 : ColumnTypeReader.TryReadSize(inner) ?? 0));

            // ASC, DESC, MariaDB's WITHOUT OVERLAPS.
            inner.SkipToComma();
        }
        while (inner.TryTake(','));
        while (!tokens.IsAtEnd && !tokens.Peek().Is(','))
        {
            key.IsHash |= IsHash(tokens);
            tokens.Take();
        }
    }

    private static void Read(SqlTokens tokens, TableKeys keys, string name, bool isUnique, string kind = "")
    {
        var isOptional = tokens.TryTake("IF", "NOT", "EXISTS");
        if (!tokens.Peek().Is('(') && !IsUsing(tokens))
        {
            var own = tokens.TakeName();
            name = KeyDefinition.IsPrimaryName(name) && isUnique ? name : own;
        }

        var key = new NewKey(name, isUnique) { IsOptional = isOptional };
        key = kind.Length > 0 ? key with { Kind = kind } : key;
        ReadParts(tokens, key);
        keys.Add(key);
    }

    private static bool TryReadPeriod(SqlTokens tokens, TableKeys keys)
    {
        var isOptional = tokens.TryTake("PERIOD", "IF", "NOT", "EXISTS", "FOR");
        if (!isOptional && !(tokens.Peek().Is("PERIOD") && tokens.Peek(1).Is("FOR") && tokens.Peek(3).Is('(')))
        {
            return false;
        }

        if (!isOptional)
        {
            tokens.TryTake("PERIOD", "FOR");
        }

        isOptional |= tokens.TryTake("IF", "NOT", "EXISTS");
        var name = tokens.TakeName();
        var columns = tokens.TakeParentheses();
        var start = columns.TakeName();
        keys.AddPeriod(name, start, columns.TryTake(',') ? columns.TakeName() : throw SqlTokens.Unexpected(",", columns.Peek()),
            isOptional);
        return true;
    }

    private static bool IsConstraint(SqlToken token)
        => token.Is("PRIMARY") || token.Is("UNIQUE") || token.Is("FOREIGN") || token.Is("CHECK");

    /// <summary>INDEX, KEY, FULLTEXT and SPATIAL are reserved words; VECTOR alone may also name a column.</summary>
    private static bool IsIndex(SqlTokens tokens) => tokens.Peek().Is("INDEX") || tokens.Peek().Is("KEY") || tokens.Peek().Is("FULLTEXT")
        || tokens.Peek().Is("SPATIAL")
        || (tokens.Peek().Is("VECTOR") && (tokens.Peek(1).Is("INDEX") || tokens.Peek(1).Is("KEY") || tokens.Peek(1).Is('(')));

    private static bool IsUsing(SqlTokens tokens) => (tokens.Peek().Is("USING") || tokens.Peek().Is("TYPE"))
        && (tokens.Peek(1).Is("BTREE") || tokens.Peek(1).Is("HASH") || tokens.Peek(1).Is("RTREE"));

    private static bool IsHash(SqlTokens tokens) => IsUsing(tokens) && tokens.Peek(1).Is("HASH");
}
