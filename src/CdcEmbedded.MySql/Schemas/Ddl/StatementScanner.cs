namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Reads a statement word by word as far as it is needed. Opening parentheses are skipped: what matters here is at the same words
/// inside them as outside.</summary>
internal ref struct StatementScanner(ReadOnlySpan<char> text, SqlDialect dialect)
{
    private SqlLexer _lexer = new(text, dialect);

    /// <summary>What has not been read.</summary>
    public readonly ReadOnlySpan<char> Rest => _lexer.Rest;

    /// <summary>True if the statement ends here.</summary>
    public readonly bool IsAtEnd
    {
        get
        {
            var copy = this;
            return !copy.Next() || copy.IsSymbol(';');
        }
    }

    /// <summary>Skips a character that is there.</summary>
    public bool TryTake(char symbol)
    {
        var copy = this;
        if (!copy.Next() || !copy.IsSymbol(symbol))
        {
            return false;
        }

        this = copy;
        return true;
    }

    /// <summary>The next word without moving; empty where something else is.</summary>
    public readonly ReadOnlySpan<char> PeekWord()
    {
        var copy = this;
        return copy.NextWord();
    }

    /// <summary>The next word; empty where something else is.</summary>
    public ReadOnlySpan<char> NextWord()
    {
        var copy = this;
        if (!copy.Next() || copy._lexer.Kind != SqlTokenKind.Word)
        {
            return default;
        }

        this = copy;
        return _lexer.Raw;
    }

    /// <summary>Skips a keyword that is there.</summary>
    public bool TryTakeWord(string keyword)
    {
        if (!PeekWord().Equals(keyword, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        NextWord();
        return true;
    }

    /// <summary>A name with or without quotes; empty where there is none.</summary>
    public string NextName()
    {
        var copy = this;
        if (!copy.Next() || copy._lexer.Kind == SqlTokenKind.Symbol || !copy._lexer.IsClosed)
        {
            return "";
        }

        this = copy;
        return _lexer.GetText();
    }

    /// <summary>Skips everything up to and with a keyword that is outside quotes and comments. After a period is a name, even one that
    /// is a reserved word (MySQL manual, "Keywords and Reserved Words").</summary>
    public bool SkipPast(string keyword)
    {
        var isAfterPeriod = false;
        while (Next())
        {
            if (!isAfterPeriod && _lexer.Kind == SqlTokenKind.Word && _lexer.Raw.Equals(keyword, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }

            isAfterPeriod = IsSymbol('.');
        }

        return false;
    }

    private readonly bool IsSymbol(char symbol) => _lexer.Kind == SqlTokenKind.Symbol && _lexer.Raw[0] == symbol;

    private bool Next()
    {
        while (_lexer.Read())
        {
            if (!IsSymbol('('))
            {
                return true;
            }
        }

        return false;
    }
}
