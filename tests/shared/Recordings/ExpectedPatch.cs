using System.Text;
using System.Text.Json;

namespace CdcEmbedded.MySql.Recordings;

/// <summary>Compares a patch with what mysqlbinlog prints for the same differences: nested calls of JSON functions, the innermost first,
/// each with paths and values.</summary>
internal static class ExpectedPatch
{
    public static bool Matches(string patch, string calls)
    {
        using var document = JsonDocument.Parse(patch);
        var found = document.RootElement.EnumerateArray().Select(o => (Op: o.GetProperty("op").GetString() ?? "",
            Path: o.GetProperty("path").GetString() ?? "",
            Value: o.TryGetProperty("value", out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString()
                : value.GetRawText() : null));
        return found.SequenceEqual(Read(calls));
    }

    private static List<(string Op, string Path, string? Value)> Read(string calls)
    {
        var result = new List<(string Op, string Path, string? Value)>();
        var at = 0;
        ReadCall(calls, ref at, result);
        Assert.Equal(calls.Length, at);
        return result;
    }

    private static void ReadCall(string s, ref int at, List<(string Op, string Path, string? Value)> result)
    {
        Skip(s, ref at, " ");
        if (s[at] == '@')
        {
            at++;
            Word(s, ref at);
            return;
        }

        var op = Word(s, ref at) switch
        {
            "JSON_REPLACE" or "JSON_SET" => "replace",
            "JSON_INSERT" or "JSON_ARRAY_INSERT" => "insert",
            "JSON_REMOVE" => "remove",
            var other => throw new FormatException(other),
        };
        Skip(s, ref at, "(");
        ReadCall(s, ref at, result);
        while (s[at] == ',')
        {
            Skip(s, ref at, ", ");
            var path = Text(s, ref at);
            string? value = null;
            if (op != "remove")
            {
                Skip(s, ref at, ", ");
                value = ReadValue(s, ref at);
            }

            result.Add((op, path, value));
        }

        Skip(s, ref at, ")");
    }

    private static string ReadValue(string s, ref int at)
    {
        if (s[at] == '\'')
        {
            return Text(s, ref at);
        }

        if (!s.AsSpan(at).StartsWith("CAST("))
        {
            return Word(s, ref at);
        }

        Skip(s, ref at, "CAST(");
        var json = Text(s, ref at);
        Skip(s, ref at, " AS JSON)");
        return json;
    }

    private static string Text(string s, ref int at)
    {
        var text = new StringBuilder();
        for (at++; s[at] != '\''; at++)
        {
            text.Append(s[at] != '\\' ? s[at] : s[++at] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', '0' => '\0', var c => c });
        }

        at++;
        return text.ToString();
    }

    private static string Word(string s, ref int at)
    {
        var start = at;
        while (at < s.Length && s[at] is not ('(' or ')' or ',' or ' '))
        {
            at++;
        }

        return s[start..at];
    }

    private static void Skip(string s, ref int at, string part)
    {
        if (part == " ")
        {
            at += s[at] == ' ' ? 1 : 0;
            return;
        }

        Assert.Equal(part, s.Substring(at, part.Length));
        at += part.Length;
    }
}
