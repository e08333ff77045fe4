using System.Diagnostics;
using System.Globalization;

namespace CdcEmbedded.Hosting.Tests;

/// <summary>Engine and hosting under seeded schedules: two instances of one stream, virtual time, kills, stops, cancellations, failing and
/// hanging saves, cut connections, slow and failing handlers, dead letters and their replay, joined batches, and rows that are read
/// beside the stream. Nothing is lost, the order of keys is kept, nothing is stored before it is
/// handled, offsets never move back, and only what was not stored comes again.</summary>
/// <remarks><c>CDC_SCHEDULES</c> is the number of schedules, <c>CDC_RANDOM_SEED</c> the seed of the first. One seed alone repeats its
/// schedule.</remarks>
public sealed class StreamSimulationTests(ITestOutputHelper output)
{
    private const int Schedules = 1000;
    private const int Repeated = 50;

    [Fact]
    public async Task In_random_schedules_nothing_is_lost_reordered_or_stored_before_it_is_handled()
    {
        var first = ReadNumber("CDC_RANDOM_SEED") ?? new Random().Next(1_000_000_000);
        var (code, text) = await RunAsync(first, ReadNumber("CDC_SCHEDULES") ?? Schedules);

        output.WriteLine($"CDC_RANDOM_SEED={first}\n{text}");
        Assert.True(code == 0, text);
        foreach (var part in (string[])["kills", "stops", "cancellations", "cuts", "saves failed", "saves delayed", "answers lost",
            "handlers failed", "changes repeated", "offsets stored", "changes parked", "changes held", "letters replayed", "letters failed",
            "rows handled"])
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_seed_repeats_its_schedule()
    {
        var once = await RunAsync(1, Repeated);
        var again = await RunAsync(1, Repeated);

        Assert.Contains("digest", once.Text, StringComparison.Ordinal);
        Assert.Equal(once, again);
    }

    private static int? ReadNumber(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private static async Task<(int Code, string Text)> RunAsync(int first, int count)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "CdcEmbedded.StreamSimulation.dll"),
            first.ToString(CultureInfo.InvariantCulture), count.ToString(CultureInfo.InvariantCulture),
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_ThreadPool_ForceMinWorkerThreads"] = "1";
        start.Environment["DOTNET_ThreadPool_ForceMaxWorkerThreads"] = "1";
        start.Environment["DOTNET_TieredPGO"] = "0";
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The simulation did not start.");
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var text = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, (text + await errors).Trim());
    }
}
