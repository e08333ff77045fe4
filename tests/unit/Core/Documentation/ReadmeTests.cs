using System.Text.RegularExpressions;

namespace CdcEmbedded.Tests.Documentation;

/// <summary>What the README shows is what compiles.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void Every_code_block_of_the_README_stands_in_the_compiled_snippets()
    {
        var root = FindRoot();
        var snippets = string.Concat(Directory.GetFiles(Path.Combine(root, "samples", "ReadmeSnippets"), "*.cs").Select(File.ReadAllText));
        var compiled = Squeeze(snippets);
        var blocks = CodeBlock().Matches(File.ReadAllText(Path.Combine(root, "README.md")));

        Assert.NotEmpty(blocks);
        Assert.All(blocks, block =>
        {
            var code = string.Join('\n', block.Groups[1].Value.Split('\n').Where(line => !line.StartsWith("using CdcEmbedded", StringComparison.Ordinal)));
            Assert.Contains(Squeeze(code), compiled, StringComparison.Ordinal);
        });
    }

    private static string Squeeze(string code) => Blanks().Replace(code, " ").Trim();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CdcEmbedded.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The folder of CdcEmbedded.sln is not above the tests.");
    }

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
