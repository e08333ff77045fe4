using CdcEmbedded.Offsets;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>Whatever the history and wherever the stream is cut and the program dies: nothing is lost, only what was not committed is
/// repeated, and orders, begins and ends are those of the history.</summary>
public sealed class CutProperties
{
    [Fact]
    public void Random_histories_cut_at_random_places_lose_nothing_and_repeat_only_what_was_not_committed()
        => Prop.ForAll(
            ArbMap.Default.ArbFor<int>().Filter(static seed => seed >= 0),
            static seed => RunAsync(seed).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

#pragma warning disable CA5394 // The same run for the same seed is the point.
    private static async Task<bool> RunAsync(int seed)
    {
        var random = new Random(seed);
        var history = History.Make(seed, random.Next(1, 25));
        var store = new InMemoryOffsetStore();
        var log = new ReaderLog(history);
        while (!log.IsComplete)
        {
            // A program that dies after some items, over a connection that breaks now and then.
            var life = random.Next(4) == 0 ? int.MaxValue : random.Next(1, 12);
            var deployment = new ScriptedDeployment(history, new Random(random.Next()), random.Next(3) * 0.1);
            await using var engine = new CdcEngine(
                new MongoSource(new MongoSourceOptions { MinOplogWindow = TimeSpan.Zero }, _ => new(deployment)),
                store,
                new CdcEngineOptions
                {
                    Name = "cut",
                    StartFrom = StartPosition.At(MongoOffset.FromClusterTime(history.Start.ToBson())),
                    CommitPolicy = random.Next(2) == 0 ? CommitPolicy.Always : new CommitPolicy { Changes = 3 },
                    MaxBatchSize = random.Next(1, 10),
                    Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(1),
                        MaxDelay = TimeSpan.FromMilliseconds(2) },
                });
            log.OnStarted();
            await foreach (var item in engine.ReadAllAsync())
            {
                log.Take(item);
                if (--life == 0 || log.IsComplete)
                {
                    break;
                }
            }
        }

        return true;
    }
#pragma warning restore CA5394
}
