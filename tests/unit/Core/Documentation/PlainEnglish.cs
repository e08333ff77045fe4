using System.Text.RegularExpressions;

namespace CdcEmbedded.Tests.Documentation;

/// <summary>The words that this repository does not use, with what to write instead, and the few phrases in which they are right.</summary>
internal static class PlainEnglish
{
    private static readonly (Regex Words, string Instead)[] Rules =
    [
        Rule(@"\bbehind\b", "after, past (in this field \"behind\" means lagging)"),
        Rule(@"\banew\b|\bonce\s+more\b", "again"),
        Rule(@"\bpass(es|ed|ing)?\s+over\b", "skip"),
        Rule(@"\b(leaves?|left|leaving)\s+(it\s+|them\s+)?out\b", "skip, omit, filter out"),
        Rule(@"\b(puts?|putting)\s+aside\b|\bset\s+aside\b", "spill (to the file), keep"),
        Rule(@"\b(go|goes|going|went|gone)\s+on\b", "resume, continue"),
        Rule(@"\bat\s+hand\b", "current"),
        Rule(@"\bmend(s|ed|ing)?\b", "fix, repair"),
        Rule(@"\b(lie|lies|lay|lain|lying)\s+back\b", "is older"),
        Rule(@"(?<![-\w])stand(s|ing)?\b(?!\s+in\s+for\b|\s+for\b|-)|\bstood\b", "is"),
        Rule(@"\btell(s|ing)?\b|\btold\b", "report, emit, say, distinguish"),
        Rule(@"<(summary|returns)>\s*Whether\b", "True if"),
    ];

    private static readonly Regex Allowed = new(
        @"\b(lag|lags|lagging|falls?|falling|fell|fallen)\s+behind\b"
        + @"|\bbehind\s+((a|an|the|its)\s+)?(\w+\s+)?`?(proxy|load\s+balancer|firewall|NAT|mongos|interface)\b",
            RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    private static readonly Regex InlineCode = new("`[^`\n]*`", RegexOptions.CultureInvariant);

    /// <summary>Finds what one text should say otherwise, each as <c>path:line: "word": what to write instead</c>.</summary>
    public static IEnumerable<string> Check(Prose prose)
    {
        var text = Allowed.Replace(prose.Text, Blank);
        text = prose.Kind == ProseKind.Page ? InlineCode.Replace(text, Blank) : text;
        foreach (var (words, instead) in Rules)
        {
            foreach (Match match in words.Matches(text))
            {
                var line = prose.Line + text.AsSpan(0, match.Index).Count('\n');
                var word = string.Join(' ', match.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
                yield return $"{prose.Path}:{line}: \"{word}\" in a {prose.Kind}: write {instead}";
            }
        }
    }

    /// <summary>Blanks a text, so that the lines after it keep their numbers.</summary>
    private static string Blank(Match match) => new([.. match.Value.Select(c => c == '\n' ? '\n' : ' ')]);

    private static (Regex Words, string Instead) Rule(string words, string instead) =>
        (new Regex(words, RegexOptions.CultureInvariant | RegexOptions.IgnoreCase), instead);
}
