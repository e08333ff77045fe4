using System.Diagnostics;
using CdcEmbedded.MySql;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>XA transactions that are prepared while a reader, in its own process, is killed, and the server with it: their outcome is read
/// by another process, and perhaps from another run of the server.</summary>
public sealed class XaRestartTests(ITestOutputHelper output)
{
    private const string Name = "crash";

    [Theory]
    [InlineData(ServerKind.MySql97, XaMode.Buffer)]
    [InlineData(ServerKind.MySql97, XaMode.DeliverAtPrepare)]
    [InlineData(ServerKind.MariaDb118, XaMode.Buffer)]
    [InlineData(ServerKind.MariaDb118, XaMode.DeliverAtPrepare)]
    public async Task Prepared_ones_outlive_readers_and_servers_that_are_killed(ServerKind kind, XaMode mode)
    {
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind, Durable()));
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)");
        await PrepareAsync(server, "before", 1);
        await using var scene = new Scene(server, (await Capture.EndOfLogAsync(server)).ToString(), mode);
        bool isHeld = mode == XaMode.Buffer;

        Process first = scene.StartReader();
        await PrepareAsync(server, "commit", 3);
        await PrepareAsync(server, "rollback", 5);
        await PrepareAsync(server, "later", 4);
        await PrepareAsync(server, "undone", 10);
        await server.ExecuteAsync("INSERT INTO d.t VALUES (6)");
        await scene.WaitForAsync(isHeld ? ["6"] : ["3", "5", "4", "10", "6"], pending: isHeld ? 4 : 0);
        await KillAsync(first);

        await server.ExecuteAsync("XA COMMIT 'commit'; FLUSH BINARY LOGS; INSERT INTO d.t VALUES (7)");
        Process second = scene.StartReader();
        await scene.WaitForAsync(isHeld ? ["3", "7"] : ["7"], pending: isHeld ? 3 : 0);

        // MariaDB's engine has not yet flushed a rollback that is in the log, so that its recovery prepares the transaction again; MySQL's
        // recovery completes what the log says.
        bool isAgain = kind == ServerKind.MariaDb118;
        await server.ExecuteAsync("XA ROLLBACK 'undone'");
        await scene.WaitForAsync([], pending: isHeld ? 2 : 0);
        await server.KillAsync();
        await server.RestartAsync();
        Assert.Equal(isAgain ? 3 : 2, (await server.QueryAsync("XA RECOVER")).Count(row => row[3] != "before"));
        if (isAgain)
        {
            await server.ExecuteAsync("XA COMMIT 'undone'");
            await scene.WaitForAsync(isHeld ? ["10"] : [], pending: isHeld ? 2 : 0);
        }

        await server.ExecuteAsync("XA ROLLBACK 'rollback'; INSERT INTO d.t VALUES (8)");
        await scene.WaitForAsync(["8"], pending: isHeld ? 1 : 0);
        await KillAsync(second);

        await server.ExecuteAsync("XA COMMIT 'later'; XA COMMIT 'before'; INSERT INTO d.t VALUES (9)");
        Process third = scene.StartReader();
        await scene.WaitForAsync(
            isHeld ? ["4", "TransactionMissed The XA transaction X'6265666f7265',X'',1", "9"] : ["9"], pending: 0);
        await KillAsync(third);

        Assert.Equal(isAgain ? ["1", "3", "4", "6", "7", "8", "9", "10"] : ["1", "3", "4", "6", "7", "8", "9"],
            (await server.QueryAsync("SELECT id FROM d.t ORDER BY id")).Select(row => row[0]));
        output.WriteLine(string.Join(' ', scene.Lines));
    }

    [Theory]
    [InlineData(ServerKind.MySql97)]
    [InlineData(ServerKind.MariaDb118)]
    public async Task A_reader_in_mode_Fail_fails_in_every_process_until_its_mode_is_another(ServerKind kind)
    {
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind, Durable()));
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)");
        await using var scene = new Scene(server, (await Capture.EndOfLogAsync(server)).ToString(), XaMode.Fail);
        await server.ExecuteAsync("INSERT INTO d.t VALUES (1)");
        await PrepareAsync(server, "x", 2);
        await server.ExecuteAsync("XA COMMIT 'x'");
        for (int i = 0; i < 2; i++)
        {
            Process reader = scene.StartReader();
            await reader.WaitForExitAsync().WaitAsync(Capture.Patience);
            Assert.NotEqual(0, reader.ExitCode);
        }

        scene.Mode = XaMode.Buffer;
        Process buffering = scene.StartReader();
        await scene.WaitForAsync(["1", "2"], pending: 0);
        await KillAsync(buffering);
    }

    [Fact]
    public async Task On_MySQL_5_6_the_log_has_an_XA_transaction_only_when_it_is_committed()
    {
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(ServerKind.MySql56,
            new MySqlServerOptions { Owned = true }));
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY)");
        await using SqlSession before = await server.OpenSessionAsync();
        await before.ExecuteAsync(Prepare("before", 1));
        await using var scene = new Scene(server, (await Capture.EndOfLogAsync(server)).ToString(), XaMode.Buffer);
        await using SqlSession while1 = await server.OpenSessionAsync();
        await using SqlSession while2 = await server.OpenSessionAsync();
        Process first = scene.StartReader();
        await while1.ExecuteAsync(Prepare("commit", 3));
        await while2.ExecuteAsync(Prepare("rollback", 4));
        await server.ExecuteAsync("INSERT INTO d.t VALUES (5)");
        await scene.WaitForAsync(["5"], pending: 0);
        await KillAsync(first);

        await while1.ExecuteAsync("XA COMMIT 'commit'");
        await while2.ExecuteAsync("XA ROLLBACK 'rollback'");
        Process second = scene.StartReader();
        await before.ExecuteAsync("XA COMMIT 'before'");
        await server.ExecuteAsync("INSERT INTO d.t VALUES (6)");
        await scene.WaitForAsync(["3", "1", "6"], pending: 0);
        await KillAsync(second);
    }

    private static MySqlServerOptions Durable() => new()
    {
        Owned = true,
        Arguments = ["--sync-binlog=1", "--innodb-flush-log-at-trx-commit=1", "--innodb-flush-log-at-timeout=2700"],
    };

    private static string Prepare(string xid, int id)
        => $"XA START '{xid}'; INSERT INTO d.t VALUES ({id}); XA END '{xid}'; XA PREPARE '{xid}'";

    // The session ends, so that another one may commit it.
    private static Task PrepareAsync(MySqlTestServer server, string xid, int id) => server.ExecuteAsync(Prepare(xid, id));

    private static async Task KillAsync(Process reader)
    {
        Assert.False(reader.HasExited, "The reader has ended on its own.");
        reader.Kill();
        await reader.WaitForExitAsync();
    }

    /// <summary>Readers, and a folder with what they wrote.</summary>
    private sealed class Scene(MySqlTestServer server, string start, XaMode mode) : IAsyncDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("cdc-xa-").FullName;
        private readonly List<Process> _readers = [];
        private int _seen;

        public XaMode Mode { get; set; } = mode;

        public string[] Lines => File.Exists(PathOf("items")) ? File.ReadAllLines(PathOf("items")) : [];

        public Process StartReader()
        {
            string[] arguments =
            [
                "exec", Path.Combine(AppContext.BaseDirectory, "CdcEmbedded.CrashReader.dll"), "xa", server.ConnectionString, "d", start,
                PathOf("items"), PathOf("offsets"), Mode.ToString(),
            ];
            Process reader = Process.Start(new ProcessStartInfo("dotnet", arguments))
                ?? throw new InvalidOperationException("The reader did not start.");
            _readers.Add(reader);
            return reader;
        }

        /// <summary>Waits for the next lines, by how they begin, and for the stored offset that has all of the log.</summary>
        public async Task WaitForAsync(string[] beginnings, int pending)
        {
            var end = BinlogPosition.Read(await Capture.EndOfLogAsync(server));
            long started = Stopwatch.GetTimestamp();
            string[] lines = [];
            CdcOffset? stored = null;
            var store = new FileOffsetStore(PathOf("offsets"));
            bool HasAll() => lines.Length >= _seen + beginnings.Length && stored is not null
                && BinlogPosition.Read(stored) is { Progress: null } at && at.Pending.Length == pending && IsPast(at, end);
            while (!HasAll())
            {
                Assert.True(Stopwatch.GetElapsedTime(started) < Capture.Patience,
                    $"After [{string.Join(", ", lines)}] and {stored} there is no end of [{string.Join(", ", beginnings)}].");
                await Task.Delay(20);
                lines = Lines;
                stored = (await store.LoadAsync(Name)) is { Text: var text } ? CdcOffset.Parse(text) : null;
            }

            Assert.Equal(beginnings, lines[_seen..].Select((line, i) => line[..Math.Min(line.Length, beginnings[i].Length)]));
            _seen = lines.Length;
        }

        private static bool IsPast(BinlogPosition stored, BinlogPosition end) => end.Executed.HasValue
            ? stored.Executed.CompareTo(end.Executed) is GtidOrder.Same or GtidOrder.After
            : stored.Coordinates is { } at && end.Coordinates is { } last && at.IsAtOrAfter(last);

        private string PathOf(string name) => Path.Combine(_folder, name);

        public ValueTask DisposeAsync()
        {
            foreach (Process reader in _readers)
            {
                if (!reader.HasExited)
                {
                    reader.Kill();
                }

                reader.Dispose();
            }

            Directory.Delete(_folder, recursive: true);
            return default;
        }
    }
}
