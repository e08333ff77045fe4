using CdcEmbedded.TestServers;

namespace CdcEmbedded.Benchmarks;

/// <summary>What does the library's transport cost beside a blocking socket with one buffer? Both take the packets of W1 and verify their
/// checksums, in turns.</summary>
internal static class Drains
{
    /// <summary>Runs and prints.</summary>
    /// <param name="rounds">Rounds that count.</param>
    /// <param name="warmRounds">Rounds before them.</param>
    public static async Task RunAsync(int rounds, int warmRounds)
    {
        Console.WriteLine("Starting MySQL 9.7 and writing W1 …");
        await using var server = await MySqlTestServer.StartAsync(ServerKind.MySql97, new MySqlServerOptions { Owned = true });
        var workload = (await Workload.WriteAllAsync(server, 100)).First(w => w.Name == "W1");
        (string Name, Func<Task<long>> Run)[] ways =
        [
            ("the library's transport", () => Drain.RunAsync(server, workload, verifyChecksums: true)),
            ("a blocking socket, one buffer", () => BlockingClient.DrainAsync(server, workload)),
        ];
        var times = ways.Select(_ => new List<double>()).ToArray();
        for (var round = -warmRounds; round < rounds; round++)
        {
            for (var way = 0; way < ways.Length; way++)
            {
                GC.Collect();
                var start = Environment.CpuUsage.TotalTime;
                await ways[way].Run();
                if (round >= 0)
                {
                    times[way].Add((Environment.CpuUsage.TotalTime - start).TotalNanoseconds / workload.Rows);
                }
            }
        }

        Console.WriteLine($"{rounds} rounds after {warmRounds}; CPU of this process for a row of W1, median, first quartile, least; "
            + "ratio to the last");
        foreach (var time in times)
        {
            time.Sort();
        }

        for (var way = 0; way < ways.Length; way++)
        {
            int[] places = [rounds / 2, rounds / 4, 0];
            Console.WriteLine($"  {ways[way].Name,-32} {string.Join(", ", places.Select(p => $"{times[way][p],5:N1}"))} ns   "
                + string.Join(", ", places.Select(p => $"{times[way][p] / times[^1][p]:N2} x")));
        }
    }
}
