using System.Data.Common;
using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Offsets;

namespace CdcEmbedded.Tests.Engine;

/// <summary>Effects and offset in one transaction of a real database: SQLite.</summary>
public sealed class ExactlyOnceTests : EngineTest, IAsyncLifetime
{
    private readonly SqliteFile _file = new();

    private DbOffsetStore Db { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Db = new DbOffsetStore(_file.Source);
        await Db.CreateTableAsync();
        await _file.ExecuteAsync("CREATE TABLE effects (id integer)");
    }

    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return default;
    }

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
            await using var connection = await _file.Source.OpenConnectionAsync(Timeout);
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
    public async Task The_first_position_is_stored_before_the_first_change()
    {
        var source = new ScriptedSource();
        await using (var engine = Start(source, out var batches))
        {
            var waiting = batches.MoveNextAsync().AsTask();
            await UntilStoredAsync(At(0));
            await engine.DisposeAsync();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        }

        // It happens while nobody reads: a start at the end of the log would miss it.
        source.Insert(Table, ("id", 1)).End();
        await using var later = Start(source, out var rest, start: StartPosition.Latest);
        Assert.True(await rest.MoveNextAsync());
        Assert.Equal([1], rest.Current.Select(Id));
    }

    [Fact]
    public async Task A_start_that_the_application_gives_is_not_stored_over_what_it_stores()
    {
        var source = Batches(2).End();
        var mine = CdcOffset.Parse(At(1));
        await using (var engine = Start(source, out var batches, start: StartPosition.At(mine)))
        {
            Assert.True(await batches.MoveNextAsync());
            Assert.Equal([2], batches.Current.Select(Id));
        }

        Assert.Null(await StoredAsync());
    }

    [Fact]
    public async Task A_position_that_moves_without_changes_is_stored_by_the_engine()
    {
        var source = new ScriptedSource();
        await using var engine = Start(source, out var batches);
        var waiting = batches.MoveNextAsync().AsTask();
        await UntilStoredAsync(At(0));
        source.Filtered().Filtered();
        await AdvanceUntilStoredAsync(At(2));
        source.Insert(Table, ("id", 1));
        Assert.True(await waiting);
        await ApplyAsync(batches.Current);
        Assert.Equal(At(3), await StoredAsync());

        waiting = batches.MoveNextAsync().AsTask();
        source.Filtered();
        await AdvanceUntilStoredAsync(At(4));

        source.Insert(Table, ("id", 2)).End();
        Assert.True(await waiting);
        await ApplyAsync(batches.Current);
        Assert.Equal([1, 2], await EffectsAsync());
        Assert.Equal(At(5), await StoredAsync());
    }

    [Fact]
    public async Task A_moved_position_that_cannot_be_stored_ends_the_loop_and_the_next_engine_stores_it()
    {
        var source = new ScriptedSource();
        await using (var engine = Start(source, out var batches))
        {
            source.Insert(Table, ("id", 1));
            Assert.True(await batches.MoveNextAsync());
            await ApplyAsync(batches.Current);
            var waiting = batches.MoveNextAsync().AsTask();
            await _file.ExecuteAsync($"ALTER TABLE {Db.TableName} RENAME TO away");
            source.Filtered().Filtered();
            await UntilAsync(
                () =>
                {
                    if (Time.NextTimer is not null)
                    {
                        Time.Advance(TimeSpan.FromMilliseconds(500));
                    }

                    return waiting.IsCompleted;
                },
                "the loop has ended");
            await Assert.ThrowsAnyAsync<DbException>(() => waiting);
        }

        await _file.ExecuteAsync($"ALTER TABLE away RENAME TO {Db.TableName!.Split('.')[^1]}");
        Assert.Equal(At(1), await StoredAsync());
        await using var next = Start(source, out var rest);
        var reading = rest.MoveNextAsync().AsTask();
        await AdvanceUntilStoredAsync(At(3));
        source.Insert(Table, ("id", 2)).End();
        Assert.True(await reading);
        await ApplyAsync(rest.Current);
        Assert.Equal([1, 2], await EffectsAsync());
        Assert.Equal(At(4), await StoredAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_position_after_a_batch_that_was_not_committed_is_never_stored(bool isSaved)
    {
        var source = new ScriptedSource();
        await using (var engine = Start(source, out var batches))
        {
            source.Insert(Table, ("id", 1));
            Assert.True(await batches.MoveNextAsync());
            if (isSaved)
            {
                await ApplyAsync(batches.Current, commit: false);
            }

            var waiting = batches.MoveNextAsync().AsTask();
            source.Filtered().Filtered();
            for (var i = 0; i < 20; i++)
            {
                Time.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(5);
            }

            Assert.False(waiting.IsCompleted);
            source.End();
            Assert.False(await waiting);
        }

        Assert.Equal(At(0), await StoredAsync());
    }

    [Fact]
    public async Task At_the_end_the_position_after_the_last_committed_batch_is_stored()
    {
        await using (var engine = Start(Batches(1).Filtered().Filtered().End(), out var batches))
        {
            while (await batches.MoveNextAsync())
            {
                await ApplyAsync(batches.Current);
            }
        }

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
                await using var connection = await _file.Source.OpenConnectionAsync(Timeout);
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
    public async Task An_application_that_stores_elsewhere_gets_the_moved_position_in_empty_batches_if_it_asks_for_them()
    {
        var source = new ScriptedSource();
        var store = new InMemoryOffsetStore();
        var options = new CdcEngineOptions { Name = "test", CommitPolicy = CommitPolicy.Never, EmptyBatches = true, TimeProvider = Time };
        await using var engine = new CdcEngine(source, store, options);
        await using var batches = engine.ReadBatchesAsync(Timeout).GetAsyncEnumerator();
        source.Filtered();
        Assert.True(await batches.MoveNextAsync());
        Assert.Equal((0, At(1)), (batches.Current.Count, batches.Current.Offset.ToString()));
        Assert.Empty(batches.Current);

        var waiting = batches.MoveNextAsync().AsTask();
        source.Filtered();
        await UntilAsync(() => Time.NextTimer is not null, "the interval runs");
        source.Filtered();
        await Task.Delay(20);
        Assert.False(waiting.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await waiting);
        Assert.Equal((0, At(3)), (batches.Current.Count, batches.Current.Offset.ToString()));

        // Where it has not moved there is nothing to say.
        waiting = batches.MoveNextAsync().AsTask();
        source.Heartbeat();
        await UntilAsync(() => Time.NextTimer is not null, "the interval runs");
        Time.Advance(TimeSpan.FromSeconds(1));
        await Task.Delay(20);
        Assert.False(waiting.IsCompleted);
        source.Insert(Table, ("id", 1)).End();
        Assert.True(await waiting);
        Assert.Single(batches.Current);
        Assert.Equal(At(0), (await store.LoadAsync("test"))?.Text);
    }

    [Fact]
    public async Task The_example_of_the_documentation_applies_everything_once_while_two_instances_run()
    {
        const int Count = 60;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var areBothReady = new TaskCompletionSource();
        var source = Batches(Count, new ScriptedSource().Wait(areBothReady.Task)).End();
        var instances = new[] { new Service(), new Service() };
        var runs = instances.Select(instance => Task.Run(() => instance.RunAsync(source, _file.Source, patience.Token))).ToList();
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

    /// <summary>Transactions of one row each, with ids from 1, which arrive in a batch each.</summary>
    private static ScriptedSource Batches(int count, ScriptedSource? source = null)
    {
        source ??= new ScriptedSource();
        for (var i = 1; i <= count; i++)
        {
            source.Begin().Insert(Table, ("id", i)).Commit().Wait(Task.CompletedTask);
        }

        return source;
    }

    private CdcEngine Start(ScriptedSource source, out IAsyncEnumerator<ChangeBatch> batches, CommitPolicy? policy = null,
        StartPosition? start = null)
    {
        var engine = new CdcEngine(source, Db, new CdcEngineOptions
        {
            Name = "test",
            CommitPolicy = policy ?? CommitPolicy.Never,
            StartFrom = start,
            TimeProvider = Time,
        });
        batches = engine.ReadBatchesAsync(Timeout).GetAsyncEnumerator();
        return engine;
    }

    private async Task ApplyAsync(ChangeBatch batch, bool commit = true)
    {
        await using var connection = await _file.Source.OpenConnectionAsync(Timeout);
        await using var transaction = await connection.BeginTransactionAsync(Timeout);
        foreach (var change in batch)
        {
            await InsertAsync(change, transaction);
        }

        await Db.SaveAsync(batch, transaction, Timeout);
        if (commit)
        {
            await transaction.CommitAsync(Timeout);
        }
    }

    private static async Task InsertAsync(ChangeEvent change, DbTransaction transaction)
    {
        await using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"INSERT INTO effects VALUES ({Id(change)})";
        await command.ExecuteNonQueryAsync(Timeout);
    }

    private Task<List<long>> EffectsAsync() => _file.ReadNumbersAsync("SELECT id FROM effects ORDER BY id");

    private async Task<string?> StoredAsync() => (await Db.LoadAsync("test"))?.Text;

    private Task UntilStoredAsync(string expected)
        => UntilAsync(() => StoredAsync().GetAwaiter().GetResult() == expected, $"{expected} is stored");

    private Task AdvanceUntilStoredAsync(string expected) => UntilAsync(
        () =>
        {
            if (Time.NextTimer is not null)
            {
                Time.Advance(TimeSpan.FromMilliseconds(500));
            }

            return StoredAsync().GetAwaiter().GetResult() == expected;
        },
        $"{expected} is stored");

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
