using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Engine;

namespace CdcEmbedded.Tests.LossesElsewhere;

/// <summary>Changes that other readers lost, or repeated, between the log and the application's loop. Each test is named
/// after its report.</summary>
public sealed class DeliveryLossTests : EngineTest
{
    [Theory]
    [InlineData(AcknowledgementMode.OnNext)]
    [InlineData(AcknowledgementMode.Manual)]
    public async Task Cortex_a_position_is_stored_only_after_its_change_was_handed_over_and_processed(AcknowledgementMode mode)
    {
        await using var engine = Engine(Transactions(1, 1, 1, 1).End(), CommitPolicy.Always, mode);
        var processed = 0;
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            Assert.Equal(At(processed), LastSaved);
            processed++;
            if (mode == AcknowledgementMode.Manual)
            {
                await engine.CommitAsync(change);
            }
        }

        Assert.Equal(At(3), LastSaved);
    }

    [Fact]
    public async Task Cortex_a_change_that_is_equal_to_the_one_before_is_delivered()
    {
        var row = ScriptedRow.Of(("id", 1), ("a", "x"));
        var source = new ScriptedSource().Update(Table, row, row).Update(Table, row, row).Update(Table, row, row).End();
        await using var engine = Engine(source);

        var ids = await ReadIdsAsync(engine);

        Assert.Equal([1, 1, 1], ids);
    }

    [Fact]
    public async Task Shyiko_250_and_ClickHouse_29837_a_reconnect_does_not_move_the_position_past_what_was_delivered()
    {
        for (var cut = 0; cut <= 6; cut++)
        {
            var source = new ScriptedSource { ChangesPerEvent = 2 };
            var step = 0;
            for (var transaction = 0; transaction < 2; transaction++)
            {
                source.Begin();
                for (var row = 0; row < 3; row++)
                {
                    if (step == cut)
                    {
                        source.Disconnect();
                    }

                    source.Insert(Table, ("id", ++step));
                }

                source.Commit();
            }

            source.End();
            var options = Options(CommitPolicy.Always, time: TimeProvider.System);
            await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), options);
            Assert.Equal([1, 2, 3, 4, 5, 6], await ReadIdsAsync(engine));
        }
    }

    [Fact]
    public async Task Dm_1751_the_position_after_an_event_is_not_stored_before_its_last_row_is_processed()
    {
        await using (var engine = Engine(Transactions(5, 5).End(), CommitPolicy.Always))
        {
            await ReadIdsAsync(engine, limit: 3);
        }

        await using var rest = Engine(Transactions(5, 5).End(), CommitPolicy.Always);
        Assert.Equal([3, 4, 5], await ReadIdsAsync(rest));
    }

    [Fact]
    public async Task Maxwell_1766_and_Flink_271_the_position_of_an_idle_source_moves_in_every_mode()
    {
        foreach (var policy in (CommitPolicy[])[CommitPolicy.Default, CommitPolicy.Always, CommitPolicy.EachTransaction])
        {
            var store = new InMemoryOffsetStore();
            await using (var engine = new CdcEngine(new ScriptedSource().Filtered().Filtered().End(), store, Options(policy)))
            {
                Assert.Empty(await ReadIdsAsync(engine));
            }

            Assert.Equal(At(2), (await store.LoadAsync("test"))?.Text);
        }
    }

    [Fact]
    public async Task Morphium_329_and_powersync_251_a_lost_position_ends_the_stream_at_once_and_is_not_retried()
    {
        var source = Transactions(1, 2).LoseOffsets(1000).End();
        await Store.SaveAsync("test", At(1), 0);
        await using var engine = Engine(source);

        await Assert.ThrowsAsync<OffsetLostException>(() => ReadIdsAsync(engine));

        Assert.Single(source.Starts);
    }
}
