using System.Globalization;
using CdcEmbedded.Offsets;
using CdcEmbedded.Testing;
using CdcEmbedded.Tests.Snapshots;
using CdcEmbedded.Verification;

namespace CdcEmbedded.Tests.Verification;

/// <summary>A writer that never rests, a loop that lags, commits that become visible late: each planted difference is found, and no
/// other is reported.</summary>
public sealed class BusyVerificationTests : SnapshotEngineTest
{
    private const string Orders = "shop.orders";
    private const int Rows = 40;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_planted_difference_is_found_and_no_other_in_random_interleavings(int part)
    {
        // A part of thousands; CDC_EXPLORE makes it longer.
        var runs = int.TryParse(Environment.GetEnvironmentVariable("CDC_EXPLORE"), CultureInfo.InvariantCulture, out var seconds)
            ? 40 * seconds : 75;
        for (var run = 0; run < runs; run++)
        {
            var seed = (part * 1_000_000) + run;
            try
            {
                await VerifyAsync(new Random(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}: {e.Message}", e);
            }
        }
    }

    private static async Task VerifyAsync(Random random)
    {
        var source = new ScriptedSource { IsVisibleLate = random.Next(2) == 0, ChangesPerEvent = 1 + random.Next(3) };
        source.Table(Orders, [.. Enumerable.Range(1, Rows).Select(static id => Row(id, $"o{id}"))]);
        var copy = VerificationTests.CopyOf(Rows, random.Next());
        copy.OnRead = Pauses(random.Next());

        // Rows whose id is divisible by 4 are not written: there differences are planted.
        var planted = new List<string>();
        foreach (var id in new[] { 4, 12, 20 }.Where(_ => random.Next(2) == 0))
        {
            copy[id] = null;
            planted.Add($"MissingInCopy id={id}");
        }

        foreach (var id in new[] { 8, 16 }.Where(_ => random.Next(2) == 0))
        {
            copy[id] = "wrong";
            planted.Add($"Different id={id}: v");
        }

        foreach (var id in new[] { 444, 448 }.Where(_ => random.Next(2) == 0))
        {
            copy[id] = "more";
            planted.Add($"OnlyInCopy id={id}");
        }

        var isManual = random.Next(2) == 0;
        await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "test",
            MaxBatchSize = 1 + random.Next(5),
            Acknowledgement = isManual ? AcknowledgementMode.Manual : AcknowledgementMode.OnNext,
            Snapshot = new SnapshotOptions { ChunkSize = 1 + random.Next(12) },
        });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Timeout);
        using var quiet = new CancellationTokenSource();
        var loop = Task.Run(() => ReadAsync(engine, copy, isManual, Pauses(random.Next()), stop.Token));
        var writing = Task.Run(() => WriteAsync(source, new Random(random.Next()), quiet.Token));
        var result = await engine.Snapshots.VerifyAsync(Orders, copy, new VerifyOptions { Attempts = 1000 }, stop.Token);
        await quiet.CancelAsync();
        await writing;
        await stop.CancelAsync();
        await loop;
        Assert.Equal(planted.Order(StringComparer.Ordinal), VerificationTests.Lines(result));
        Assert.Equal(0, result.UndecidedRows);
        Assert.InRange(result.ComparedRows, Rows / 4, long.MaxValue);
    }

    private static async Task ReadAsync(CdcEngine engine, MemoryCopy copy, bool isManual, Func<Task> pause, CancellationToken stop)
    {
        var held = new List<ChangeEvent>();
        try
        {
            await foreach (var change in engine.ReadAsync(stop))
            {
                await pause();
                if (!isManual)
                {
                    copy.Apply(change);
                    continue;
                }

                // Applied later than received, and acknowledged only then.
                held.Add(change);
                if (held.Count == 3)
                {
                    held.ForEach(copy.Apply);
                    held.Clear();
                    await engine.CommitAsync(change, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    private static async Task WriteAsync(ScriptedSource source, Random random, CancellationToken quiet)
    {
        var rows = Enumerable.Range(1, Rows).ToDictionary(static id => id, static id => $"o{id}");
        var pause = Pauses(random.Next());
        for (var number = 0; !quiet.IsCancellationRequested; number++)
        {
            var id = Free(random);
            var value = $"w{number}";
            if (!rows.Remove(id, out var old))
            {
                source.Insert(Orders, Row(id, value));
                rows[id] = value;
            }
            else if (random.Next(3) == 0)
            {
                source.Delete(Orders, Row(id, old));
            }
            else
            {
                var to = Free(random);
                to = random.Next(3) == 0 && !rows.ContainsKey(to) ? to : id;
                source.Update(Orders, Row(id, old), Row(to, value));
                rows[to] = value;
            }

            // A script grows with each change, and is read from its start by each query.
            await (number < 60 ? pause() : Task.Delay(number < 150 ? 1 : 20, CancellationToken.None));
        }
    }

    private static int Free(Random random) => (random.Next(0, 12) * 4) + 1 + random.Next(3);

    private static Func<Task> Pauses(int seed)
    {
        var random = new Random(seed);
        return async () =>
        {
            for (var i = random.Next(4); i > 0; i--)
            {
                await Task.Yield();
            }
        };
    }
}
