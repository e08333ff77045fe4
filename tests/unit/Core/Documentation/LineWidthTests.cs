namespace CdcEmbedded.Tests.Documentation;

/// <summary>Lines fit a window: 140 columns in code and pages.</summary>
/// <remarks>Longer are lines of tables and headings in pages, and lines with a text in code: in what is shipped up to 160 columns,
/// elsewhere as long as the data of a test.</remarks>
public sealed class LineWidthTests
{
    private const int Width = 140;
    private const int WidthWithText = 160;

    [Fact]
    public void Lines_of_code_fit_140_columns() => Assert.Empty(RepositoryText.CodeFiles.SelectMany(TooLongInCode));

    [Fact]
    public void Lines_of_pages_fit_140_columns() => Assert.Empty(RepositoryText.Pages.SelectMany(TooLongInPage));

    private static IEnumerable<string> TooLongInCode(string path)
    {
        var isShipped = path.StartsWith("src/", StringComparison.Ordinal) || path.StartsWith("samples/", StringComparison.Ordinal);
        var isRaw = false;
        foreach (var (line, number) in Lines(path))
        {
            var hasText = isRaw || line.Contains('"', StringComparison.Ordinal);
            var limit = !hasText ? Width : isShipped ? WidthWithText : int.MaxValue;
            isRaw ^= (line.Split("\"\"\"").Length & 1) == 0;
            if (line.Length > limit)
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
