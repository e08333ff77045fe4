using System.Text.RegularExpressions;

namespace CdcEmbedded.Tests.Documentation;

/// <summary>What comments cite is in the repository.</summary>
public sealed partial class CitationTests
{
    [Fact]
    public void Every_requirement_that_a_comment_cites_is_listed_in_the_map()
    {
        var listed = Listed().Matches(RepositoryText.Read("src/ARCHITECTURE.md")).Select(match => match.Groups[1].Value).ToHashSet();
        var cited = Comments()
            .SelectMany(comment => Cited().Matches(comment.Text).Select(match => (comment.Path, comment.Line, Number: match.Value)));

        Assert.NotEmpty(listed);
        Assert.DoesNotContain(cited, citation => !listed.Contains(citation.Number));
    }

    [Fact]
    public void No_comment_cites_what_is_not_in_the_repository() => Assert.Empty(Comments().SelectMany(comment =>
        Outside().Matches(comment.Text).Select(match => $"{comment.Path}:{comment.Line}: {match.Value}")));

    [Fact]
    public void Every_page_that_a_comment_cites_exists() => Assert.Empty(Comments().SelectMany(comment => Page().Matches(comment.Text)
        .Where(match => !RepositoryText.Pages.Any(page => page.EndsWith(match.Value, StringComparison.Ordinal)))
        .Select(match => $"{comment.Path}:{comment.Line}: {match.Value}")));

    private static IEnumerable<Prose> Comments()
        => RepositoryText.CodeFiles.SelectMany(path => CSharpReader.Read(path, RepositoryText.Read(path)))
        .Where(prose => prose.Kind is ProseKind.Comment or ProseKind.XmlDoc);

    [GeneratedRegex(@"\*\*(R\d+b?)\*\*")]
    private static partial Regex Listed();

    [GeneratedRegex(@"\bR\d{1,2}b?\b")]
    private static partial Regex Cited();

    [GeneratedRegex(@"\.\./shared|\bissue #?\d+|(?<![\w.])/(?:work|tmp|home|root)/|\bTODO\b|\bFIXME\b", RegexOptions.IgnoreCase)]
    private static partial Regex Outside();

    [GeneratedRegex(@"(?<![\w./-])(?!libs/)[\w./-]+\.md\b")]
    private static partial Regex Page();
}
