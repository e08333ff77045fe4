using CdcEmbedded.MySql;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>System-versioned tables of MariaDB, whose log has the history of each row as rows of the table.</summary>
public sealed class SystemVersionedTests
{
    private const string Tables = """
        CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(10)) WITH SYSTEM VERSIONING;
        CREATE TABLE k (a INT, b INT) WITH SYSTEM VERSIONING;
        CREATE TABLE p (id INT, s TIMESTAMP(6) GENERATED ALWAYS AS ROW START, e TIMESTAMP(6) GENERATED ALWAYS AS ROW END, a INT, id2 INT,
          b INT WITHOUT SYSTEM VERSIONING, PRIMARY KEY (id2, id), PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING;
        CREATE TABLE l (id INT PRIMARY KEY, a INT);
        CREATE TABLE n (id INT PRIMARY KEY, row_start TIMESTAMP(6) NOT NULL, row_end TIMESTAMP(6) NOT NULL);
        """;

    private const string Changes = """
        INSERT INTO t VALUES (1, 1, 'x'), (2, 2, 'y'), (3, 3, 'z'); INSERT INTO k VALUES (1, 1); INSERT INTO p (id, id2, a, b) VALUES (1,
            7, 1, 1);
        UPDATE t SET a = 5 WHERE id < 3; UPDATE k SET b = 3; UPDATE p SET a = 9; UPDATE p SET b = 4; UPDATE p SET id2 = 8;
        UPDATE t SET id = 11 WHERE id = 1;
        INSERT INTO t VALUES (2, 5, 'o') ON DUPLICATE KEY UPDATE a = 77;
        REPLACE INTO t VALUES (2, 78, 'r');
        BEGIN; INSERT INTO t VALUES (4, 4, 'i'); UPDATE t SET a = 40 WHERE id = 4; UPDATE t SET a = 41 WHERE id IN (3,
            4); DELETE FROM t WHERE id = 4; COMMIT;
        DELETE FROM t WHERE id = 2; DELETE FROM k; DELETE FROM p;
        SET system_versioning_insert_history = 1;
        INSERT INTO t (id, a, b, row_start, row_end) VALUES (50, 1, 'h', '2020-01-01', '2021-01-01'), (51, 1, 'c', '2020-01-01',
            '2022-01-01');
        DELETE HISTORY FROM t; DELETE HISTORY FROM k;
        INSERT INTO l VALUES (1, 1); ALTER TABLE l ADD SYSTEM VERSIONING; UPDATE l SET a = 2;
        SET system_versioning_alter_history = KEEP; ALTER TABLE l ADD b INT; UPDATE l SET b = 3; DELETE FROM l;
        ALTER TABLE l DROP SYSTEM VERSIONING; INSERT INTO l VALUES (2, 1, 1); UPDATE l SET a = 3;
        INSERT INTO n VALUES (1, '2020-01-01', '2021-01-01'); UPDATE n SET row_end = '2022-01-01'; DELETE FROM n;
        """;

    public static TheoryData<ServerKind, string, string> Servers => new MatrixTheoryData<ServerKind, string, string>(
        [ServerKind.MariaDb1011, ServerKind.MariaDb118], ["FULL", "NO_LOG"], ["FULL", "MINIMAL", "NOBLOB"]);

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Current_rows_are_delivered_as_those_of_any_other_table(ServerKind kind, string metadata, string image)
    {
        await using MySqlTestServer server = await StartAsync(kind, metadata, image);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync(Tables + Changes, "d");

        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, "d"), start);

        bool replaces = changes.Any(c => c.Event.Table == "t" && c.Event.Operation == ChangeOperation.Delete && c.Key == "{id: 2}"
            && changes[changes.IndexOf(c) + 1].Event.Operation == ChangeOperation.Create);
        Assert.Equal(
            [
                "c {id: 1} 1 x", "c {id: 2} 2 y", "c {id: 3} 3 z", "u {id: 1} 5 x", "u {id: 2} 5 y", "d {id: 1}", "c {id: 11} 5 x",
                "u {id: 2} 77 y",
                .. replaces ? (string[])["d {id: 2}", "c {id: 2} 78 r"] : ["u {id: 2} 78 r"],
                "c {id: 4} 4 i", "u {id: 4} 40 i", "u {id: 3} 41 z", "u {id: 4} 41 i", "d {id: 4}", "d {id: 2}",
            ],
            Texts(changes, "t", "a", "b"));
        Assert.Equal(["c  1 1", "u  1 3", "d "], Texts(changes, "k", "a", "b"));
        Assert.Equal(["c {id2: 7, id: 1} 1 1", "u {id2: 7, id: 1} 9 1", "u {id2: 7, id: 1} 9 4", "d {id2: 7, id: 1}",
            "c {id2: 8, id: 1} 9 4", "d {id2: 8, id: 1}"],
            Texts(changes, "p", "a", "b"));
        Assert.Equal(["c {id: 1} 1", "u {id: 1} 2", "u {id: 1} 2", "d {id: 1}", "c {id: 2} 1", "u {id: 2} 3"], Texts(changes, "l", "a"));
        Assert.Equal(["c {id: 1} ", "u {id: 1} ", "d {id: 1} "],
            changes.Where(c => c.Event.Table == "n").Select(c => $"{Letter(c.Event)} {c.Key} "));
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task The_history_is_delivered_as_the_log_has_it_if_asked_for(ServerKind kind, string metadata, string image)
    {
        await using MySqlTestServer server = await StartAsync(kind, metadata, image);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, a INT) WITH SYSTEM VERSIONING; "
            + "INSERT INTO t VALUES (1, 1); UPDATE t SET a = 2; "
            + "UPDATE t SET id = 2; DELETE FROM t", "d");
        var source = new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = ["d.*"],
            IncludeRowHistory = true });

        List<CapturedChange> changes = await Capture.ReadAsync(source, start);

        Assert.Equal("c u c d c c d c", string.Join(' ', changes.Select(c => Letter(c.Event))));
        Assert.All(changes, change => Assert.Equal(["id", "row_end"], change.Event.Key.Select(field => field.Name)));
        Assert.Equal(await server.QueryAsync("SELECT id, a FROM t FOR SYSTEM_TIME ALL ORDER BY row_end", "d"), State(changes));
    }

    private static string[][] State(List<CapturedChange> changes)
    {
        var rows = new Dictionary<string, ChangeEvent>(StringComparer.Ordinal);
        foreach (ChangeEvent change in changes.Select(c => c.Event))
        {
            if (change.Operation == ChangeOperation.Delete)
            {
                rows.Remove(change.Key.ToString());
            }
            else
            {
                rows[change.Key.ToString()] = change;
            }
        }

        return [.. rows.OrderBy(row => row.Value.After["row_end"].ToString(), StringComparer.Ordinal)
            .Select(row => (string[])[row.Value.After["id"].ToString(), row.Value.After["a"].ToString()])];
    }

    private static IEnumerable<string> Texts(IEnumerable<CapturedChange> changes, string table, params string[] columns)
        => changes.Where(c => c.Event.Table == table)
        .Select(
            c => string.Join(' ',
            [$"{Letter(c.Event)} {c.Key}", .. c.Event.After.HasValue ? columns.Select(name => c.Event.After[name].ToString()) : []]));

    private static string Letter(ChangeEvent change) => change.Operation switch { ChangeOperation.Create => "c",
        ChangeOperation.Update => "u", _ => "d" };

    private static async Task<MySqlTestServer> StartAsync(ServerKind kind, string metadata, string image)
    {
        MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind,
            new MySqlServerOptions { Owned = true, Arguments = [$"--binlog-row-metadata={metadata}", $"--binlog-row-image={image}"] }));
        await server.ExecuteAsync("CREATE DATABASE d");
        return server;
    }
}
