using CdcEmbedded.Formats;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.Testing;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>The envelope makes parts once and uses them for many rows.</summary>
public sealed class EnvelopeOfRowsTests
{
    private static readonly EnvelopeJsonOptions Options = new()
    {
        IncludeTransaction = true, UndecodableText = UndecodableText.Bytes, TimeProvider = new VirtualTime(),
    };

    public static TheoryData<string> Recordings => RecordedTruth.Whole;

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task A_row_is_written_the_same_by_a_writer_of_its_own_as_after_others(string name)
    {
        var run = await FeedRun.ReadAsync(FeedRun.Files(Recording.Get(name)));
        using var shared = new EnvelopeJson(Options);
        foreach (var change in run.Changes.Take(2000))
        {
            using var own = new EnvelopeJson(Options);
            var expected = own.ToJson(change);
            Assert.Equal(expected, shared.ToJson(change));
            Assert.Contains($",\"row\":{((MySqlSourceInfo)change.Source).Row},", expected, StringComparison.Ordinal);
        }
    }
}
