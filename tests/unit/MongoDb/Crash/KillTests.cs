using System.Diagnostics;
using System.Text.Json.Nodes;
using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.Offsets;
using CdcEmbedded.Tests.Shared;

namespace CdcEmbedded.MongoDb.Tests.Crash;

/// <summary>The sample is killed with SIGKILL at random moments, again and again, while the double, a process of its
/// own, keeps producing.</summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const string Name = "crash";
    private const int LeastStores = 2;
    private static readonly TimeSpan _killing = TimeSpan.FromSeconds(10);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cdc-kill-");

    private string Offsets => Path.Combine(_folder.FullName, "offsets.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_reader_that_is_killed_loses_nothing_and_repeats_only_what_was_not_committed()
    {
        // Writes until the killing is over: a reader that starts again always finds more.
        await using DoubleProcess server = await DoubleProcess.StartAsync(
            "--produce", "300", "--count", "9000", "--seed", "11", "--transactions", "20", "--images");
        var store = new FileOffsetStore(Offsets);
        var runs = new List<(string? StoredBefore, List<string> Seen)>();
        long begun = Stopwatch.GetTimestamp();

        // On a busy machine the offset is stored late: the kills continue until it was.
        Task<int> producing = server.WaitUntilDoneAsync(TestContext.Current.CancellationToken);
        while (!producing.IsCompleted && (Stopwatch.GetElapsedTime(begun) < _killing
            || runs.Select(run => run.StoredBefore).OfType<string>().Distinct().Count() < LeastStores))
        {
            string? stored = (await store.LoadAsync(Name, TestContext.Current.CancellationToken))?.Text;
            runs.Add((stored, await RunAndKillAsync(server, runs.Count, async () => producing.IsCompleted
                || (await store.LoadAsync(Name, TestContext.Current.CancellationToken))?.Text != stored)));
        }

        await producing;
        string? last = (await store.LoadAsync(Name, TestContext.Current.CancellationToken))?.Text;
        (int code, string[] lines, _) = await TailProcess.RunAsync([.. Arguments(server), "--offsets", Offsets, "--until-caught-up"]);
        Assert.Equal(0, code);
        runs.Add((last, [.. lines.Select(Identity)]));

        string[] expected = [.. (await TailProcess.RunAsync([.. Arguments(server), "--until-caught-up"])).Lines.Select(Identity)];
        Assert.Equal(expected.Length, expected.Distinct().Count());
        await CheckAsync(server, runs, expected);
    }

    private static string[] Arguments(DoubleProcess server)
        => ["--mongodb", server.ConnectionString, "--from", "earliest", "--format", "json", "--name", Name];

    /// <summary>Sometimes killed while it starts, mostly while it reads, and in every second run after it has stored an offset.</summary>
    private async Task<List<string>> RunAndKillAsync(DoubleProcess server, int run, Func<Task<bool>> hasStored)
    {
        await using TailProcess tail = TailProcess.Start([.. Arguments(server), "--offsets", Offsets]);
        var seen = new List<string>();
        if (run % 5 != 4)
        {
            seen.AddRange(await tail.ReadAsync(1));
        }

        // A pipe that is full would hold the reader up before the kill comes.
        Task<string> rest = tail.ReadRestAsync();
        while (run % 2 == 1 && !await hasStored())
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await Task.Delay(Random.Shared.Next(10, 300), TestContext.Current.CancellationToken);
        Assert.False(tail.HasExited, "The reader has ended by itself.");
        await tail.KillAsync();
        string text = await rest;

        // What was cut short by the kill has not been seen.
        seen.AddRange(text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return [.. seen.Select(Identity)];
    }

    private async Task CheckAsync(DoubleProcess server, List<(string? StoredBefore, List<string> Seen)> runs, string[] expected)
    {
        int reached = 0;
        int repeated = 0;
        int stores = 0;
        string? lastStored = null;
        int from = 0;
        foreach ((string? stored, List<string> seen) in runs)
        {
            if (stored != lastStored && stored is not null)
            {
                // A reader of its own shows where the stored offset is.
                string[] next = (await TailProcess.RunAsync(
                    "--mongodb", server.ConnectionString, "--from", stored, "--format", "json", "--limit", "1", "--until-caught-up")).Lines;
                from = next.Length == 0 ? expected.Length : Array.IndexOf(expected, Identity(next[0]));
                Assert.True(from >= 0, "The offset leads to an event that is not there.");
                stores++;
            }

            // After the stored offset, in order, without a gap, and nothing older; and never past what somebody has seen.
            lastStored = stored;
            Assert.True(from <= reached, $"The offset is at {from}, but only {reached} had been seen.");
            Assert.Equal(expected.Skip(from).Take(seen.Count), seen);
            repeated += Math.Max(0, Math.Min(reached, from + seen.Count) - from);
            reached = Math.Max(reached, from + seen.Count);
        }

        Assert.Equal(expected.Length, reached);
        Assert.True(stores >= LeastStores, "The offset was hardly ever stored: the kills came too early.");
        output.WriteLine($"{runs.Count - 1} kills, {expected.Length} events, {repeated} repeated, {stores} offsets stored");
    }

    // The producer gives each operation a number, and deletes each document once.
    private static string Identity(string line)
    {
        JsonNode change = JsonNode.Parse(line)!;
        string operation = (string?)change["op"] ?? "";
        return operation == "d" ? "d" + change["key"]!["_id"]!.ToJsonString() : operation + change["after"]!["seq"]!.ToJsonString();
    }
}
