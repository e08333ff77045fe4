using System.Text;

namespace CdcEmbedded.TestServers.Hosting;

/// <summary>
/// Reads what the client prints with <c>--batch --skip-column-names</c>: one row per line, fields separated by tabs, with <c>\t \n \0
/// \\</c> written as escapes.
/// </summary>
internal static class ClientOutput
{
    public static IReadOnlyList<string?[]> Rows(string output) =>
        output.Length == 0 ? [] : [.. output.TrimEnd('\n').Split('\n').Select(Row)];

    public static string?[] Row(string line) => [.. line.Split('\t').Select(Field)];

    private static string? Field(string text)
    {
        if (text == "NULL")
        {
            return null;
        }

        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var field = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            field.Append(text[i] != '\\' || i + 1 == text.Length
                ? text[i]
                : text[++i] switch
                {
                    't' => '\t',
                    'n' => '\n',
                    '0' => '\0',
                    char other => other,
                });
        }

        return field.ToString();
    }
}
