namespace CdcEmbedded.Tests.Documentation;

/// <summary>Splits C# into the texts that people read. Comments on consecutive lines are one text, so that a phrase may wrap.</summary>
/// <remarks>Knows comments and all forms of string literals; everything else is code, of which only names
/// with underscores matter.</remarks>
internal sealed class CSharpReader
{
    private readonly string _path;
    private readonly string _code;
    private readonly List<Prose> _found = [];
    private int _at;
    private int _line = 1;

    private CSharpReader(string path, string code) => (_path, _code) = (path, code);

    /// <summary>Reads one file.</summary>
    public static IReadOnlyList<Prose> Read(string path, string code)
    {
        var reader = new CSharpReader(path, code);
        reader.ReadCode(closing: '\0');
        return reader._found;
    }

    /// <summary>Reads code up to the closing brace of an interpolation, or to the end of the file.</summary>
    private void ReadCode(char closing)
    {
        for (var depth = 0; _at < _code.Length;)
        {
            var current = Current;
            if (current == closing && depth == 0)
            {
                return;
            }

            depth += current switch { '{' => 1, '}' => -1, _ => 0 };
            if (current == '/' && Peek(1) == '/')
            {
                ReadLineComments();
            }
            else if (current == '/' && Peek(1) == '*')
            {
                ReadBlockComment();
            }
            else if (StartsString())
            {
                ReadString();
            }
            else if (current == '\'')
            {
                Advance(Peek(1) == '\\' ? 3 : 2);
                while (Current != '\'')
                {
                    Advance(1);
                }

                Advance(1);
            }
            else if (char.IsLetter(current) || current == '_')
            {
                ReadName();
            }
            else
            {
                Advance(1);
            }
        }
    }

    private void ReadLineComments()
    {
        var kind = Peek(2) == '/' ? ProseKind.XmlDoc : ProseKind.Comment;
        var mark = kind == ProseKind.XmlDoc ? "///" : "//";
        var line = _line;
        var lines = new List<string>();
        while (Follows(mark) && (kind == ProseKind.XmlDoc || Peek(2) != '/'))
        {
            var end = _code.IndexOf('\n', _at);
            end = end < 0 ? _code.Length : end;
            lines.Add(_code[(_at + mark.Length)..end]);
            Advance(end - _at);
            var next = _at;
            while (next < _code.Length && char.IsWhiteSpace(_code[next]))
            {
                next++;
            }

            // An empty line, or code, ends the text.
            if (_code.AsSpan(_at, next - _at).Count('\n') != 1 || !_code.AsSpan(next).StartsWith(mark, StringComparison.Ordinal))
            {
                break;
            }

            Advance(next - _at);
        }

        _found.Add(new Prose(_path, line, kind, string.Join('\n', lines)));
    }

    private void ReadBlockComment()
    {
        var end = _code.IndexOf("*/", _at, StringComparison.Ordinal);
        Take(ProseKind.Comment, _at + 2, end);
        Advance(end + 2 - _at);
    }

    private bool StartsString()
    {
        var at = _at;
        while (at < _code.Length && _code[at] is '$' or '@')
        {
            at++;
        }

        return at < _code.Length && _code[at] == '"';
    }

    private void ReadString()
    {
        var dollars = Run('$');
        var verbatim = Run('@') > 0;
        dollars += Run('$');
        var quotes = Count('"');
        if (quotes >= 3)
        {
            Advance(quotes);
            ReadContent(dollars, quotes, escapes: false, doubled: false);
        }
        else
        {
            Advance(1);
            ReadContent(dollars, 1, escapes: !verbatim, doubled: verbatim);
        }
    }

    /// <summary>Reads a literal's content and its closing quotes; interpolated expressions are read as code.</summary>
    private void ReadContent(int dollars, int quotes, bool escapes, bool doubled)
    {
        var line = _line;
        var text = new System.Text.StringBuilder();
        while (_at < _code.Length)
        {
            if (Current == '"' && doubled && Peek(1) == '"')
            {
                Append(text, 2);
            }
            else if (Current == '"' && Count('"') >= quotes)
            {
                var closing = Count('"');
                Append(text, closing - quotes);
                Advance(quotes);
                break;
            }
            else if (escapes && Current == '\\')
            {
                Append(text, 2);
            }
            else if (dollars == 1 && quotes == 1 && Current == '{' && Peek(1) == '{')
            {
                Append(text, 2);
            }
            else if (dollars > 0 && Current == '{' && Count('{') >= dollars)
            {
                Advance(Count('{'));
                ReadCode(closing: '}');
                Advance(Count('}') >= dollars ? dollars : 1);
                text.Append("{}");
            }
            else
            {
                Append(text, 1);
            }
        }

        _found.Add(new Prose(_path, line, ProseKind.Literal, text.ToString()));
    }

    private void ReadName()
    {
        var start = _at;
        while (_at < _code.Length && (char.IsLetterOrDigit(Current) || Current == '_'))
        {
            _at++;
        }

        if (_code.AsSpan(start, _at - start).Count('_') > 1)
        {
            _found.Add(new Prose(_path, _line, ProseKind.Name, _code[start.._at].Replace('_', ' ')));
        }
    }

    private char Current => Peek(0);

    private char Peek(int ahead) => _at + ahead < _code.Length ? _code[_at + ahead] : '\0';

    private bool Follows(string text) => _code.AsSpan(_at).StartsWith(text, StringComparison.Ordinal);

    private int Count(char repeated)
    {
        var count = 0;
        while (Peek(count) == repeated)
        {
            count++;
        }

        return count;
    }

    private int Run(char repeated)
    {
        var count = Count(repeated);
        Advance(count);
        return count;
    }

    private void Append(System.Text.StringBuilder text, int count)
    {
        text.Append(_code, _at, Math.Min(count, _code.Length - _at));
        Advance(count);
    }

    private void Take(ProseKind kind, int from, int to) => _found.Add(new Prose(_path, _line, kind, _code[from..to]));

    private void Advance(int count)
    {
        for (var end = Math.Min(_at + count, _code.Length); _at < end; _at++)
        {
            _line += _code[_at] == '\n' ? 1 : 0;
        }
    }
}
