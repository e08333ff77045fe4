using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Tests.Leases;

/// <summary>An offset and a lease in one row.</summary>
public sealed class LeaseTextTests
{
    private static readonly LeaseRecord Lease =
        new("host \"a\"/1/x", 7, TimeSpan.FromSeconds(3), new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));

    private static string Offset => new PlainPosition(5).ToOffset().ToString();

    [Fact]
    public void A_row_is_the_offset_with_the_lease_as_its_last_part()
    {
        var row = LeaseText.Write(Offset, Lease with { Owner = "host/1/x" });

        Assert.Equal("""{"v":2,"source":{"kind":"test"},"position":{"n":5},"lease":{"owner":"host/1/x","fence":7,"ms":3000,"""
            + "\"until\":\"2026-01-02T03:04:05.678Z\"}}", row);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_written_is_read_again(bool hasOffset)
    {
        var offset = hasOffset ? Offset : null;
        foreach (var lease in (LeaseRecord[])[Lease, Lease with { Owner = null }])
        {
            Assert.Equal((offset, lease), LeaseText.Split(LeaseText.Write(offset, lease)));
        }
    }

    [Fact]
    public void A_row_that_was_edited_by_hand_is_understood()
    {
        var (offset, lease) = LeaseText.Split("""
            { "v": 2, "lease": { "fence": 3, "ms": 500 }, "source": { "kind": "test" }, "position": { "n": 1, "s": "\u00e4,\"lease\":{" } }
            """);

        Assert.Equal((null, 3L), (lease?.Owner, lease?.Fence));
        Assert.Equal("""{"v":2,"source":{ "kind": "test" },"position":{ "n": 1, "s": "\u00e4,\"lease\":{" }}""", offset);
    }

    [Fact]
    public void An_offset_that_is_read_from_a_row_has_no_lease()
        => Assert.Equal(Offset, CdcOffset.Parse(LeaseText.Write(Offset, Lease)).ToString());

    [Fact]
    public void A_row_without_an_offset_is_not_an_offset()
        => Assert.Contains("no offset yet",
            Assert.Throws<OffsetFormatException>(() => CdcOffset.Parse(LeaseText.Write(null, Lease))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"fence":1}""")]
    [InlineData("""{"fence":1,"ms":0}""")]
    [InlineData("""{"fence":"x","ms":10}""")]
    [InlineData("""{"fence":1,"ms":10,"owner":3}""")]
    [InlineData("""{"fence":1,"ms":10,"until":"soon"}""")]
    [InlineData("[]")]
    [InlineData("null")]
    public void A_damaged_lease_is_an_error_that_says_what_to_do(string lease)
    {
        var row = $$"""{"v":2,"source":{"kind":"test"},"position":{"n":1},"lease":{{lease}}}""";

        Assert.Contains("Remove it", Assert.Throws<OffsetFormatException>(() => CdcOffset.Parse(row)).Message, StringComparison.Ordinal);
    }
}
