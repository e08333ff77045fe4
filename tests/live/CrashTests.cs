using System.Diagnostics;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>A reader in its own process is killed with SIGKILL at random moments, again and again, while a writer writes.</summary>
public sealed class CrashTests(MySql97Fixture mySql97, MySql56Fixture mySql56, ITestOutputHelper output)
{
    private const int Kills = 25;

    [Theory]
    [InlineData(ServerKind.MySql97)]
    [InlineData(ServerKind.MySql56)]
    public async Task A_reader_that_is_killed_loses_nothing_and_repeats_only_what_was_not_committed(ServerKind kind)
    {
        await using MySqlTestServer server = await StartServerAsync(kind);
        await using Scene scene = await Scene.CreateAsync(server, output);
        string events = scene.PathOf("events");
        var store = new FileOffsetStore(scene.PathOf("offsets"));
        var runs = new List<(string? StoredBefore, int FirstLine)>();
        await scene.RunAsync(
            ["append", events, scene.PathOf("offsets")],
            async () => runs.Add(((await store.LoadAsync("crash"))?.Text, Lines(events).Length)),
            () => Lines(events));

        List<CapturedChange> all = await scene.ReadAllAsync();
        string[] lines = Lines(events);
        var places = all.Select((change, place) => (Place: PlaceOf(change.Offset.ToString()), place))
            .ToDictionary(x => x.Place, x => x.place);
        string[] expected = [.. all.Select(Line)];
        int repeated = 0;
        int reached = 0;
        for (int run = 0; run < runs.Count; run++)
        {
            (string? stored, int firstLine) = runs[run];
            string[] seen = lines[firstLine..(run + 1 < runs.Count ? runs[run + 1].FirstLine : lines.Length)];

            // Each run starts just after the offset that the run before it stored: nothing is missing, and nothing older is repeated.
            int from = stored is null || PlaceOf(stored) == PlaceOf(scene.Start) ? 0 : places[PlaceOf(stored)] + 1;
            Assert.Equal(expected.Skip(from).Take(seen.Length), seen);
            Assert.True(from <= reached, $"run {run} started at {from}, but only {reached} had been written");
            repeated += Math.Max(0, Math.Min(reached, from + seen.Length) - from);
            reached = Math.Max(reached, from + seen.Length);
        }

        Assert.Equal(expected.Length, reached);
        Assert.Equal(expected, lines.Distinct());
        output.WriteLine($"{runs.Count} runs, {expected.Length} events, {repeated} repeated");
    }

    [Theory]
    [InlineData(ServerKind.MySql97)]
    [InlineData(ServerKind.MySql56)]
    public async Task Effects_stored_together_with_their_offset_happen_exactly_once(ServerKind kind)
    {
        await using MySqlTestServer server = await StartServerAsync(kind);
        await using Scene scene = await Scene.CreateAsync(server, output);
        string state = scene.PathOf("state");
        await scene.RunAsync(["atomic", state], () => Task.CompletedTask, () => Lines(state));

        List<CapturedChange> all = await scene.ReadAllAsync();

        Assert.Equal(all.Select(Line), Lines(state).Skip(1));
    }

    [Fact]
    public async Task A_divided_table_whose_reader_is_killed_is_whole_in_the_end()
    {
        const int Rows = 600;
        const int Kills = 3;
        MySqlTestServer server = await mySql97.ServerAsync();
        await using Scene scene = await Scene.CreateAsync(server, output);
        await server.ExecuteAsync(
            $"INSERT INTO t SELECT n, 'v' FROM (SELECT ROW_NUMBER() OVER () n FROM information_schema.columns LIMIT {Rows}) x; "
                + "ANALYZE TABLE t", scene.Database);
        string file = scene.PathOf("rows");
        string[] arguments = ["snapshot", file, scene.PathOf("offsets")];
        for (int kill = 0; kill < Kills; kill++)
        {
            await scene.RunUntilAsync(arguments, () => Lines(file).Length, Lines(file).Length + Random.Shared.Next(1, Rows / 5));

            // Deletes, updates and inserts of rows that were read, and of some that were not.
            await server.ExecuteAsync($"DELETE FROM t WHERE id = {kill + 1} OR id = {Rows - kill}; UPDATE t SET v = 'u{kill}' "
                + $"WHERE id % 50 = {kill}; INSERT INTO t VALUES ({Rows + 100 + kill}, 'i')", scene.Database);
        }

        await server.ExecuteAsync("INSERT INTO t VALUES (99999, 'last')", scene.Database);
        IReadOnlyList<string?[]> table = await server.QueryAsync("SELECT id, v FROM t", scene.Database);
        await scene.RunUntilAsync(arguments, () => Copy().Keys.Intersect(table.Select(row => row[0]!)).Count(), table.Count);

        Assert.Equal(table.Select(row => $"{row[0]}={row[1]}").Order(), Copy().Select(row => $"{row.Key}={row.Value}").Order());

        // What was acknowledged and stored is not read again: an offset is stored at each 7th row, or after 20 ms.
        int repeated = Lines(file).Count(line => line.StartsWith("Read", StringComparison.Ordinal))
            - Lines(file).Where(line => line.StartsWith("Read", StringComparison.Ordinal)).Select(line => line.Split('\t')[1]).Distinct()
                .Count();
        output.WriteLine($"{repeated} rows were read again");
        Assert.InRange(repeated, 0, Kills * 100);

        Dictionary<string, string> Copy()
        {
            var copy = new Dictionary<string, string>();
            foreach (string[] row in Lines(file).Select(line => line.Split('\t')))
            {
                copy[row[1]] = row[2];
                if (row[0] == nameof(ChangeOperation.Delete))
                {
                    copy.Remove(row[1]);
                }
            }

            return copy;
        }
    }

    /// <summary>Returns only the position of an offset: the engine adds the server's identity to an offset that a user made, and with GTIDs
    /// the file does not matter.</summary>
    private static string PlaceOf(string offset)
    {
        var document = BinlogPosition.Read(CdcOffset.Parse(offset));
        return $"{document.GtidSet?.ToString() ?? document.Coordinates.ToString()} {document.Progress?.Gtid} {document.Progress?.Rows ?? 0}";
    }

    private static string Line(CapturedChange change) => $"{change.Event.After["id"]}\t{change.Event.EventId}";

    private static string[] Lines(string file) => File.Exists(file) ? File.ReadAllLines(file) : [];

    /// <summary>Starts a server of its own: on a shared one, the traffic of other tests moves the stored offset between the events
    /// of this one.</summary>
    private Task<MySqlTestServer> StartServerAsync(ServerKind kind)
        => kind == ServerKind.MySql97 ? mySql97.StartOwnAsync() : mySql56.StartOwnAsync();

    /// <summary>A database with a writer, a folder, and a reader that is started and killed.</summary>
    private sealed class Scene(MySqlTestServer server, string database, string start, ITestOutputHelper output) : IAsyncDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("cdc-crash-").FullName;

        public string Start { get; } = start;

        public string Database { get; } = database;

        public static async Task<Scene> CreateAsync(MySqlTestServer server, ITestOutputHelper output)
        {
            // Nothing else happens on this server from now on: offsets differ only by events of this database.
            string database = await server.CreateDatabaseAsync("crash");
            await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, v TEXT)", database);
            return new Scene(server, database, (await Capture.EndOfLogAsync(server)).ToString(), output);
        }

        public string PathOf(string name) => Path.Combine(_folder, name);

        public Task<List<CapturedChange>> ReadAllAsync() => Capture.ReadAsync(Capture.Source(server, Database), CdcOffset.Parse(Start));

        public async Task RunAsync(string[] arguments, Func<Task> beforeRun, Func<string[]> lines)
        {
            using var stop = new CancellationTokenSource();
            int last = -1;
            Task<int> writing = Task.Run(() => WriteAsync(() => stop.IsCancellationRequested));
            for (int kill = 0; kill < Kills; kill++)
            {
                await beforeRun();
                int before = lines().Length;
                using Process reader = StartReader(arguments);

                // Sometimes while it starts, mostly while it reads.
                long started = Stopwatch.GetTimestamp();
                while (kill % 5 != 0 && lines().Length == before && Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20))
                {
                    await Task.Delay(5);
                }

                await Task.Delay(Random.Shared.Next(0, 200));
                await KillAsync(reader);
            }

            await stop.CancelAsync();
            last = await writing;
            await beforeRun();
            using Process final = StartReader(arguments);
            try
            {
                long waiting = Stopwatch.GetTimestamp();
                while (!(lines() is [.., var line] && line.StartsWith($"{last}\t", StringComparison.Ordinal)))
                {
                    Assert.False(final.HasExited, "The reader has ended.");
                    Assert.True(Stopwatch.GetElapsedTime(waiting) < Capture.Patience, $"Row {last} has not arrived.");
                    await Task.Delay(20);
                }
            }
            finally
            {
                await KillAsync(final);
            }
        }

        /// <summary>Runs a reader until it has come far enough, and kills it.</summary>
        public async Task RunUntilAsync(string[] arguments, Func<int> progress, int far)
        {
            using Process reader = StartReader(arguments);
            try
            {
                long started = Stopwatch.GetTimestamp();
                while (progress() < far)
                {
                    Assert.False(reader.HasExited, "The reader has ended.");
                    Assert.True(Stopwatch.GetElapsedTime(started) < Capture.Patience, $"It has come to {progress()} of {far}.");
                    await Task.Delay(5);
                }
            }
            finally
            {
                await KillAsync(reader);
            }
        }

        public ValueTask DisposeAsync()
        {
            Directory.Delete(_folder, recursive: true);
            return default;
        }

        private static async Task KillAsync(Process reader)
        {
            Assert.False(reader.HasExited, "The reader has ended on its own.");
            reader.Kill();
            await reader.WaitForExitAsync();
        }

        private Process StartReader(string[] arguments)
        {
            var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = false };
            string[] all =
            [
                "exec", Path.Combine(AppContext.BaseDirectory, "CdcEmbedded.CrashReader.dll"), arguments[0], server.ConnectionString,
                    Database, Start,
                .. arguments[1..],
            ];
            foreach (string argument in all)
            {
                info.ArgumentList.Add(argument);
            }

            return Process.Start(info) ?? throw new InvalidOperationException("The reader did not start.");
        }

        private async Task<int> WriteAsync(Func<bool> isOver)
        {
            int id = 0;
            int transactions = 0;
            await using SqlSession writer = await server.OpenSessionAsync(Database);
            while (!isOver())
            {
                int rows = Random.Shared.Next(1, 6);
                await writer.ExecuteAsync("BEGIN; "
                    + string.Concat(Enumerable.Range(id, rows).Select(i => $"INSERT INTO t VALUES ({i}, 'v');")) + " COMMIT");
                id += rows;
                transactions++;
                await Task.Delay(5);
            }

            output.WriteLine($"{transactions} transactions");
            return id - 1;
        }
    }
}
