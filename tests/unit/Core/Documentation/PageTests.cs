using System.Text.RegularExpressions;
using CdcEmbedded.Tests.Architecture;

namespace CdcEmbedded.Tests.Documentation;

/// <summary>The pages are short where they promise it, and their links and paths lead somewhere.</summary>
public sealed partial class PageTests
{
    public static TheoryData<string> Pages => [.. RepositoryText.Pages];

    [Fact]
    public void The_README_has_at_most_1500_words_and_starts_with_the_installation()
    {
        var text = RepositoryText.Read("README.md");

        Assert.InRange(text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 1, 1500);
        Assert.Matches(@"\A# CdcEmbedded\n(?:[^#]*?)```sh\ndotnet add package CdcEmbedded\.MySql\b", text);
        Assert.Contains("```mermaid", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_two_commands_of_the_README_exist()
    {
        var text = RepositoryText.Read("README.md");

        Assert.Matches(@"(?m)^dotnet run --project samples/CdcTail\b", text);
        Assert.Matches(@"(?m)^dotnet test\b", text);
        Assert.True(File.Exists(Path.Combine(ShippedAssemblies.Root, "samples", "CdcTail", "CdcTail.csproj")));
        Assert.Single(Directory.GetFiles(ShippedAssemblies.Root, "*.sln*"));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_to_a_file_and_a_heading(string page)
    {
        var text = RepositoryText.Read(page);
        Assert.All(Link().Matches(text), link =>
        {
            var target = link.Groups["path"].Value is { Length: > 0 } path
                ? Path.GetRelativePath(ShippedAssemblies.Root,
                    Path.GetFullPath(path, Path.Combine(ShippedAssemblies.Root, Path.GetDirectoryName(page) ?? "")))
                : page;
            Assert.True(Path.Exists(Path.Combine(ShippedAssemblies.Root, target)), $"{page} links to {target}, which does not exist.");
            if (link.Groups["anchor"].Value is { Length: > 0 } anchor)
            {
                Assert.Contains(anchor, Heading().Matches(RepositoryText.Read(target)).Select(heading => Anchor(heading.Groups[1].Value)));
            }
        });
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_path_that_a_page_names_exists(string page) => Assert.All(RepositoryPath().Matches(RepositoryText.Read(page)), path =>
        Assert.True(Path.Exists(Path.Combine(ShippedAssemblies.Root, path.Groups[1].Value)), $"{page} names {path.Groups[1].Value}."));

    private static string Anchor(string heading) => NotInAnchors().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"(?<!\!)\[[^\]]*\]\((?!\w+:)(?<path>[^)#\s]*)(?:#(?<anchor>[^)\s]+))?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"`((?:src|tests|samples|benchmarks|\.github)/[\w./-]+)`")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
