using System.Globalization;
using System.Text.RegularExpressions;

namespace CdcEmbedded.Tests.Documentation;

/// <summary>The table of the page about operations lists the ids of all log messages.</summary>
public sealed partial class LogIdTests
{
    [Fact]
    public void Each_range_of_the_table_begins_and_ends_with_a_message_and_no_message_is_outside()
    {
        var ids = RepositoryText.CodeFiles.Where(path => path.StartsWith("src/", StringComparison.Ordinal))
            .SelectMany(path => Message().Matches(RepositoryText.Read(path))).Select(NumberOf).Order().ToList();
        var ranges = Range().Matches(RepositoryText.Read("src/docs/operations.md"))
            .Select(match => (First: NumberOf(match), Last: int.Parse(match.Groups["last"].Value, CultureInfo.InvariantCulture))).ToList();

        Assert.Equal(ids.Distinct(), ids);
        Assert.All(ids, id => Assert.Single(ranges, range => range.First <= id && id <= range.Last));
        Assert.All(ranges, range => Assert.Equal([range.First, range.Last], ids.Intersect([range.First, range.Last])));
    }

    private static int NumberOf(Match match) => int.Parse(match.Groups["first"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\[LoggerMessage\((?<first>\d+),", RegexOptions.ExplicitCapture)]
    private static partial Regex Message();

    [GeneratedRegex(@"^\| (?<first>\d+) – (?<last>\d+) \|", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex Range();
}
