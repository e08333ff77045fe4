using System.Globalization;
using System.Text;

namespace CdcEmbedded.MySql.Schema;

/// <summary>Cuts a statement into tokens by the rules of MySQL and MariaDB (sql/sql_lex.cc): comments are blanks, executable ones count where the server
/// that logged the statement executes them.</summary>
internal sealed class SqlTokenizer
{
    private readonly string _text;
    private readonly bool _ansiQuotes;
    private readonly bool _hasEscapes;
    private readonly bool _isMariaDb;
    private readonly int _version;
    private readonly List<SqlToken> _tokens = new(64);
    private int _at;

    private SqlTokenizer(string text, in DdlContext context)
    {
        _text = text;
        _ansiQuotes = context.HasAnsiQuotes;
        _hasEscapes = context.HasBackslashEscapes;
        _isMariaDb = context.IsMariaDb;
        _version = context.ServerVersion;
    }

    /// <summary>The statement's tokens, without an end token.</summary>
    public static List<SqlToken> Tokenize(string text, in DdlContext context)
    {
        var tokenizer = new SqlTokenizer(text, context);
        while (tokenizer.ReadOne())
        {
        }

        return tokenizer._tokens;
    }

    private bool ReadOne()
    {
        SkipBlanks();
        if (_at >= _text.Length)
        {
            return false;
        }

        var c = _text[_at];
        if (c == '`' || (c == '"' && _ansiQuotes))
        {
            _tokens.Add(new SqlToken(SqlTokenKind.Name, ReadQuoted(c, hasEscapes: false)));
        }
        else if (c is '\'' or '"')
        {
            _tokens.Add(new SqlToken(SqlTokenKind.Text, ReadQuoted(c, _hasEscapes)));
        }
        else if (LengthOfNumber() is > 0 and var length)
        {
            _tokens.Add(new SqlToken(SqlTokenKind.Word, _text.Substring(_at, length)));
            _at += length;
        }
        else if (IsOfWord(c))
        {
            var start = _at;
            while (_at < _text.Length && IsOfWord(_text[_at]))
            {
                _at++;
            }

            _tokens.Add(new SqlToken(SqlTokenKind.Word, _text[start.._at]));
        }
        else
        {
            _at++;
            _tokens.Add(new SqlToken(SqlTokenKind.Symbol, c.ToString()));
        }

        return true;
    }

    /// <summary>The length of a number with a point or an exponent; 0 for anything else, whole numbers too, which are words. Behind a name and its
    /// point stands a name, even one that begins with digits.</summary>
    private int LengthOfNumber()
    {
        if (_at > 0 && (_text[_at - 1] == '.' || (_text[_at] == '.' && (IsOfWord(_text[_at - 1]) || _text[_at - 1] is '`' or '"'))))
        {
            return 0;
        }

        var at = SkipDigits(_at);
        var hasPoint = at < _text.Length && _text[at] == '.';
        if (hasPoint)
        {
            var end = SkipDigits(at + 1);
            if (end == _at + 1)
            {
                return 0;
            }

            at = end;
        }
        else if (at == _at)
        {
            return 0;
        }

        var exponent = at;
        if (exponent < _text.Length && _text[exponent] is 'e' or 'E')
        {
            exponent++;
            exponent += exponent < _text.Length && _text[exponent] is '+' or '-' ? 1 : 0;
            if (SkipDigits(exponent) is var end && end > exponent)
            {
                return end - _at;
            }
        }

        return hasPoint ? at - _at : 0;
    }

    private int SkipDigits(int at)
    {
        while (at < _text.Length && char.IsAsciiDigit(_text[at]))
        {
            at++;
        }

        return at;
    }

    private static bool IsOfWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' || c > '\u007f';

    private string ReadQuoted(char quote, bool hasEscapes)
    {
        var result = new StringBuilder();
        for (_at++; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            if (c == '\\' && hasEscapes && _at + 1 < _text.Length)
            {
                result.Append(Unescaped(_text[++_at]));
            }
            else if (c != quote)
            {
                result.Append(c);
            }
            else if (_at + 1 < _text.Length && _text[_at + 1] == quote)
            {
                result.Append(quote);
                _at++;
            }
            else
            {
                _at++;
                return result.ToString();
            }
        }

        // A logged statement was executed, so its quotes close: text cut short is no reason to guess.
        throw new DdlUnreadableException("a quote is not closed");
    }

    // MySQL manual, "String Literals": other characters stand for themselves; \% and \_ keep their backslash.
    private static string Unescaped(char c) => c switch
    {
        '0' => "\0",
        'b' => "\b",
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
        'Z' => "\u001a",
        '%' => "\\%",
        '_' => "\\_",
        _ => c.ToString(),
    };

    private void SkipBlanks()
    {
        while (_at < _text.Length)
        {
            var rest = _text.AsSpan(_at);
            if (char.IsWhiteSpace(rest[0]) || char.IsControl(rest[0]))
            {
                _at++;
            }
            else if (rest.StartsWith("/*"))
            {
                SkipComment(rest);
            }
            else if (rest.StartsWith("*/"))
            {
                // The end of an executable comment.
                _at += 2;
            }
            else if (rest[0] == '#' || (rest.StartsWith("--") && (rest.Length == 2 || char.IsWhiteSpace(rest[2]) || char.IsControl(rest[2]))))
            {
                var end = rest.IndexOf('\n');
                _at = end < 0 ? _text.Length : _at + end + 1;
            }
            else
            {
                return;
            }
        }
    }

    private void SkipComment(ReadOnlySpan<char> rest)
    {
        var isMariaDbs = rest.StartsWith("/*M!", StringComparison.OrdinalIgnoreCase);
        if (!isMariaDbs && !rest.StartsWith("/*!"))
        {
            SkipToEndOfComment(2);
            return;
        }

        var start = isMariaDbs ? 4 : 3;
        var digits = 0;
        while (digits < 6 && start + digits < rest.Length && char.IsAsciiDigit(rest[start + digits]))
        {
            digits++;
        }

        // Five digits, or six from 10.0 on; fewer are none.
        digits = digits < 5 ? 0 : digits;
        var version = digits == 0 ? 0 : int.Parse(rest.Slice(start, digits), CultureInfo.InvariantCulture);

        // MariaDB passes over what only MySQL 5.7 and later have.
        var isExecuted = version <= _version && (isMariaDbs ? _isMariaDb : !_isMariaDb || version is < 50700 or > 99999);
        if (isExecuted)
        {
            _at += start + digits;
        }
        else
        {
            SkipToEndOfComment(start);
        }
    }

    private void SkipToEndOfComment(int from)
    {
        var end = _text.IndexOf("*/", Math.Min(_at + from, _text.Length), StringComparison.Ordinal);
        _at = end < 0 ? _text.Length : end + 2;
    }
}
