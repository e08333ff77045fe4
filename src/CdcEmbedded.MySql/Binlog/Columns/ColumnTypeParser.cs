using System.Globalization;
using System.Text;

namespace CdcEmbedded.MySql.Binlog.Columns;

/// <summary>Reads the type of a column as information_schema.COLUMNS.COLUMN_TYPE writes it.</summary>
internal static class ColumnTypeParser
{
    public static Parsed Parse(string text)
    {
        var end = text.AsSpan().IndexOfAny('(', ' ');
        var name = (end < 0 ? text : text[..end]).ToLowerInvariant();
        var rest = end < 0 ? "" : text[end..];
        if (name is "enum" or "set")
        {
            return new Parsed(name, -1, -1, false, ParseLabels(rest));
        }

        var (first, second) = ParseNumbers(rest);
        return new Parsed(name, first, second, rest.Contains("unsigned", StringComparison.OrdinalIgnoreCase), null);
    }

    private static (int First, int Second) ParseNumbers(string rest)
    {
        var close = rest.IndexOf(')', StringComparison.Ordinal);
        if (rest.Length == 0 || rest[0] != '(' || close < 0)
        {
            return (-1, -1);
        }

        var inner = rest.AsSpan(1, close - 1);
        var comma = inner.IndexOf(',');
        return comma < 0 ? (Number(inner), -1) : (Number(inner[..comma]), Number(inner[(comma + 1)..]));
    }

    private static int Number(ReadOnlySpan<char> text)
        => int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture,
            out var number) ? number : -1;

    private static string[]? ParseLabels(string rest)
    {
        var labels = new List<string>();
        var i = 1;
        while (i < rest.Length && rest[i] == '\'')
        {
            var label = new StringBuilder();
            for (i++; i < rest.Length; i++)
            {
                if (rest[i] == '\\' && i + 1 < rest.Length)
                {
                    // The server writes only these four escapes here (sql/unireg.h, append_unescaped).
                    label.Append(rest[++i] switch { '0' => '\0', 'n' => '\n', 'r' => '\r', var c => c });
                }
                else if (rest[i] != '\'')
                {
                    label.Append(rest[i]);
                }
                else if (i + 1 < rest.Length && rest[i + 1] == '\'')
                {
                    label.Append(rest[i++]);
                }
                else
                {
                    break;
                }
            }

            labels.Add(label.ToString());

            // After the closing quote a comma starts the next label and a parenthesis ends the list.
            i++;
            if (i >= rest.Length || rest[i] != ',')
            {
                break;
            }

            i++;
        }

        return i < rest.Length && rest[i] == ')' ? [.. labels] : null;
    }

    /// <summary>A column type, split into its parts.</summary>
    /// <param name="Name">The name in lower case.</param>
    /// <param name="First">The first number in parentheses; -1 if there is none.</param>
    /// <param name="Second">The second number.</param>
    /// <param name="IsUnsigned">True if the type is unsigned.</param>
    /// <param name="Labels">The labels of an ENUM or SET; null for other types, or if they do not parse.</param>
    public readonly record struct Parsed(string Name, int First, int Second, bool IsUnsigned, string[]? Labels);
}
