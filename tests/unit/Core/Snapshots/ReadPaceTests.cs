using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;
using CdcEmbedded.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.Tests.Snapshots;

public sealed class ReadPaceTests : SnapshotEngineTest
{
    [Fact]
    public async Task Chunks_become_smaller_when_they_are_slow_and_grow_again()
    {
        var pace = new ReadPace(new SnapshotOptions { ChunkSize = 1000, ChunkDuration = TimeSpan.FromSeconds(1) }, Time, "test",
            NullLogger.Instance);
        await using var reader = await OpenAsync(new ScriptedSource());
        var sizes = new List<int>();
        foreach (var seconds in (double[])[2, 8, 100, 0.1, 0.1, 0.7, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
        {
            await pace.WaitAsync(reader, static () => true, default);
            pace.OnReading();
            sizes.Add(pace.LimitOf(1000));
            Time.Advance(TimeSpan.FromSeconds(seconds));
            pace.OnRead(sizes[^1], sizes[^1]);
        }

        Assert.Equal([1000, 500, 62, 16, 32, 64, 64, 128, 256, 512, 1000, 1000], sizes);
        Assert.Equal(5, pace.LimitOf(5));
    }

    [Fact]
    public async Task Reading_waits_while_the_application_or_the_load_of_the_source_says_so()
    {
        var load = new SourceLoad(9, TimeSpan.FromSeconds(5));
        var mayRead = false;
        await using var reader = await OpenAsync(new ScriptedSource { Load = () => load });
        var pace = new ReadPace(new SnapshotOptions
        {
            MaxRunningThreads = 8,
            MaxReplicaLag = TimeSpan.FromSeconds(4),
            MayRead = _ => new(mayRead),
        }, Time, "test", NullLogger.Instance);
        var waiting = pace.WaitAsync(reader, static () => true, default).AsTask();
        Time.Advance(TimeSpan.FromSeconds(1));
        mayRead = true;
        Time.Advance(TimeSpan.FromSeconds(1));
        load = new SourceLoad(8, TimeSpan.FromSeconds(5));
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(waiting.IsCompleted);
        load = new SourceLoad(8, TimeSpan.FromSeconds(4));
        while (!waiting.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }

        await waiting;
        load = new SourceLoad(null, null);
        await pace.WaitAsync(reader, static () => true, default);
    }

    [Fact]
    public async Task Progress_has_an_estimate_a_rate_and_the_time_left()
    {
        var rates = new ReadingRates(Time);
        var table = new TableProgress("shop", "orders") { Status = SnapshotTableStatus.Reading, Estimate = 1000 };
        Assert.Null(rates.Describe("a", table).TimeLeft);
        Time.Advance(TimeSpan.FromSeconds(2));
        var progress = rates.Describe("a", table with { Rows = 200 });
        Assert.Equal((1000L, 100.0, TimeSpan.FromSeconds(8)), (progress.EstimatedRows, progress.RowsPerSecond, progress.TimeLeft));
        Assert.Equal(progress, rates.Describe("a", table with { Rows = 200 }));
        Assert.Null(rates.Describe("a", table with { Rows = 200, Status = SnapshotTableStatus.Completed }).TimeLeft);

        await using var engine = new CdcEngine(Tables(5), Store, With(SnapshotMode.Never));
        var (loop, _, stop) = Run(engine);
        var handle = await engine.Snapshots.RequestAsync(new SnapshotRequest { Tables = ["shop.parts"] });
        Assert.Equal(5, Assert.Single((await handle.Completion.WaitAsync(Timeout)).Tables).EstimatedRows);
        await stop.CancelAsync();
        await loop;
    }

    private ValueTask<SnapshotReader> OpenAsync(ScriptedSource source) => source.OpenSnapshotAsync(new SourceContext
    {
        Name = "test",
        LoggerFactory = NullLoggerFactory.Instance,
        TimeProvider = Time,
        MaxBatchSize = 10,
    }, default);
}
