using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

/// <summary>What a source and a stored offset keep for each engine.</summary>
public sealed class SharedSourceTests : EngineTest
{
    [Fact]
    public async Task One_source_object_serves_two_engines_at_once_with_offsets_of_their_own()
    {
        var source = Transactions(2, 3, 3, 3).End();
        await using var first = new CdcEngine(source, Store, new CdcEngineOptions { Name = "first", CommitPolicy = CommitPolicy.Always });
        await using var second = new CdcEngine(source, Store, new CdcEngineOptions { Name = "second", CommitPolicy = CommitPolicy.Always });
        await using var a = first.ReadAsync(Timeout).GetAsyncEnumerator();
        await using var b = second.ReadAsync(Timeout).GetAsyncEnumerator();
        for (var id = 1; id <= 9; id++)
        {
            Assert.True(await a.MoveNextAsync());
            Assert.Equal((id, "first"), (Id(a.Current), a.Current.Source.Name));
            if (id <= 5)
            {
                Assert.True(await b.MoveNextAsync());
                Assert.Equal((id, "second"), (Id(b.Current), b.Current.Source.Name));
            }
        }

        Assert.Equal(2, source.Starts.Count);
        Assert.False(await a.MoveNextAsync());
        await b.DisposeAsync();
        Assert.Equal(0, source.OpenFeeds);
        Assert.Equal(At(3), (await Store.LoadAsync("first"))?.Text);
        Assert.Equal(At(1, 1, true), (await Store.LoadAsync("second"))?.Text);
    }

    [Fact]
    public async Task The_snapshot_part_of_a_stored_offset_is_kept_when_later_offsets_are_stored()
    {
        const string End = ",\"snapshot\":{\"commands\":3,\"finished\":[\"initial\"]}}";
        await Store.SaveAsync("test", At(1)[..^1] + End, 0);
        var offsets = new List<string>();
        await using (var engine = new CdcEngine(Transactions(1, 2, 3).End(), Store, Options(commit: CommitPolicy.Always)))
        {
            await foreach (var change in engine.ReadAsync(Timeout))
            {
                offsets.Add(change.Offset.ToString());
            }
        }

        Assert.Equal(3, offsets.Count);
        Assert.All(offsets, offset => Assert.EndsWith(End, offset, StringComparison.Ordinal));
        Assert.All(Store.Saved, text => Assert.EndsWith(End, text, StringComparison.Ordinal));
        Assert.Equal(At(2)[..^1] + End, LastSaved);
    }
}
