using System.Data.Common;
using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

/// <summary>Effects and offset in one transaction of a real database: SQLite.</summary>
public sealed class ExactlyOnceTests : ExactlyOnceTest
{
    [Fact]
    public async Task Of_two_instances_the_later_one_fails_and_its_effects_are_rolled_back()
    {
        await using var first = Start(Batches(3).End(), out var firstBatches);
        await firstBatches.MoveNextAsync();
        await using var second = Start(Batches(3).End(), out var secondBatches);
        await secondBatches.MoveNextAsync();
        await ApplyAsync(firstBatches.Current);
        await firstBatches.MoveNextAsync();
        await ApplyAsync(firstBatches.Current);

        var e = await Assert.ThrowsAsync<OffsetConflictException>(() => ApplyAsync(secondBatches.Current));

        Assert.False(e.IsAlreadyStored);
        await Assert.ThrowsAsync<OffsetConflictException>(async () => await secondBatches.MoveNextAsync());
        Assert.Equal(EngineState.Failed, second.Status.State);
        Assert.Equal([1, 2], await EffectsAsync());
        Assert.Equal(At(2), await StoredAsync());
        await firstBatches.MoveNextAsync();
        await ApplyAsync(firstBatches.Current);
        Assert.Equal([1, 2, 3], await EffectsAsync());
    }

    [Fact]
    public async Task A_batch_that_another_instance_has_applied_can_be_recognized_and_the_stream_continues_after_it()
    {
        await using var first = Start(Batches(2).End(), out var firstBatches);
        await firstBatches.MoveNextAsync();
        await using var second = Start(Batches(2).End(), out var secondBatches);
        await secondBatches.MoveNextAsync();
        await ApplyAsync(firstBatches.Current);

        var e = await Assert.ThrowsAsync<OffsetConflictException>(() => ApplyAsync(secondBatches.Current));

        Assert.True(e.IsAlreadyStored);
        await secondBatches.MoveNextAsync();
        await ApplyAsync(secondBatches.Current);
        await firstBatches.MoveNextAsync();
        Assert.True((await Assert.ThrowsAsync<OffsetConflictException>(() => ApplyAsync(firstBatches.Current))).IsAlreadyStored);
        Assert.Equal([1, 2], await EffectsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_batch_whose_transaction_was_rolled_back_can_be_applied_again(bool isNever)
    {
        await using (var engine = Start(Batches(3).End(), out var batches, isNever ? CommitPolicy.Never : CommitPolicy.Always))
        {
            while (await batches.MoveNextAsync())
            {
                await ApplyAsync(batches.Current, commit: false);
                await ApplyAsync(batches.Current, commit: false);
                await ApplyAsync(batches.Current);
            }
        }

        Assert.Equal([1, 2, 3], await EffectsAsync());
        Assert.Equal(At(3), await StoredAsync());
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_not_applied_twice()
    {
        await using var engine = Start(Batches(2).End(), out var batches);
        await batches.MoveNextAsync();
        await ApplyAsync(batches.Current);

        var e = await Assert.ThrowsAsync<OffsetConflictException>(() => ApplyAsync(batches.Current));

        Assert.True(e.IsAlreadyStored);
        await batches.MoveNextAsync();
        await ApplyAsync(batches.Current);
        Assert.Equal([1, 2], await EffectsAsync());
    }

    [Fact]
    public async Task Several_batches_may_be_in_one_transaction_and_are_undone_and_repeated_together()
    {
        await using var engine = Start(Batches(4).End(), out var batches);
        await batches.MoveNextAsync();
        var one = batches.Current;
        await batches.MoveNextAsync();
        var two = batches.Current;
        foreach (var commit in (bool[])[false, true])
        {
            await using var connection = await Database.Source.OpenConnectionAsync(Timeout);
            await using var transaction = await connection.BeginTransactionAsync(Timeout);
            await Db.SaveAsync(one, transaction, Timeout);
            await Db.SaveAsync(two, transaction, Timeout);
            if (commit)
            {
                await transaction.CommitAsync(Timeout);
            }
        }

        Assert.Equal(At(2), await StoredAsync());
        Assert.True((await Assert.ThrowsAsync<OffsetConflictException>(() => ApplyAsync(one))).IsAlreadyStored);
        await batches.MoveNextAsync();
        await ApplyAsync(batches.Current);
        Assert.Equal(At(3), await StoredAsync());
    }

    [Fact]
    public async Task With_another_commit_policy_the_engine_stores_nothing_after_changes_once_the_application_does()
    {
        await using (var engine = Start(Batches(3).End(), out var batches, CommitPolicy.Always))
        {
            await batches.MoveNextAsync();
            await ApplyAsync(batches.Current);
            await batches.MoveNextAsync();
            await ApplyAsync(batches.Current, commit: false);
            await batches.MoveNextAsync();
        }

        Assert.Equal(At(1), await StoredAsync());
    }

    [Fact]
    public async Task Single_changes_can_be_saved_in_a_transaction_too()
    {
        for (var run = 0; run < 5; run++)
        {
            await using var engine = new CdcEngine(Transactions(10, 3, 2).End(), Db, Options(CommitPolicy.Never));
            await foreach (var change in engine.ReadAsync(Timeout))
            {
                await using var connection = await Database.Source.OpenConnectionAsync(Timeout);
                await using var transaction = await connection.BeginTransactionAsync(Timeout);
                await InsertAsync(change, transaction);
                await Db.SaveAsync(change, transaction, Timeout);
                await transaction.CommitAsync(Timeout);
                break;
            }
        }

        Assert.Equal([1, 2, 3, 4, 5], await EffectsAsync());
        Assert.Equal(At(2), await StoredAsync());
    }

    [Fact]
    public async Task The_example_of_the_documentation_applies_everything_once_while_two_instances_run()
    {
        const int Count = 60;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var areBothReady = new TaskCompletionSource();
        var source = Batches(Count, new ScriptedSource().Wait(areBothReady.Task)).End();
        var instances = new[] { new Service(), new Service() };
        var runs = instances.Select(instance => Task.Run(() => instance.RunAsync(source, Database.Source, patience.Token))).ToList();
        while (source.OpenFeeds < instances.Length)
        {
            await Task.Delay(5, patience.Token);
        }

        areBothReady.SetResult();
        await Task.WhenAll(runs);

        Assert.Equal(Enumerable.Range(1, Count).Select(i => (long)i), await EffectsAsync());
        Assert.Equal(At(Count), (await Db.LoadAsync("read-model"))?.Text);
        Assert.Contains(instances, instance => instance.Conflicts > 0);
    }

    /// <summary>An instance of the application, which is restarted whenever it fails, as services are.</summary>
    private sealed class Service : DocSnippets.Offsets
    {
        public int Conflicts { get; private set; }

        public async Task RunAsync(ScriptedSource source, DbDataSource dataSource, CancellationToken cancellationToken)
        {
            while (true)
            {
                try
                {
                    await ApplyExactlyOnceAsync(source, dataSource, cancellationToken);
                    return;
                }
                catch (OffsetConflictException)
                {
                    Conflicts++;
                }
            }
        }

        protected override Task ApplyAsync(ChangeEvent change, DbTransaction transaction) => InsertAsync(change, transaction);

        protected override void Apply(ChangeOperation operation, DataRecord key, DataRecord before, DataRecord after)
            => throw new NotSupportedException();

        protected override Task IndexAsync(IReadOnlyList<ChangeEvent> changes, CancellationToken cancellationToken)
            => throw new NotSupportedException();

        protected override Task SaveOffsetAsync(string name, string offset, DbTransaction transaction) => throw new NotSupportedException();
    }
}
