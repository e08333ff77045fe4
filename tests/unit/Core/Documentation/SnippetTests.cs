using System.Text.RegularExpressions;

namespace CdcEmbedded.Tests.Documentation;

/// <summary>Every C# block of the pages is compiled: it equals a snippet of samples/DocSnippets.</summary>
/// <remarks>A snippet starts at <c>// &lt;name&gt;</c> and ends at <c>// &lt;/name&gt;</c>. One that occurs in several parts, such as the
/// using directives and the code that needs them, is shown with an empty line between the parts.</remarks>
public sealed partial class SnippetTests
{
    private static readonly Dictionary<string, string> Snippets = ReadSnippets();

    public static TheoryData<string> Pages => [.. RepositoryText.Pages.Where(page => Blocks(page).Count > 0)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_code_block_equals_a_compiled_snippet(string page)
        => Assert.All(Blocks(page), block => Assert.Contains(block, Snippets.Values));

    [Fact]
    public void Every_snippet_is_shown_on_a_page()
    {
        var shown = RepositoryText.Pages.SelectMany(Blocks).ToHashSet();
        Assert.Empty(Snippets.Where(snippet => !shown.Contains(snippet.Value)).Select(snippet => snippet.Key));
    }

    private static List<string> Blocks(string page) =>
        [.. Block().Matches(RepositoryText.Read(page)).Select(match => WithoutIndentation(match.Groups[1].Value))];

    private static Dictionary<string, string> ReadSnippets()
    {
        var parts = RepositoryText.CodeFiles.Where(file => file.StartsWith("samples/DocSnippets/", StringComparison.Ordinal))
            .SelectMany(file => Snippet().Matches(RepositoryText.Read(file)));
        return parts.GroupBy(part => part.Groups["name"].Value, part => WithoutIndentation(part.Groups["code"].Value))
            .ToDictionary(group => group.Key, group => string.Join("\n\n", group));
    }

    private static string WithoutIndentation(string code)
    {
        var lines = code.TrimEnd().Split('\n').SkipWhile(string.IsNullOrWhiteSpace).ToList();
        var indentation = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart(' ').Length);
        return string.Join('\n', lines.Select(line => line.Length < indentation ? "" : line[indentation..].TrimEnd()));
    }

    [GeneratedRegex("^ *```csharp\n(.*?)^ *```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^ *// <(?<name>[\w-]+)>\n(?<code>.*?)^ *// </\k<name>>", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Snippet();
}
