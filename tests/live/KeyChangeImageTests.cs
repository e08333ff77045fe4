using CdcEmbedded.Formats;
using CdcEmbedded.MySql;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>Changes of a primary key under row images that omit columns.</summary>
public sealed class KeyChangeImageTests
{
    [Theory]
    [InlineData(ServerKind.MySql97, "FULL")]
    [InlineData(ServerKind.MySql97, "MINIMAL")]
    [InlineData(ServerKind.MySql56, "")]
    [InlineData(ServerKind.MariaDb1011, "NO_LOG")]
    [InlineData(ServerKind.MariaDb118, "FULL")]
    public async Task A_key_change_whose_log_omits_columns_is_one_update_with_both_keys(ServerKind kind, string metadata)
    {
        string[] arguments = metadata.Length > 0 ? [$"--binlog-row-metadata={metadata}"] : [];
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(
            MySqlTestServer.StartAsync(kind, new MySqlServerOptions { Owned = true, Arguments = arguments }));
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY, a INT, b TEXT); "
            + "INSERT INTO d.t VALUES (1, 1, 'x'), (2, 2, 'y')");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("SET binlog_row_image = 'MINIMAL'; UPDATE t SET id = id + 10; "
            + "UPDATE t SET id = 21, a = 9, b = 'z' WHERE id = 11; "
            + "SET binlog_row_image = 'NOBLOB'; UPDATE t SET id = 22 WHERE id = 12; "
            + "SET binlog_row_image = 'FULL'; UPDATE t SET id = 32 WHERE id = 22", "d");

        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, "d"), start);

        Assert.Equal(
            [
                ("update t {id: 1} -> {id: 11}", "{id: 11}", ""), ("update t {id: 2} -> {id: 12}", "{id: 12}", ""),
                ("delete t {id: 11}", "{id: 11}", "{id: 21}"), ("create t {id: 21, a: 9, b: z}", "{id: 21}", "{id: 11}"),
                ("update t {id: 12, a: 2} -> {id: 22, a: 2}", "{id: 22}", ""),
                ("delete t {id: 22, a: 2, b: y}", "{id: 22}", "{id: 32}"), ("create t {id: 32, a: 2, b: y}", "{id: 32}", "{id: 22}"),
            ],
            changes.Select(c => (c.Text, c.Key, c.Event.RelatedKey.ToString())));
        await AssertNoneIsSkippedAsync(server);
        using var json = new EnvelopeJson();
        Assert.EndsWith("""
            "key":{"id":22},"related_key":{"id":32}}
            """, json.ToJson(changes[^2].Event), StringComparison.Ordinal);
        Assert.EndsWith("""
            "key":{"id":11}}
            """, json.ToJson(changes[0].Event), StringComparison.Ordinal);
    }

    /// <summary>None of these updates changes nothing, whatever the log omits, with a key and without one.</summary>
    private static async Task AssertNoneIsSkippedAsync(MySqlTestServer server)
    {
        await server.ExecuteAsync("CREATE TABLE k (a INT, b TEXT); INSERT INTO k VALUES (1, 'x')", "d");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("SET binlog_row_image = 'MINIMAL'; UPDATE t SET a = a + 100 WHERE id = 21; UPDATE k SET a = 2; "
            + "SET binlog_row_image = 'NOBLOB'; UPDATE t SET b = 'q' WHERE id = 21; UPDATE k SET b = 'y'; "
            + "SET binlog_row_image = 'FULL'; UPDATE t SET b = NULL WHERE id = 21", "d");
        List<CapturedChange> changes = await Capture.ReadAsync(new MySqlSource(new MySqlSourceOptions
        {
            ConnectionString = server.ConnectionString, Include = ["d.*"], SkipUnchanged = true,
        }), start);
        Assert.Equal(
            [
                "update t {id: 21} -> {id: 21, a: 109}", "update k {a: 1, b: x} -> {a: 2, b: x}",
                "update t {id: 21, a: 109} -> {id: 21, a: 109, b: q}", "update k {a: 2, b: x} -> {a: 2, b: y}",
                "update t {id: 21, a: 109, b: q} -> {id: 21, a: 109, b: NULL}",
            ],
            changes.Select(c => c.Text));
    }
}
