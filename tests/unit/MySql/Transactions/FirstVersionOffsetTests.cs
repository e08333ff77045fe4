using CdcEmbedded.MySql.Recordings;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>Streams that resume at the offsets that the last revision of version 1 stored while it read the same log.</summary>
public sealed class FirstVersionOffsetTests
{
    [Theory]
    [InlineData("mysql-5.6/tx")]
    [InlineData("mysql-9.7/misc97")]
    [InlineData("mysql-9.7/rotate")]
    public async Task A_stream_resumes_at_every_offset_of_version_1_with_exactly_the_rest(string name)
    {
        var recording = Recording.Get(name);
        var lines = File.ReadLines(Path.Combine(recording.Folder, "offsets-v1.tsv")).Select(static line => line.Split('\t')).ToList();
        var changes = (await FeedRun.ReadAsync(FeedRun.Files(recording))).Changes.Select(static change => change.EventId);
        Assert.Equal(changes, lines.Where(static line => line[0] != "-").Select(static line => line[0]));

        for (var i = 0; i < lines.Count; i++)
        {
            var rest = await FeedRun.ReadAsync(FeedRun.Files(recording), CdcOffset.Parse(lines[i][1]));

            Assert.Null(rest.Failure);
            Assert.Equal(lines.Skip(i + 1).Where(static line => line[0] != "-").Select(static line => line[0]),
                rest.Changes.Select(static change => change.EventId));
            Assert.All(rest.Changes, static change => Assert.StartsWith("{\"v\":2,", change.Offset.ToString(), StringComparison.Ordinal));
        }
    }
}
