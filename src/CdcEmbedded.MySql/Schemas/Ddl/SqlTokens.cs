using System.Globalization;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>A statement's tokens with a place in them.</summary>
internal sealed class SqlTokens
{
    private readonly IReadOnlyList<SqlToken> _tokens;
    private readonly int _start;
    private readonly int _end;
    private int _at;

    private readonly bool _lowersNames;

    private SqlTokens(IReadOnlyList<SqlToken> tokens, int start, int end, bool lowersNames)
    {
        _lowersNames = lowersNames;
        _tokens = tokens;
        _start = _at = start;
        _end = end;
    }

    /// <summary>All tokens of a statement.</summary>
    /// <param name="text">The statement.</param>
    /// <param name="dialect">How its words are read.</param>
    /// <param name="lowersNames">True if the names of tables and databases are stored in lower case.</param>
    /// <exception cref="SqlUnreadableException">A quote is not closed. A logged statement was executed, so its quotes close: text cut short
    /// is no reason to guess.</exception>
    public static SqlTokens Read(string text, SqlDialect dialect, bool lowersNames = false)
    {
        var tokens = new List<SqlToken>(64);
        var lexer = new SqlLexer(text, dialect);
        while (lexer.Read())
        {
            tokens.Add(lexer.IsClosed ? new SqlToken(lexer.Kind, lexer.GetText())
                : throw new SqlUnreadableException("a quote is not closed"));
        }

        return new SqlTokens(tokens, 0, tokens.Count, lowersNames);
    }

    public bool IsAtEnd => _at >= _end;

    public int Position => _at;

    /// <summary>The next token, or one further on; an end token after the last.</summary>
    public SqlToken Peek(int ahead = 0) => _at + ahead >= _start && _at + ahead < _end ? _tokens[_at + ahead] : default;

    public SqlToken Take() => _at < _end ? _tokens[_at++] : default;

    public bool TryTake(string keyword)
    {
        if (!Peek().Is(keyword))
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>Takes a sequence of keywords, if all of them are here.</summary>
    public bool TryTake(params ReadOnlySpan<string> keywords)
    {
        for (var i = 0; i < keywords.Length; i++)
        {
            if (!Peek(i).Is(keywords[i]))
            {
                return false;
            }
        }

        _at += keywords.Length;
        return true;
    }

    public bool TryTake(char symbol)
    {
        if (!Peek().Is(symbol))
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>A name that must be here.</summary>
    public string TakeName()
    {
        var token = Take();

        // In ANSI_QUOTES or not, some old servers log an alias or a character set in text quotes.
        return token.IsName || token.Kind == SqlTokenKind.Text ? token.Text : throw Unexpected("a name", token);
    }

    /// <summary>A table's name with or without its database.</summary>
    public (string Database, string Table) TakeTable(string defaultDatabase)
    {
        var first = TakeStoredName();
        return TryTake('.') ? (first, TakeStoredName()) : (defaultDatabase, first);
    }

    /// <summary>The name of a table or a database, as the server stores it.</summary>
    public string TakeStoredName() => _lowersNames ? StoredNames.Lower(TakeName()) : TakeName();

    /// <summary>A whole number that must be here.</summary>
    public int TakeNumber()
    {
        // What is after a decimal point does not count (sql/sql_yacc.yy, field_length).
        var token = Take();
        var digits = token.Text.AsSpan();
        digits = digits.IndexOf('.') is >= 0 and var point ? digits[..point] : digits;
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw Unexpected("a number", token);
    }

    /// <summary>Skips parentheses with all that is in them, if they are here.</summary>
    public bool TrySkipParentheses()
    {
        if (!Peek().Is('('))
        {
            return false;
        }

        var depth = 0;
        while (!IsAtEnd)
        {
            var token = Take();
            depth += token.Is('(') ? 1 : token.Is(')') ? -1 : 0;
            if (depth == 0)
            {
                return true;
            }
        }

        throw new SqlUnreadableException("a parenthesis is not closed");
    }

    /// <summary>What is in the parentheses here, which are skipped.</summary>
    public SqlTokens TakeParentheses()
    {
        var first = _at + 1;
        return TrySkipParentheses() ? new SqlTokens(_tokens, first, _at - 1, _lowersNames) : throw Unexpected("(", Peek());
    }

    /// <summary>Everything from here on, to be read by itself.</summary>
    public SqlTokens Rest() => new(_tokens, _at, _end, _lowersNames);

    /// <summary>Skips everything up to a comma outside parentheses, or to the end.</summary>
    public void SkipToComma()
    {
        while (!IsAtEnd && !Peek().Is(','))
        {
            if (!TrySkipParentheses())
            {
                _at++;
            }
        }
    }

    public void SkipToEnd() => _at = _end;

    public static SqlUnreadableException Unexpected(string wanted, SqlToken found)
        => new($"{wanted} is expected instead of '{found.Text}'");
}
