using System.Globalization;
using System.Text;

namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>Cuts a statement into tokens by the rules of MySQL and MariaDB (sql/sql_lex.cc): comments are blanks, executable ones count
/// where the server that logged the statement executes them. Makes no copies.</summary>
internal ref struct SqlLexer(ReadOnlySpan<char> text, SqlDialect dialect)
{
    private const char NoBreak = '\xa0';

    private readonly ReadOnlySpan<char> _text = text;
    private readonly SqlDialect _dialect = dialect;
    private int _start;
    private int _at;

    /// <summary>What the last token is.</summary>
    public SqlTokenKind Kind { get; private set; }

    /// <summary>True if its quotes are closed; true for tokens without quotes.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The last token as written.</summary>
    public readonly ReadOnlySpan<char> Raw => _text[_start.._at];

    /// <summary>What follows the last token.</summary>
    public readonly ReadOnlySpan<char> Rest => _text[_at..];

    /// <summary>Moves to the next token.</summary>
    /// <returns>False at the end.</returns>
    public bool Read()
    {
        SkipBlanks();
        _start = _at;
        IsClosed = true;
        if (_at >= _text.Length)
        {
            Kind = SqlTokenKind.End;
            return false;
        }

        var c = _text[_at];
        if (c is '`' or '\'' or '"')
        {
            Kind = c == '`' || (c == '"' && _dialect.HasAnsiQuotes) ? SqlTokenKind.Name : SqlTokenKind.Text;
            IsClosed = SkipQuoted(c, Kind == SqlTokenKind.Text && _dialect.HasBackslashEscapes);
        }
        else if (LengthOfNumber() is > 0 and var length)
        {
            Kind = SqlTokenKind.Word;
            _at += length;
        }
        else if (IsOfWord(c))
        {
            Kind = SqlTokenKind.Word;
            while (_at < _text.Length && IsOfWord(_text[_at]))
            {
                _at++;
            }
        }
        else
        {
            Kind = SqlTokenKind.Symbol;
            _at++;
        }

        return true;
    }

    /// <summary>The last token without quotes and escapes.</summary>
    public readonly string GetText()
    {
        if (Kind is not (SqlTokenKind.Name or SqlTokenKind.Text))
        {
            return Decoded(Raw);
        }

        var quote = Raw[0];
        var inner = Raw[1..(IsClosed ? ^1 : ^0)];
        var hasEscapes = Kind == SqlTokenKind.Text && _dialect.HasBackslashEscapes;
        if (!inner.Contains(quote) && !(hasEscapes && inner.Contains('\\')))
        {
            return Decoded(inner);
        }

        var result = new StringBuilder(inner.Length);
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] == '\\' && hasEscapes && i + 1 < inner.Length)
            {
                result.Append(Unescaped(inner[++i]));
            }
            else
            {
                // Inside, the quote itself is doubled.
                i += inner[i] == quote ? 1 : 0;
                result.Append(inner[Math.Min(i, inner.Length - 1)]);
            }
        }

        return Decoded(result.ToString());
    }

    private readonly string Decoded(ReadOnlySpan<char> words)
        => _dialect.Charset is { } charset ? charset.DecodeWords(words) : words.ToString();

    private bool SkipQuoted(char quote, bool hasEscapes)
    {
        for (_at++; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            if (c == '\\' && hasEscapes)
            {
                _at++;
            }
            else if (c == quote)
            {
                _at++;
                if (_at >= _text.Length || _text[_at] != quote)
                {
                    return true;
                }
            }
        }

        _at = Math.Min(_at, _text.Length);
        return false;
    }

    /// <summary>The length of a number with a point or an exponent; 0 for anything else, whole numbers too, which are words. After a name
    /// and its point is a name, even one that begins with digits.</summary>
    private readonly int LengthOfNumber()
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

    private readonly int SkipDigits(int at)
    {
        while (at < _text.Length && char.IsAsciiDigit(_text[at]))
        {
            at++;
        }

        return at;
    }

    private readonly bool IsOfWord(char c)
        => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' || (c > '\u007f' && !(c == NoBreak && IsBlank(c)));

    // MySQL manual, "String Literals": other characters mean themselves; \% and \_ keep their backslash.
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

    /// <summary>In a character set of single bytes the blank that does not break a line is one (strings/ctype-latin1.cc).</summary>
    private readonly bool IsBlank(char c) => c <= ' ' || c == '\x7f'
        || (c == NoBreak && _dialect.Charset is { MaxLength: 1 } charset && charset.DecodeLoosely([(byte)NoBreak]) == "\xa0");

    private void SkipBlanks()
    {
        while (_at < _text.Length)
        {
            var rest = _text[_at..];
            if (IsBlank(rest[0]))
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
            else if (rest[0] == '#'
                || (rest.StartsWith("--") && (rest.Length == 2 || IsBlank(rest[2]))))
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

        // MariaDB skips what only MySQL 5.7 and later have.
        var isExecuted = version <= _dialect.ServerVersion
            && (isMariaDbs ? _dialect.IsMariaDb : !_dialect.IsMariaDb || version is < 50700 or > 99999);
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
        from = Math.Min(_at + from, _text.Length);
        var end = _text[from..].IndexOf("*/");
        _at = end < 0 ? _text.Length : from + end + 2;
    }
}
