using System.Globalization;
using CdcEmbedded.TestServers;
using CdcEmbedded.Tests.Shared;

namespace CdcEmbedded.ServerTests;

/// <summary>What a stream that follows its server costs a process, in changes of thread: never in time, which a loaded machine
/// changes.</summary>
/// <remarks>The bound is far above what it takes (2 or 3 a commit), and far below what it takes with the thread pool's search for work
/// (70 to 130).</remarks>
public sealed class LiveCostTests(MySql97Fixture mySql97) : IDisposable
{
    private const int Commits = 300;
    private const double MostACommit = 25;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("livecost-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("Disabled")]
    [InlineData("Required")]
    public async Task A_commit_on_a_quiet_stream_takes_few_changes_of_thread(string sslMode)
    {
        await using var server = await mySql97.StartOwnAsync();
        await server.ExecuteAsync("""
            CREATE DATABASE cost;
            USE cost;
            CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT);
            DELIMITER //
            CREATE PROCEDURE pulse(p_count INT)
            BEGIN
              WHILE p_count > 0 DO
                INSERT INTO t VALUES ();
                DO SLEEP(0.005);
                SET p_count = p_count - 1;
              END WHILE;
            END //
            DELIMITER ;
            INSERT INTO t VALUES ();
            """);
        await using var tail = TailProcess.Start("--mysql", server.ConnectionString + ";SslMode=" + sslMode, "--include", "cost.*",
            "--from", "earliest", "--format", "json", "--offsets", Path.Combine(_folder.FullName, "offsets.json"));

        // The first commits cost what is compiled for them.
        await tail.ReadAsync(1);
        await PulseAsync(server, tail);

        var before = Switches(tail.Id);
        await PulseAsync(server, tail);
        Assert.InRange(SwitchesSince(before, tail.Id) / (double)Commits, 0.1, MostACommit);
    }

    private static async Task PulseAsync(MySqlTestServer server, TailProcess tail)
    {
        var writing = server.ExecuteAsync($"CALL pulse({Commits})", "cost");
        Assert.Equal(Commits, (await tail.ReadAsync(Commits)).Count);
        await writing;
    }

    private static long SwitchesSince(Dictionary<string, long> before, int process)
        => Switches(process).Sum(thread => thread.Value - before.GetValueOrDefault(thread.Key));

    /// <summary>The changes of thread, voluntary or not, of each thread that a process has.</summary>
    private static Dictionary<string, long> Switches(int process)
    {
        var result = new Dictionary<string, long>();
        foreach (var thread in Directory.GetDirectories($"/proc/{process}/task"))
        {
            try
            {
                result[thread] = File.ReadLines(Path.Combine(thread, "status"))
                    .Where(line => line.Contains("ctxt_switches:", StringComparison.Ordinal))
                    .Sum(line => long.Parse(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                // The thread has ended meanwhile.
            }
        }

        return result;
    }
}
