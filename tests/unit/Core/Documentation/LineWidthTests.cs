namespace CdcEmbedded.Tests.Documentation;

/// <summary>Lines fit a window: 140 columns in code and pages.</summary>
/// <remarks>Longer are lines of tables and headings in pages, and lines of tests with a text, which are as long as their data.</remarks>
public sealed class LineWidthTests
{
    private const int Width = 140;

    [Fact]
    public void Lines_of_code_fit_140_columns() => Assert.Empty(RepositoryText.CodeFiles.SelectMany(TooLongInCode));

    [Fact]
    public void Lines_of_pages_fit_140_columns() => Assert.Empty(RepositoryText.Pages.SelectMany(TooLongInPage));

    private static IEnumerable<string> TooLongInCode(string path)
    {
        var isTest = path.StartsWith("tests/", StringComparison.Ordinal);
        var isRaw = false;
        foreach (var (line, number) in Lines(path))
        {
            var isData = isTest && (isRaw || line.Contains('"', StringComparison.Ordinal));
            isRaw ^= (line.Split("\"\"\"").Length & 1) == 0;
            if (line.Length > Width && !isData)
            {
                yield return $"{path}:{number} has {line.Length} columns";
            }
        }
    }

    private static IEnumerable<string> TooLongInPage(string path) => Lines(path)
        .Where(l => l.Line.Length > Width && l.Line.TrimStart() is not ['|' or '#', ..])
        .Where(l => !IsOneLink(l.Line))
        .Select(l => $"{path}:{l.Number} has {l.Line.Length} columns");

    /// <summary>True if the line cannot be broken before its end, because it is a link.</summary>
    private static bool IsOneLink(string line)
        => line.Contains("](", StringComparison.Ordinal) && line.Trim().IndexOf(' ', StringComparison.Ordinal) < 4;

    private static IEnumerable<(string Line, int Number)> Lines(string path)
        => RepositoryText.Read(path).Split('\n').Select((line, index) => (line, index + 1));
}
