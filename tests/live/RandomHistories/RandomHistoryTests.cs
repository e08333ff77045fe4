using System.Globalization;
using CdcEmbedded.MySql;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.RandomHistories;

/// <summary>A reader beside a random history of rows and definitions, stopped and started repeatedly, ends with
/// the server's tables.</summary>
public sealed class RandomHistoryTests(MatrixServers servers, ITestOutputHelper output) : IClassFixture<MatrixServers>
{
    private const int Statements = 1500;
    private const int Restarts = 20;
    private const int NewStarts = 20;

    [Theory]
    [InlineData("MySQL 9.7 FULL")]
    [InlineData("MySQL 9.7 MINIMAL")]
    [InlineData("MySQL 5.6")]
    [InlineData("MariaDB 10.11 NO_LOG")]
    [InlineData("MariaDB 11.8 NO_LOG")]
    public async Task A_reader_that_is_stopped_and_started_beside_a_random_history_ends_with_the_servers_tables(string combinationName)
    {
        Combination combination = Combination.Of(combinationName);
        int seed = Environment.GetEnvironmentVariable("CDC_RANDOM_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        MySqlTestServer server = await servers.ServerAsync(combination);
        string database = await server.CreateDatabaseAsync("r");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await using SqlSession session = await server.OpenSessionAsync(database);
        var history = new RandomHistory(new Random(seed), session, combination.Kind, database);
        var reader = new RestartedReader(server, database, start, Restarts);
        try
        {
            await history.BeginAsync();
            Task reading = reader.RunAsync(new Random(seed + 1));
            while (history.Statements < Statements && !reading.IsCompleted)
            {
                await history.StepAsync();
            }

            await history.MarkAsync(RestartedReader.End);
            await reading.WaitAsync(TimeSpan.FromMinutes(2));
            List<string> differences = reader.Replay.Differences(await ServerTable.ReadAllAsync(server, database));
            Assert.True(differences.Count == 0,
                $"{differences.Count} differences:\n{string.Join('\n', differences.Take(20).Select(Shorten))}");
            await StartAnewAsync(reader.Source(), start, new Random(seed + 2));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"CDC_RANDOM_SEED={seed} on {combination}, after {history.Statements} statements "
                + $"and {reader.Starts} starts: "
                + $"{e.Message}\nThe last statements:\n{string.Join('\n', history.Latest.Select(Shorten))}", e);
        }

        string summary = $"seed {seed}: {history.Statements} statements, {history.Refused} rejected, {reader.Replay.Applied} changes, "
            + $"{reader.Starts} starts";
        output.WriteLine(summary);
        Assert.True(history.Refused < history.Statements * 3 / 10,
            $"{summary}\n{string.Join('\n', history.Refusals.Take(20).Select(Shorten))}");
        Assert.True(reader.Starts > Restarts / 2, summary);
        Assert.True(reader.Replay.Applied > Statements, summary);
    }

    /// <summary>Readers that have stored nothing start at positions inside the history: they must deliver what the whole stream delivered
    /// there. The log holds the history from its start, so they can find out what every table was.</summary>
    private static async Task StartAnewAsync(MySqlSource source, CdcOffset start, Random random)
    {
        List<CapturedChange> whole = await Capture.ReadAsync(source, start);
        string[] all = [.. whole.Select(Described)];
        for (int n = 0; n < NewStarts; n++)
        {
            int place = random.Next(whole.Count);
            List<string> rest = [.. (await Capture.ReadAsync(source, whole[place].Offset)).Select(Described)];
            int same = all.Skip(place + 1).Zip(rest).TakeWhile(pair => pair.First == pair.Second).Count();
            Assert.True(same == rest.Count && place + 1 + same == all.Length, $"After {Shorten(all[place])} at {whole[place].Offset} "
                + $"change {same} is\n{Shorten(rest.ElementAtOrDefault(same) ?? "")}\nand not\n"
                + Shorten(all.ElementAtOrDefault(place + 1 + same) ?? "nothing"));
        }
    }

    private static string Described(CapturedChange change) => $"{change.Text} {change.Key} {change.Event.EventId}";

    private static string Shorten(string text) => text.Length <= 600 ? text : text[..600] + "…";
}
