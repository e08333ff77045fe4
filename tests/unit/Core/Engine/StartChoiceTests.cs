using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

/// <summary>Where a stream starts: at the stored offset, else where the options say.</summary>
public sealed class StartChoiceTests : EngineTest
{
    [Fact]
    public async Task A_first_start_stores_where_it_begins_before_the_first_event()
    {
        await using var engine =
            new CdcEngine(Transactions(1, 1, 1), Store, new CdcEngineOptions { Name = "test", StartFrom = StartPosition.Latest });
        var reading = Assert.ThrowsAsync<ObjectDisposedException>(() => ReadIdsAsync(engine));
        await UntilAsync(() => LastSaved == At(2), "the start is stored");
        await engine.DisposeAsync();
        await reading;
    }

    [Fact]
    public async Task A_stored_offset_wins_over_StartFrom()
    {
        await Store.SaveAsync("test", At(1), 0);
        var options = new CdcEngineOptions { Name = "test", StartFrom = StartPosition.At(CdcOffset.Parse(At(0))) };
        await using var engine = new CdcEngine(Transactions(1, 2, 2).End(), Store, options);

        Assert.Equal([3, 4], await ReadIdsAsync(engine));
    }

    [Theory]
    [InlineData("""{"v":2,"source":{"kind":"scripted"},"position":{"tx":"x","row":0}}""")]
    [InlineData("""{"v":2,"source":{"kind":"scripted"},"position":{"tx":1}}""")]
    public async Task A_damaged_offset_of_StartFrom_is_refused_by_its_name_before_anything_is_connected(string text)
    {
        var source = Transactions(1, 1);
        await using var engine = new CdcEngine(source, Store,
            new CdcEngineOptions { Name = "test", StartFrom = StartPosition.At(CdcOffset.Parse(text)) });

        var atStart = await Assert.ThrowsAsync<OffsetFormatException>(() => ReadIdsAsync(engine));
        var atCheck = await Assert.ThrowsAsync<OffsetFormatException>(async () => await engine.ValidateAsync());
        Assert.StartsWith("StartFrom of engine 'test' cannot be used.", atStart.Message, StringComparison.Ordinal);
        Assert.EndsWith("leave StartFrom unset.", atStart.Message, StringComparison.Ordinal);
        Assert.Equal(atStart.Message, atCheck.Message);
        Assert.Empty(source.Starts);
    }

    [Theory]
    [InlineData("""{"v":1,"source":"mysql"}""", "remove the offset")]
    [InlineData("garbage", "Restore a copy")]
    [InlineData("""{"v":2,"source":{"kind":"scripted"},"position":{"tx":"x","row":0}}""", "Restore a copy")]
    [InlineData("""{"v":2,"source":{"kind":"scripted"}}""", "Restore a copy")]
    [InlineData("""{"v":3,"source":{"kind":"scripted"},"position":{"tx":1,"row":0}}""", "Restore a copy")]
    public async Task An_offset_of_another_source_or_a_damaged_one_is_refused_with_its_key_and_what_to_do(string text, string remedy)
    {
        await Store.SaveAsync("test", text, 0);
        var source = Transactions(1, 1);
        await using var engine = Engine(source);

        var atStart = await Assert.ThrowsAsync<OffsetFormatException>(() => ReadIdsAsync(engine));
        var atCheck = await Assert.ThrowsAsync<OffsetFormatException>(async () => await engine.ValidateAsync());
        Assert.Contains("stored under 'test'", atStart.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, atStart.Message, StringComparison.Ordinal);
        Assert.Equal(atStart.Message, atCheck.Message);
        Assert.Empty(source.Starts);
    }
}
