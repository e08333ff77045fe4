using CdcEmbedded.MySql;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>Offsets that the server cannot serve: each ends with a typed exception that says what was lost, before any event.</summary>
public sealed class MySqlLostPositionTests(MySql97Fixture mySql97, MySql56Fixture mySql56)
{
    [Fact]
    public async Task By_GTID_purged_logs_a_reset_and_another_server_lose_the_offset()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync();
        List<CapturedChange> changes = await WriteThreeFilesAsync(server);

        await server.ExecuteAsync("PURGE BINARY LOGS TO 'binlog.000003'");
        OffsetLostException purged = await LostAsync(server, changes[0].Offset);
        Assert.Contains("purged", purged.Message, StringComparison.Ordinal);
        Assert.Contains("binlog_expire_logs_seconds", purged.Message, StringComparison.Ordinal);
        Assert.Equal(["create t {id: 3}"], await Capture.ReadTextsAsync(Capture.Source(server, "d"), changes[1].Offset));

        OffsetLostException other = await LostAsync(await mySql97.ServerAsync(), changes[1].Offset);
        Assert.Contains("ahead of the server", other.Message, StringComparison.Ordinal);

        await server.ExecuteAsync("RESET BINARY LOGS AND GTIDS");
        OffsetLostException reset = await LostAsync(server, changes[2].Offset);
        Assert.Contains("RESET BINARY LOGS AND GTIDS", reset.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_file_and_position_purged_logs_a_reset_and_another_server_lose_the_offset()
    {
        await using MySqlTestServer server = await mySql56.StartOwnAsync();
        List<CapturedChange> changes = await WriteThreeFilesAsync(server);

        await server.ExecuteAsync("PURGE BINARY LOGS TO 'binlog.000003'");
        OffsetLostException purged = await LostAsync(server, changes[0].Offset);
        Assert.Contains("binlog.000001", purged.Message, StringComparison.Ordinal);
        Assert.Equal(["create t {id: 3}"],
            await Capture.ReadTextsAsync(Capture.Source(server, "d"), MySqlOffset.FromPosition("binlog.000003", 4)));

        OffsetLostException other = await LostAsync(await mySql56.ServerAsync(), changes[1].Offset);
        Assert.Contains("belongs to the server with UUID", other.Message, StringComparison.Ordinal);

        await server.ExecuteAsync("RESET MASTER");
        await LostAsync(server, changes[2].Offset);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Positions_that_are_not_in_the_log_end_with_a_typed_exception_at_once(bool isNew)
    {
        MySqlTestServer server = isNew ? await mySql97.ServerAsync() : await mySql56.ServerAsync();
        string?[] status = await Capture.LogStatusAsync(server);
        string file = status[0] ?? "";

        await LostAsync(server, MySqlOffset.FromPosition(file, 3_000_000_000));
        await LostAsync(server, MySqlOffset.FromPosition(file, 5_000_000_000));
        await LostAsync(server, MySqlOffset.FromPosition("nothing.000001", 4));
        await LostAsync(server, MySqlOffset.FromGtidSet(GtidSet.Parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5")));

        // In the middle of an event: whatever the server makes of it, it is an error and not an event.
        await Assert.ThrowsAnyAsync<CdcException>(
            () => Capture.ReadAsync(Capture.Source(server, "d"), MySqlOffset.FromPosition(file, 100)));
    }

    [Theory]
    [InlineData("{\"v\":1,\"source\":\"mysql\"}")]
    [InlineData("{\"v\":1,\"source\":\"mysql\",\"gtid\":\"nonsense\"}")]
    [InlineData("{\"v\":1,\"source\":\"mysql\",\"file\":7,\"pos\":\"x\"}")]
    [InlineData("{\"v\":1,\"source\":\"mysql\",\"file\":\"binlog.000001\",\"pos\":-4}")]
    [InlineData("{\"v\":1,\"source\":\"mysql\",\"file\":\"binlog.000001\",\"pos\":4,\"tx\":{}}")]
    [InlineData("{\"v\":1,\"source\":\"mysql\",\"file\":\"binlog.000001\",\"pos\":4,\"tx\":[]}")]
    public async Task Damaged_offsets_are_rejected_by_their_format(string text)
    {
        MySqlTestServer server = await mySql97.ServerAsync();

        await Assert.ThrowsAsync<OffsetFormatException>(() => Capture.ReadAsync(Capture.Source(server, "d"), CdcOffset.Parse(text)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_log_that_is_reset_under_a_running_stream_ends_it_with_a_typed_exception(bool isNew)
    {
        await using MySqlTestServer server = isNew ? await mySql97.StartOwnAsync() : await mySql56.StartOwnAsync();

        // Not in the first file, where a server continues to send heartbeats from the deleted file: see MySqlResetTests.
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT); FLUSH LOGS; INSERT INTO d.t VALUES (0)");
        var source = new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString, Include = ["d.*"], HeartbeatInterval = TimeSpan.FromMilliseconds(200),
        });
        await using var live = new LiveCapture(source, LiveCapture.From(StartPosition.Earliest));
        await live.CountAsync(1);

        await server.ExecuteAsync(isNew ? "RESET BINARY LOGS AND GTIDS" : "RESET MASTER");
        await server.ExecuteAsync("INSERT INTO d.t VALUES (1)");

        await live.FailureAsync<OffsetLostException>();
        Assert.Equal(["create t {id: 0}"], live.Texts);
    }

    [Fact]
    public async Task An_event_larger_than_the_server_sends_is_reported_with_the_remedy()
    {
        await using MySqlTestServer server = await mySql56.StartOwnAsync("--max-allowed-packet=32M", "--slave-max-allowed-packet=1M");
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT, b LONGBLOB)");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO d.t VALUES (1, REPEAT('x', 3000000)); SET GLOBAL max_allowed_packet = 1048576");

        try
        {
            // A server that sends it anyway is right, too.
            Assert.Single(await Capture.ReadAsync(Capture.Source(server, "d"), start));
        }
        catch (CdcServerException e)
        {
            Assert.False(e.IsTransient);
            Assert.Contains("max_allowed_packet", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Validation_finds_a_lost_offset_without_reading()
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        CdcOffset lost = MySqlOffset.FromGtidSet(GtidSet.Parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5"));
        await using var engine = new CdcEngine(Capture.Source(server, "d"), new Offsets.InMemoryOffsetStore(), Capture.UpToNow(lost));

        IReadOnlyList<SourceFinding> findings = await engine.ValidateAsync();

        Assert.Contains(findings, finding => finding.IsError && finding.Code == "mysql.offset");
    }

    private static async Task<List<CapturedChange>> WriteThreeFilesAsync(MySqlTestServer server)
    {
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT)");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("INSERT INTO d.t VALUES (1); FLUSH BINARY LOGS; INSERT INTO d.t VALUES (2); FLUSH BINARY LOGS; INSERT "
            + "INTO d.t VALUES (3)");
        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, "d"), start);
        Assert.Equal(3, changes.Count);
        return changes;
    }

    private static Task<OffsetLostException> LostAsync(MySqlTestServer server, CdcOffset offset) =>
        Assert.ThrowsAsync<OffsetLostException>(() => Capture.ReadAsync(Capture.Source(server, "d"), offset));
}
