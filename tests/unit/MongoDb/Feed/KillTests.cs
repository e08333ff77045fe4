using System.Diagnostics;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>A reader in a process of its own that is killed again and again while a double, in another process, keeps producing.</summary>
public sealed class KillTests
{
    private const int Operations = 5000;
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("append")]
    [InlineData("atomic")]
    public async Task A_reader_killed_while_the_source_continues_loses_nothing_and_repeats_only_what_was_not_committed(string mode)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(_patience);
        var folder = Directory.CreateTempSubdirectory("cdc-kill-");
        using var server = Start("CdcEmbedded.MongoDb.Double.dll", $"--produce 1200 --count {Operations} --transactions 20 "
            + "--namespace shop.orders");
        try
        {
            var uri = (await server.StandardOutput.ReadLineAsync(patience.Token) ?? "")["READY ".Length..];
            var total = ReadTotalAsync(server, patience.Token);
            var file = Path.Combine(folder.FullName, "events");
            var kills = 0;
            while (true)
            {
                using var reader = Start(
                    "CdcEmbedded.CrashReader.dll",
                    [mode, uri, "shop", MongoOffset.FromClusterTime(new BsonTimestamp(1, 1)).ToString(), file,
                        Path.Combine(folder.FullName, "offsets")]);
                var isDone = await WaitAsync(reader, file, mode, total, TimeSpan.FromMilliseconds(900 + (kills * 150)), patience.Token);
                reader.Kill();
                await reader.WaitForExitAsync(patience.Token);
                if (isDone)
                {
                    break;
                }

                kills++;
            }

            Check(Lines(file, mode), await total, kills, mode);
        }
        finally
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync(CancellationToken.None);
            folder.Delete(recursive: true);
        }
    }

    private static void Check(List<string> lines, int total, int kills, string mode)
    {
        Assert.True(kills >= 2, $"The reader was killed {kills} times only.");
        var seen = new List<string>();
        var repeated = 0;
        foreach (var line in lines)
        {
            if (seen.Count == 0 || string.CompareOrdinal(line, seen[^1]) > 0)
            {
                seen.Add(line);
            }
            else
            {
                // What is repeated has been seen, and what follows continues from there without a gap.
                repeated++;
                Assert.True(seen.BinarySearch(line, StringComparer.Ordinal) >= 0, "An event came out of order.");
            }
        }

        Assert.Equal(total, seen.Count);
        if (mode == "atomic")
        {
            Assert.Equal(0, repeated);
        }
    }

    private static async Task<bool> WaitAsync(Process reader, string file, string mode, Task<int> total, TimeSpan life,
        CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < life || total.IsCompleted)
        {
            Assert.False(reader.HasExited, "The reader has ended by itself.");
            if (total.IsCompleted && Lines(file, mode).Distinct().Count() >= await total)
            {
                return true;
            }

            await Task.Delay(20, cancellation);
        }

        return false;
    }

    // The event's id of each whole line; the first line of the atomic file is its offset.
    private static List<string> Lines(string file, string mode)
    {
        if (!File.Exists(file))
        {
            return [];
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var text = new StreamReader(stream);
        var content = text.ReadToEnd();
        return [.. content[..(content.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Skip(mode == "atomic" ? 1 : 0).Select(static line => line.Split('\t')[1])];
    }

    private static async Task<int> ReadTotalAsync(Process server, CancellationToken cancellation)
    {
        while (await server.StandardOutput.ReadLineAsync(cancellation) is { } line)
        {
            if (line.StartsWith("DONE ", StringComparison.Ordinal))
            {
                return int.Parse(line["DONE ".Length..], System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException("The double has ended before it was done.");
    }

    private static Process Start(string program, string arguments) => Start(program, arguments.Split(' '));

    private static Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, program));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
    }
}
