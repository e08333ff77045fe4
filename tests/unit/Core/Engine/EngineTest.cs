using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;

namespace CdcEmbedded.Tests.Engine;

/// <summary>What the engine's tests share: a script, a store that remembers, and short ways to run them.</summary>
public abstract class EngineTest
{
    protected const string Table = "shop.orders";

    protected EngineTest() => Store = new FaultyOffsetStore(Inner);

    /// <summary>What <see cref="Store"/> stores in.</summary>
    private protected InMemoryOffsetStore Inner { get; } = new();

    private protected FaultyOffsetStore Store { get; }

    private protected VirtualTime Time { get; } = new(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero));

    protected static CancellationToken Timeout => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    protected string? LastSaved => Store.Saved.Count == 0 ? null : Store.Saved[^1];

    /// <summary>The script that most tests read: transactions of the given sizes, with the rows' ids counted from 1.</summary>
    private protected static ScriptedSource Transactions(int changesPerEvent, params int[] sizes)
    {
        var source = new ScriptedSource { ChangesPerEvent = changesPerEvent };
        var id = 0;
        foreach (var size in sizes)
        {
            source.Begin();
            for (var i = 0; i < size; i++)
            {
                source.Insert(Table, ("id", ++id));
            }

            source.Commit();
        }

        return source;
    }

    private protected CdcEngineOptions Options(CommitPolicy? commit = null, AcknowledgementMode mode = AcknowledgementMode.OnNext,
        int maxBatch = 2048, ReconnectPolicy? reconnect = null, TimeProvider? time = null, int maxChanges = 65536, long maxBytes = 1 << 26)
        => new()
        {
            Name = "test",
            CommitPolicy = commit ?? CommitPolicy.Default,
            Acknowledgement = mode,
            MaxBatchSize = maxBatch,
            MaxBufferedChanges = maxChanges,
            MaxBufferedBytes = maxBytes,
            Reconnect = reconnect
                ?? new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(2) },
            TimeProvider = time ?? Time,
        };

    private protected CdcEngine Engine(ScriptedSource source, CommitPolicy? commit = null,
        AcknowledgementMode mode = AcknowledgementMode.OnNext,
        int maxBatch = 2048) => new(source, Store, Options(commit, mode, maxBatch));

    protected static string At(int transactions, int rows = 0, bool isBegun = false)
        => $$$"""{"v":2,"source":{"kind":"scripted"},"position":{"tx":{{{transactions}}},"row":{{{rows}}}}{{{(!isBegun ? "" : $$$"""
            ,"transaction":{"id":"scripted:{{{transactions}}}","total":{{{rows}}},"tables":[{{{(rows == 0 ? "" : $"[\"shop\",\"orders\",{rows}]")}}}]}
            """)}}}}""";

    protected static long Id(ChangeEvent change) => (change.After.HasValue ? change.After : change.Before)["id"].AsInt64();

    protected static async Task<List<long>> ReadIdsAsync(CdcEngine engine, int limit = int.MaxValue)
    {
        var ids = new List<long>();
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            ids.Add(Id(change));
            if (ids.Count == limit)
            {
                break;
            }
        }

        return ids;
    }

    /// <summary>Waits for something that another flow does.</summary>
    protected static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (var i = 0; i < 3000; i++)
        {
            if (condition())
            {
                return;
            }

            await Task.Delay(5);
        }

        Assert.Fail($"It never came to this: {what}.");
    }
}
