using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.Tests.Engine;

/// <summary>Random scripts, cuts and crashes: nothing is ever lost, and only what was not stored comes again.</summary>
public sealed class CrashProperties : EngineTest
{
    [Fact]
    public void Every_change_comes_in_order_and_only_unstored_ones_come_again()
    {
        var seeds = ArbMap.Default.ArbFor<int>();
        Prop.ForAll(seeds, seed => RunAsync(new Random(seed)).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    private async Task<bool> RunAsync(Random random)
    {
        var source = RandomScript(random, out var total);
        var store = new InMemoryOffsetStore();
        var delivered = 0L;
        for (var run = 0; run < 200; run++)
        {
            var storedBefore = await StoredRowsAsync(store, source);
            var first = true;
            var isOver = true;

            // A crash is an engine that is left without being disposed of before the next one starts: a store that fails from some
            // moment on makes the last writes vanish, as a killed process would.
            var crashing = new CrashingStore(store);
            await using var engine = new CdcEngine(source, crashing, RandomOptions(random));
            var limit = random.Next(1, 20);
            await foreach (var change in engine.ReadAsync(Timeout))
            {
                var id = Id(change);
                Assert.Equal(first ? storedBefore + 1 : delivered + 1, id);
                Assert.True(id <= Math.Max(delivered, storedBefore) + 1 || !first, "A change is missing.");
                first = false;
                delivered = id;
                if (random.Next(6) == 0)
                {
                    await engine.CommitAsync(change);
                    Assert.Equal(id, await StoredRowsAsync(store, source));
                }

                if (--limit == 0)
                {
                    crashing.IsDead = random.Next(2) == 0;
                    isOver = false;
                    break;
                }
            }

            Assert.True(await StoredRowsAsync(store, source) <= delivered, "An offset was stored beyond what was delivered.");
            if (isOver)
            {
                return delivered == total;
            }
        }

        // Two hundred runs that each commit nothing would mean that the script makes no progress: impossible with a commit in six.
        return false;
    }

    private static CdcEngineOptions RandomOptions(Random random) => new()
    {
        Name = "test",
        MaxBatchSize = random.Next(1, 8),
        MaxBufferedChanges = random.Next(1, 20),
        Acknowledgement = (AcknowledgementMode)random.Next(2),
        CommitPolicy = random.Next(3) switch
        {
            0 => CommitPolicy.Always,
            1 => CommitPolicy.EachTransaction,
            _ => new CommitPolicy { Changes = random.Next(1, 10), MaxOverrun = random.Next(1, 3),
                WaitForTransactionEnd = random.Next(2) == 0 },
        },
        Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromTicks(1), MaxDelay = TimeSpan.FromTicks(1) },
    };

    private static ScriptedSource RandomScript(Random random, out long total)
    {
        var source = new ScriptedSource { ChangesPerEvent = random.Next(1, 5) };
        var id = 0L;
        for (var i = random.Next(1, 15); i > 0; i--)
        {
            switch (random.Next(6))
            {
                case 0:
                    source.Filtered();
                    break;
                case 1:
                    source.Heartbeat().Disconnect();
                    break;
                case 2:
                    source.Insert(Table, ("id", ++id));
                    break;
                default:
                    source.Begin();
                    for (var rows = random.Next(0, 8); rows > 0; rows--)
                    {
                        source.Insert(random.Next(3) == 0 ? "shop.other" : Table, ("id", ++id));
                        if (random.Next(5) == 0)
                        {
                            source.Disconnect();
                        }
                    }

                    source.Commit();
                    break;
            }
        }

        total = id;
        return source.End();
    }

    /// <summary>How many rows lie before the stored offset: found by reading from there.</summary>
    private static async Task<long> StoredRowsAsync(InMemoryOffsetStore store, ScriptedSource source)
    {
        var stored = await store.LoadAsync("test");
        var probe = new CdcEngineOptions
        {
            Name = "probe",
            StartFrom = stored is null ? null : StartPosition.At(CdcOffset.Parse(stored.Text)),
            CommitPolicy = CommitPolicy.Never,
            Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromTicks(1), MaxDelay = TimeSpan.FromTicks(1) },
        };
        await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), probe);
        var last = 0L;
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            return Id(change) - 1;
        }

        await using var whole = new CdcEngine(source, new InMemoryOffsetStore(),
            new CdcEngineOptions { Name = "probe", CommitPolicy = CommitPolicy.Never });
        await foreach (var change in whole.ReadAsync(Timeout))
        {
            last = Id(change);
        }

        return last;
    }

    private sealed class CrashingStore(IOffsetStore inner) : IOffsetStore
    {
        public bool IsDead { get; set; }

        public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
            => inner.LoadAsync(key, cancellationToken);

        public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
            => IsDead ? throw new IOException("The process is gone.") : inner.SaveAsync(key, text, expectedVersion, cancellationToken);
    }
}
