using System.Collections.Concurrent;
using System.Data.Common;
using CdcEmbedded.DeadLetters;
using CdcEmbedded.Hosting;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Faults;
using CdcEmbedded.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Hosted streams whose handlers write to MongoDB, in the transaction that stores the offset.</summary>
public sealed class HostedTransactionTests : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private readonly MongoDouble _double = MongoDouble.Start(new MongoDoubleOptions());
    private readonly MongoClient _client;
    private readonly ConcurrentQueue<long> _calls = [];

    public HostedTransactionTests() => _client = new MongoClient(_double.ConnectionString);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IMongoDatabase Database => _client.GetDatabase("app");

    private IMongoCollection<BsonDocument> Effects => Database.GetCollection<BsonDocument>("effects");

    public async ValueTask DisposeAsync()
    {
        ClusterRegistry.Instance.UnregisterAndDisposeCluster(_client.Cluster);
        await _double.DisposeAsync();
    }

    [Fact]
    public async Task Effects_and_offset_are_committed_together_and_a_failed_attempt_leaves_nothing()
    {
        var failures = 2;
        using (var host = await StartAsync(Script(3), async (change, context, token) =>
        {
            await ApplyAsync(change, context, token);
            if (Id(change) == 3 && failures-- > 0)
            {
                throw new InvalidOperationException("After its effect.");
            }
        }))
        {
            await UntilEffectsAsync(3);
            await host.StopAsync(Cancellation);
        }

        using var again = await StartAsync(Script(5), ApplyAsync);
        await UntilEffectsAsync(5);
        await again.StopAsync(Cancellation);
        Assert.Equal([1, 2, 3, 4, 5], await EffectsAsync());
        Assert.Equal([4, 5], _calls.TakeLast(2));
    }

    [Fact]
    public async Task A_transient_error_of_the_transaction_is_no_failure_of_a_handler_and_skips_nothing()
    {
        _double.Inject(new CommandFault("insert")
        {
            ErrorCode = 112, Labels = ["TransientTransactionError"], Times = 3, Skip = 1,
        });

        using var host = await StartAsync(Script(2), ApplyAsync, options =>
        {
            options.Retry.MaxAttempts = 1;
            options.Retry.OnFailure = HandlerFailureAction.Skip;
            options.Restart.InitialDelay = TimeSpan.FromMilliseconds(1);
        });

        await UntilEffectsAsync(2);
        await host.StopAsync(Cancellation);
        Assert.Equal([1, 2], await EffectsAsync());
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_is_not_applied_again()
    {
        _double.Inject(new CommandFault("commitTransaction") { LoseReply = true, Times = 2 });

        using var host = await StartAsync(Script(2), ApplyAsync);

        await UntilEffectsAsync(2);
        await host.StopAsync(Cancellation);
        Assert.Equal([1, 2], await EffectsAsync());
    }

    [Fact]
    public async Task A_handler_that_takes_longer_than_the_lease_is_called_once_and_keeps_others_out()
    {
        var second = new TaskCompletionSource<IHost>();
        IHost? slow = null;
        slow = await StartAsync(Script(1), async (change, context, token) =>
        {
            await ApplyAsync(change, context, token);
            await second.Task;
            var engine = slow!.Services.GetRequiredService<CdcStreams>().GetEngine("test");
            while (engine.Status.Lease!.IsHeld)
            {
                await Task.Delay(5, token);
            }
        }, options => options.LeaseDuration = TimeSpan.FromMilliseconds(300));
        using var other = await StartAsync(Script(1), ApplyAsync, options => options.LeaseDuration = TimeSpan.FromMilliseconds(300));
        second.SetResult(other);

        await UntilEffectsAsync(1);
        await slow.StopAsync(Cancellation);
        await other.StopAsync(Cancellation);
        slow.Dispose();
        Assert.Equal([1L], _calls);
        Assert.Equal([1], await EffectsAsync());
    }

    [Fact]
    public async Task Two_instances_at_once_without_leases_apply_everything_once()
    {
        using var one = await StartAsync(Script(20), ApplyAsync, options => options.MaxBatchSize = 1);
        using var two = await StartAsync(Script(20), ApplyAsync, options => options.MaxBatchSize = 1);

        await UntilEffectsAsync(20);
        await one.StopAsync(Cancellation);
        await two.StopAsync(Cancellation);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), await EffectsAsync());
    }

    [Fact]
    public async Task A_letter_is_replayed_in_a_transaction_and_removed_after_it()
    {
        var isPoison = true;
        var letters = new InMemoryDeadLetterStore();
        using var host = await StartAsync(Script(2), async (change, context, token) =>
        {
            await ApplyAsync(change, context, token);
            if (isPoison && Id(change) == 1)
            {
                throw new InvalidOperationException("Poison.");
            }
        }, options =>
        {
            options.Retry.MaxAttempts = 1;
            options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
        }, letters);
        await UntilEffectsAsync(1);
        Assert.Equal([2], await EffectsAsync());
        var streams = host.Services.GetRequiredService<CdcStreams>();
        Assert.Equal(new DeadLetterReplay(0, 1, 0), await streams.ReplayDeadLettersAsync("test", cancellationToken: Cancellation));
        Assert.Equal([2], await EffectsAsync());

        isPoison = false;
        Assert.Equal(new DeadLetterReplay(1, 0, 0), await streams.ReplayDeadLettersAsync("test", cancellationToken: Cancellation));

        Assert.Equal([1, 2], await EffectsAsync());
        Assert.Empty(letters.Letters);
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Letters_are_committed_with_the_effects_and_the_offset()
    {
        _double.Inject(new CommandFault("commitTransaction")
        {
            ErrorCode = 112, Labels = ["TransientTransactionError"], Times = 3, Skip = 1,
        });
        var isPoison = true;
        var letters = new MongoDeadLetterStore(Database);
        using var host = await StartAsync(Script(3), async (change, context, token) =>
        {
            await ApplyAsync(change, context, token);
            if (isPoison && Id(change) == 2)
            {
                throw new InvalidOperationException("Poison.");
            }
        }, options =>
        {
            options.MaxBatchSize = 1;
            options.Retry.MaxAttempts = 1;
            options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
        }, letters);
        await UntilEffectsAsync(2);
        var letter = await letters.ReadAsync("test", Cancellation).SingleAsync(Cancellation);
        Assert.Equal("shop.orders", letter.Table);

        isPoison = false;
        _double.Inject(new CommandFault("commitTransaction") { ErrorCode = 112, Labels = ["TransientTransactionError"], Times = 1 });
        var streams = host.Services.GetRequiredService<CdcStreams>();
        Assert.Equal(new DeadLetterReplay(0, 1, 0), await streams.ReplayDeadLettersAsync("test", cancellationToken: Cancellation));
        Assert.Equal(new DeadLetterReplay(1, 0, 0), await streams.ReplayDeadLettersAsync("test", cancellationToken: Cancellation));

        Assert.Equal([1, 2, 3], await EffectsAsync());
        Assert.Empty(await letters.ReadAsync("test", Cancellation).ToListAsync(Cancellation));
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task The_transaction_is_a_session_and_no_other_type()
    {
        var seen = new TaskCompletionSource<(bool IsInTransaction, DbTransaction? Sql, string Message)>();
        using var host = await StartAsync(Script(1), (_, context, _) =>
        {
            var e = Assert.Throws<InvalidOperationException>(context.GetTransaction<DbTransaction>);
            seen.TrySetResult((context.GetTransaction<IClientSessionHandle>().IsInTransaction, context.Transaction, e.Message));
            return default;
        });

        var (isInTransaction, sql, message) = await seen.Task.WaitAsync(_patience, Cancellation);

        await host.StopAsync(Cancellation);
        Assert.True(isInTransaction);
        Assert.Null(sql);
        Assert.Contains("and no DbTransaction", message, StringComparison.Ordinal);
    }

    private static ScriptedSource Script(int rows)
    {
        var script = new ScriptedSource();
        for (var id = 1; id <= rows; id++)
        {
            script.Begin().Insert("shop.orders", ("id", id)).Commit();
        }

        return script;
    }

    private static long Id(ChangeEvent change) => change.After["id"].AsInt64();

    private async Task<IHost> StartAsync(ScriptedSource script,
        Func<ChangeEvent, ChangeContext, CancellationToken, ValueTask> handle, Action<CdcStreamOptions>? configure = null,
        IDeadLetterStore? letters = null)
    {
        if (!await (await Database.ListCollectionNamesAsync(cancellationToken: Cancellation)).AnyAsync(Cancellation))
        {
            await Database.CreateCollectionAsync("effects", cancellationToken: Cancellation);
        }

        var builder = Host.CreateEmptyApplicationBuilder(null);
        var stream = builder.Services.AddCdc("test")
            .From(_ => script)
            .StoreOffsetsWithEffectsIn(_ => new MongoOffsetStore(Database))
            .Configure(options =>
            {
                options.LeaseDuration = null;
                options.Retry.InitialDelay = TimeSpan.FromMilliseconds(1);
                options.Restart.InitialDelay = TimeSpan.FromMilliseconds(1);
                configure?.Invoke(options);
            })
            .Handle(handle);
        if (letters is not null)
        {
            stream.StoreDeadLettersIn(_ => letters);
        }

        var host = builder.Build();
        await host.StartAsync(Cancellation);
        return host;
    }

    private async ValueTask ApplyAsync(ChangeEvent change, ChangeContext context, CancellationToken cancellationToken)
    {
        _calls.Enqueue(Id(change));
        await Effects.InsertOneAsync(context.GetTransaction<IClientSessionHandle>(), new BsonDocument("id", Id(change)), null,
            cancellationToken);
    }

    private async Task<List<long>> EffectsAsync()
    {
        var effects = await Effects.Find(FilterDefinition<BsonDocument>.Empty).ToListAsync(Cancellation);
        return [.. effects.Select(effect => effect["id"].ToInt64()).Order()];
    }

    private async Task UntilEffectsAsync(int count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(_patience);
        while ((await EffectsAsync()).Count < count)
        {
            await Task.Delay(10, limit.Token);
        }
    }
}
