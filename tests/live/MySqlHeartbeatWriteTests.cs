using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;
using MySqlConnector;

namespace CdcEmbedded.ServerTests;

/// <summary>Heartbeats that are written into the captured server, so that offsets move while nothing else happens there (R80).</summary>
public sealed class MySqlHeartbeatWriteTests(MySql97Fixture mySql97)
{
    private const string CreateTable =
        "CREATE DATABASE ops; CREATE TABLE ops.heartbeats (name VARCHAR(190) PRIMARY KEY, written_at DATETIME(6) NOT NULL)";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerKind.MySql97)]
    [InlineData(ServerKind.MySql56)]
    [InlineData(ServerKind.MariaDb118)]
    public async Task A_server_at_rest_moves_the_stored_offset_and_the_heartbeat_is_no_change(ServerKind kind)
    {
        await using MySqlTestServer server = await StartAsync(kind);
        await server.ExecuteAsync(CreateTable + "; CREATE TABLE ops.orders (id INT PRIMARY KEY)");
        var store = new InMemoryOffsetStore();
        await using LiveCapture capture = Open(server, store, new HeartbeatWriteOptions
        {
            Table = "ops.heartbeats", Interval = TimeSpan.FromSeconds(1),
        });
        await capture.CaughtUpAsync();
        string first = await TextAsync(store);
        await capture.UntilAsync(() => TextAsync(store).Result != first, () => "the offset has not moved");
        string second = await TextAsync(store);
        await capture.UntilAsync(() => TextAsync(store).Result != second, () => "the offset has moved only once");

        await server.ExecuteAsync("INSERT INTO ops.orders VALUES (1)");
        await capture.CountAsync(1);
        Assert.Equal(["create orders {id: 1}"], capture.Texts);
        Assert.Equal("heart", (await server.QueryAsync("SELECT name FROM ops.heartbeats"))[0][0]);
    }

    [Fact]
    public async Task A_heartbeat_table_that_is_named_is_delivered_and_a_statement_of_ones_own_is_executed()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        await server.ExecuteAsync("CREATE DATABASE ops; CREATE TABLE ops.beats (id INT AUTO_INCREMENT PRIMARY KEY, engine TEXT)");
        await using LiveCapture capture = Open(server, new InMemoryOffsetStore(), new HeartbeatWriteOptions
        {
            Table = "ops.beats", Statement = "INSERT INTO ops.beats (engine) VALUES (@name)", Interval = TimeSpan.FromSeconds(1),
        }, "ops.beats");
        await capture.CountAsync(2);
        Assert.Equal(["create beats {id: 1, engine: heart}", "create beats {id: 2, engine: heart}"], capture.Texts.Take(2));
    }

    [Fact]
    public async Task A_heartbeat_that_cannot_be_written_is_a_finding_and_does_not_stop_the_stream()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        await server.ExecuteAsync(CreateTable + "; CREATE TABLE ops.orders (id INT PRIMARY KEY); "
            + "CREATE USER 'reader'@'%' IDENTIFIED BY 'pencil'; "
            + "GRANT REPLICATION SLAVE, REPLICATION CLIENT, SELECT ON *.* TO 'reader'@'%'");
        string reader = new MySqlConnectionStringBuilder(server.ConnectionString) { UserID = "reader", Password = "pencil" }
            .ConnectionString;
        var heartbeat = new HeartbeatWriteOptions { Table = "ops.heartbeats", Interval = TimeSpan.FromSeconds(1) };
        SourceFinding finding = await FindingAsync(reader, heartbeat);
        Assert.False(finding.IsError);
        Assert.Contains("INSERT", finding.Message, StringComparison.Ordinal);
        Assert.Equal("GRANT INSERT, UPDATE ON `ops`.`heartbeats` TO <user>;", finding.Remedy);

        var log = new LogLines();
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = reader, HeartbeatInterval = TimeSpan.FromMilliseconds(50), HeartbeatWrite = heartbeat,
        });
        await using var capture = new LiveCapture(source, new CdcEngineOptions { Name = "heart", LoggerFactory = log },
            new InMemoryOffsetStore());
        await capture.CaughtUpAsync();
        await capture.UntilAsync(() => log.Count("the heartbeat could not be written") > 0, () => "no failure was logged");
        await server.ExecuteAsync("INSERT INTO ops.orders VALUES (1); GRANT INSERT, UPDATE ON ops.heartbeats TO 'reader'@'%'");
        await capture.UntilAsync(() => log.Count("the heartbeat was written") > 0, () => "no heartbeat was written");
        await capture.CountAsync(1);
        Assert.Equal(["create orders {id: 1}"], capture.Texts);
        Assert.Equal(1, log.Count("the heartbeat could not be written"));
    }

    [Fact]
    public async Task A_missing_table_a_wrong_column_and_a_read_only_server_are_findings_with_a_remedy()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        SourceFinding missing = await FindingAsync(server.ConnectionString, new HeartbeatWriteOptions { Table = "ops.heartbeats" });
        Assert.StartsWith("CREATE TABLE `ops`.`heartbeats` (name", missing.Remedy, StringComparison.Ordinal);

        await server.ExecuteAsync(CreateTable);
        Assert.Contains("'nmae'", (await FindingAsync(server.ConnectionString, new HeartbeatWriteOptions
        {
            Table = "ops.heartbeats", Statement = "INSERT INTO ops.heartbeats (nmae) VALUES ('a')",
        })).Message, StringComparison.Ordinal);

        await server.ExecuteAsync("SET GLOBAL super_read_only = ON");
        SourceFinding readOnly = await FindingAsync(server.ConnectionString, new HeartbeatWriteOptions { Table = "ops.heartbeats" });
        Assert.Contains("read-only", readOnly.Message, StringComparison.Ordinal);
        Assert.StartsWith("Set HeartbeatWrite where the primary is read", readOnly.Remedy, StringComparison.Ordinal);
        await server.ExecuteAsync("SET GLOBAL read_only = OFF");
        Assert.Empty(await FindingsAsync(server.ConnectionString, new HeartbeatWriteOptions { Table = "ops.heartbeats" }));
        Assert.Equal("0", (await server.QueryAsync("SELECT COUNT(*) FROM ops.heartbeats"))[0][0]);
    }

    private static async Task<string> TextAsync(InMemoryOffsetStore store)
        => (await store.LoadAsync("heart", Cancellation))?.Text ?? "";

    private static LiveCapture Open(MySqlTestServer server, InMemoryOffsetStore store, HeartbeatWriteOptions heartbeat,
        params string[] include)
    {
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString, Include = include, HeartbeatInterval = TimeSpan.FromMilliseconds(50),
            HeartbeatWrite = heartbeat,
        });
        return new LiveCapture(source, new CdcEngineOptions
        {
            Name = "heart", CommitPolicy = new CommitPolicy { Interval = TimeSpan.FromMilliseconds(50) },
        }, store);
    }

    private static async Task<SourceFinding> FindingAsync(string connection, HeartbeatWriteOptions heartbeat)
        => Assert.Single(await FindingsAsync(connection, heartbeat));

    private static async Task<List<SourceFinding>> FindingsAsync(string connection, HeartbeatWriteOptions heartbeat)
    {
        await using var engine = new CdcEngine(new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = connection, HeartbeatWrite = heartbeat,
        }), new InMemoryOffsetStore(), new CdcEngineOptions { Name = "heart" });
        return [.. (await engine.ValidateAsync(Cancellation)).Where(finding => finding.Code == "mysql.heartbeat_write")];
    }

    private Task<MySqlTestServer> StartAsync(ServerKind kind) => ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind,
        new MySqlServerOptions { Owned = true }, Cancellation));
}
