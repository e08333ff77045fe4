using CdcEmbedded.MySql;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Matrix;

/// <summary>Every scenario on every server: the replayed stream equals the server's tables, and a restart after an item delivers the
/// rest. Each combination restarts after another quarter of the items, so that each item has its turn on MySQL and on MariaDB; with
/// CDC_LONG_TESTS=1 all combinations restart after every item.</summary>
public sealed class ScenarioMatrixTests(MatrixServers servers) : IClassFixture<MatrixServers>
{
    private const string Engine = "test";
    private const int Shares = 4;

    private static readonly bool _isLong = Environment.GetEnvironmentVariable("CDC_LONG_TESTS") == "1";

    /// <summary>Each combination with each of its scenarios.</summary>
    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (Combination combination in Combination.All)
        {
            foreach (Scenario scenario in Scenarios.All)
            {
                if (scenario.Sql(combination) is null)
                {
                    continue;
                }

                cases.Add(new TheoryDataRow<string, string>(combination.Name, scenario.Name));
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_replayed_stream_equals_the_servers_tables_and_a_restart_anywhere_delivers_the_rest(
        string combinationName, string scenarioName)
    {
        Combination combination = Combination.Of(combinationName);
        Scenario scenario = Scenarios.All.Single(one => one.Name == scenarioName);
        MySqlTestServer server = await servers.ServerAsync(combination);
        string database = await server.CreateDatabaseAsync("m");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync(StateReplay.CreateMarks(database));
        await Scenario.RunAsync(scenario.Sql(combination) ?? "", server, database);

        var store = new RecordingOffsetStore();
        List<StreamItem> items = await ReadAsync(server, database, store, start, scenario);
        var replay = new StateReplay();
        foreach (ChangeEvent change in items.OfType<ChangeEvent>())
        {
            replay.Apply(change);
        }

        Assert.True(replay.Applied > 1, $"Only {replay.Applied} changes arrived.");
        List<string> differences = replay.Differences(await ServerTable.ReadAllAsync(server, database));
        Assert.True(differences.Count == 0, $"{differences.Count} differences:\n{string.Join('\n', differences.Take(20))}");
        IEnumerable<int> places = Enumerable.Range(0, items.Count);
        if (!_isLong)
        {
            int share = Combination.All.ToList().IndexOf(combination) % Shares;
            places = places.Where(place => place % Shares == share);
        }

        await RestartAsync(server, database, store, start, items, scenario, places);
    }

    private static async Task RestartAsync(MySqlTestServer server, string database, RecordingOffsetStore store, CdcOffset start,
        List<StreamItem> items, Scenario scenario, IEnumerable<int> places)
    {
        string[] all = [.. items.Select(Described)];
        await Parallel.ForEachAsync(places, new ParallelOptions { MaxDegreeOfParallelism = 2 },
            async (place, _) =>
        {
            string offset = items[place].Offset.ToString();
            string[] expected = [.. all.Skip(place + 1).Where(text => text.Length > 0)];
            string[] rest;
            try
            {
                rest = [.. (await ReadAsync(server, database, store.With(Engine, offset), start, scenario)).Select(Described)
                    .Where(text => text.Length > 0)];
            }
            catch (CdcException e)
            {
                throw new InvalidOperationException($"A restart after item {place} of {items.Count} ({items[place]}), {offset}, failed: "
                    + $"{e.Message}", e);
            }

            int same = expected.Zip(rest).TakeWhile(pair => pair.First == pair.Second).Count();
            Assert.True(
                same == expected.Length && same == rest.Length,
                $"After item {place} of {items.Count} ({items[place]}), {offset}: {rest.Length} changes instead of {expected.Length}; "
                    + $"change {same} is {rest.ElementAtOrDefault(same)} instead of {expected.ElementAtOrDefault(same)}");
        });
    }

    private static string Described(StreamItem item) => item is ChangeEvent change
        ? $"{CapturedChange.Of(change).Text} {change.Key} {change.EventId} {change.TotalOrder} {change.DataCollectionOrder} {Capture.PlaceOf(change.Offset)}"
        : "";

    private static async Task<List<StreamItem>> ReadAsync(MySqlTestServer server, string database, RecordingOffsetStore store,
        CdcOffset start, Scenario scenario)
    {
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString,
            Include = [$"{database}.*", $"{database}_*.*"],

            // That scenario's marks include the shadow tables.
            IncludeShadowTables = scenario.Name == "online schema change",
            TransactionBufferBytes = scenario.HoldsNothing ? 0 : 1 << 20,
            LargeTransactions = scenario.LargeTransactions,
        });
        var options = new CdcEngineOptions
        {
            Name = Engine,
            StartFrom = StartPosition.At(start),
            StopWhenCaughtUp = true,
            Reconnect = ReconnectPolicy.None,
        };
        using var patience = new CancellationTokenSource(Capture.Patience);
        var items = new List<StreamItem>();
        await using var engine = new CdcEngine(source, store, options);
        await foreach (StreamItem item in engine.ReadAllAsync(patience.Token))
        {
            items.Add(item);
        }

        return items;
    }
}
