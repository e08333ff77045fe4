using System.Text;

namespace CdcEmbedded.MySql.Feed;

/// <summary>Cuts a logged statement into words, names and the rest. Comments are blanks, executable ones count with their contents.</summary>
internal ref struct StatementScanner(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    /// <summary>What has not been passed over.</summary>
    public readonly ReadOnlySpan<char> Rest => _text[_at..];

    /// <summary>The next character that is no blank; a zero at the end.</summary>
    public char Peek()
    {
        SkipBlanks();
        return _at < _text.Length ? _text[_at] : '\0';
    }

    /// <summary>Passes over a character that is there.</summary>
    public bool TryTake(char c)
    {
        if (Peek() != c || c == '\0')
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>The next word without moving; empty where something else stands.</summary>
    public readonly ReadOnlySpan<char> PeekWord()
    {
        var copy = this;
        return copy.NextWord();
    }

    /// <summary>The next word; empty where something else stands.</summary>
    public ReadOnlySpan<char> NextWord()
    {
        SkipBlanks();
        var start = _at;
        while (_at < _text.Length && IsOfName(_text[_at]))
        {
            _at++;
        }

        return _text[start.._at];
    }

    /// <summary>Passes over a keyword that is there.</summary>
    public bool TryTakeWord(string keyword)
    {
        if (!PeekWord().Equals(keyword, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        NextWord();
        return true;
    }

    /// <summary>A name with or without quotes; empty where none stands.</summary>
    public string NextName()
    {
        var quote = Peek();
        if (quote is not ('`' or '"'))
        {
            return NextWord().ToString();
        }

        var name = new StringBuilder();
        for (_at++; _at < _text.Length; _at++)
        {
            if (_text[_at] == quote)
            {
                if (_at + 1 >= _text.Length || _text[_at + 1] != quote)
                {
                    _at++;
                    return name.ToString();
                }

                _at++;
            }

            name.Append(_text[_at]);
        }

        return "";
    }

    /// <summary>Passes over everything up to and with a keyword that stands outside quotes and comments.</summary>
    public bool SkipPast(string keyword)
    {
        for (var next = Peek(); next != '\0'; next = Peek())
        {
            if (IsOfName(next))
            {
                if (NextWord().Equals(keyword, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
            else if (next is '\'' or '"' or '`')
            {
                SkipQuoted(next);
            }
            else
            {
                _at++;
            }
        }

        return false;
    }

    private static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' || c > '\u007f';

    private void SkipQuoted(char quote)
    {
        for (_at++; _at < _text.Length; _at++)
        {
            if (_text[_at] == '\\' && quote != '`')
            {
                _at++;
            }
            else if (_text[_at] == quote)
            {
                // A doubled quote begins what looks like the next text: passed over as well.
                _at++;
                return;
            }
        }

        _at = Math.Min(_at, _text.Length);
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length)
        {
            var rest = _text[_at..];
            if (char.IsWhiteSpace(rest[0]) || rest[0] == '(')
            {
                _at++;
            }
            else if (rest.StartsWith("/*!") || rest.StartsWith("/*M!"))
            {
                // An executable comment: its contents count, its version number does not.
                _at += rest[2] == '!' ? 3 : 4;
                while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
                {
                    _at++;
                }
            }
            else if (rest.StartsWith("/*"))
            {
                var end = rest[2..].IndexOf("*/");
                _at = end < 0 ? _text.Length : _at + end + 4;
            }
            else if (rest.StartsWith("*/"))
            {
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
}
