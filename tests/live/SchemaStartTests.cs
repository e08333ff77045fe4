using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>
/// Starts at an older position with an engine that has stored nothing: the server and its log together must define what the tables were at
/// that position, although the server has only their current definitions.
/// </summary>
public sealed class SchemaStartTests
{
    /// <summary>Servers whose log names no columns, with their default settings.</summary>
    public static TheoryData<ServerKind> Kinds => [ServerKind.MySql97, ServerKind.MySql56, ServerKind.MariaDb1011, ServerKind.MariaDb118];

    [Fact]
    public async Task A_log_that_names_columns_only_from_some_position_on_is_read_from_before_it_too()
    {
        await using MySqlTestServer server = await StartAsync(ServerKind.MySql97);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("""
            CREATE DATABASE d; USE d;
            CREATE TABLE t (id INT PRIMARY KEY, a INT);
            INSERT INTO t VALUES (1, 1);
            ALTER TABLE t RENAME COLUMN a TO b;
            INSERT INTO t VALUES (2, 2);
            SET GLOBAL binlog_row_metadata = FULL;
            INSERT INTO t VALUES (3, 3);
            ALTER TABLE t RENAME COLUMN b TO c;
            INSERT INTO t VALUES (4, 4);
            """);
        string[] expected = ["create t {id: 1, a: 1}", "create t {id: 2, b: 2}", "create t {id: 3, b: 3}", "create t {id: 4, c: 4}"];
        var store = new InMemoryOffsetStore();
        MySqlSource source = Capture.Source(server, "d");

        List<CapturedChange> all = await Capture.ReadAsync(source, From(start), store);

        Assert.Equal(expected, Capture.Texts(all));
        for (int i = 0; i < all.Count; i++)
        {
            Assert.Equal(expected[(i + 1)..], await Capture.ReadTextsAsync(source, all[i].Offset));
            Assert.Equal(expected[(i + 1)..], Capture.Texts(await Capture.ReadAsync(source, From(all[i].Offset), store)));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Create_if_not_exists_after_the_start_does_not_redefine_an_existing_table(ServerKind kind)
    {
        await using MySqlTestServer server = await StartAsync(kind);
        await server.ExecuteAsync("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY, name INT); ALTER TABLE d.t CHANGE name title "
            + "INT; FLUSH LOGS");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        MySqlSource source = Capture.Source(server, "d");

        // The statement that an application runs at every start, written when the column had another name.
        await server.ExecuteAsync("""
            INSERT INTO d.t VALUES (1, 1);
            CREATE TABLE IF NOT EXISTS d.t (id INT PRIMARY KEY, name INT);
            INSERT INTO d.t VALUES (2, 2);
            """);
        Assert.Equal(["create t {id: 1, title: 1}", "create t {id: 2, title: 2}"], await Capture.ReadTextsAsync(source, start));

        // The server's current definition no longer fits these rows, but the log before them does.
        await server.ExecuteAsync("ALTER TABLE d.t CHANGE title headline INT; INSERT INTO d.t VALUES (3, 3)");
        Assert.Equal(["create t {id: 1, title: 1}", "create t {id: 2, title: 2}", "create t {id: 3, headline: 3}"],
            await Capture.ReadTextsAsync(source, start));

        // Nothing defines them: they are rejected rather than read with the statement's names.
        await PurgeAsync(server);
        var error = await Assert.ThrowsAsync<SchemaUnknownException>(() => Capture.ReadAsync(source, start));
        Assert.Equal("d.t", error.Table);

        // A statement that did create its table defines the columns.
        CdcOffset second = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("""
            CREATE TABLE IF NOT EXISTS d.u (id INT PRIMARY KEY, a INT);
            INSERT INTO d.u VALUES (1, 1);
            ALTER TABLE d.u CHANGE a b INT;
            INSERT INTO d.u VALUES (2, 2);
            """);
        Assert.Equal(["create u {id: 1, a: 1}", "create u {id: 2, b: 2}"], await Capture.ReadTextsAsync(source, second));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Texts_take_the_character_set_that_their_database_had(ServerKind kind)
    {
        await using MySqlTestServer server = await StartAsync(kind);
        await server.ExecuteAsync("CREATE DATABASE d CHARACTER SET cp1251; CREATE DATABASE gone CHARACTER SET cp1251; FLUSH LOGS");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("""
            CREATE TABLE d.t (id INT PRIMARY KEY, v TEXT);
            INSERT INTO d.t VALUES (1, 'Москва');
            ALTER DATABASE d CHARACTER SET koi8r;
            CREATE TABLE d.u (id INT PRIMARY KEY, v TEXT, e ENUM ('да'));
            INSERT INTO d.u VALUES (1, 'Киев', 'да');
            CREATE TABLE gone.w (id INT PRIMARY KEY, v TEXT);
            INSERT INTO gone.w VALUES (1, 'Минск');
            DROP DATABASE gone;
            """);
        var source = new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = ["d.*", "gone.*"] });
        string[] expected = ["create t {id: 1, v: Москва}", "create u {id: 1, v: Киев, e: да}", "create w {id: 1, v: Минск}"];

        Assert.Equal(expected, await Capture.ReadTextsAsync(source, start));

        // Once the table is gone, neither the server nor the log gives its character set, unless the table map does, as in MySQL 8 and
        // later: the server's default would be wrong.
        await PurgeAsync(server);
        if (kind == ServerKind.MySql97)
        {
            Assert.Equal(expected, await Capture.ReadTextsAsync(source, start));
        }
        else
        {
            var error = await Assert.ThrowsAsync<SchemaUnknownException>(() => Capture.ReadAsync(source, start));
            Assert.Equal("gone.w", error.Table);
            Assert.Contains("character set", error.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<MySqlTestServer> StartAsync(ServerKind kind) =>
        await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind, new MySqlServerOptions
        {
            Owned = true,
            Arguments = kind switch
            {
                ServerKind.MySql97 => ["--binlog-row-metadata=MINIMAL"],
                ServerKind.MySql56 => [],
                _ => ["--binlog-row-metadata=NO_LOG"],
            },
        }));

    /// <summary>Removes the first file, in which everything was created.</summary>
    private static async Task PurgeAsync(MySqlTestServer server)
    {
        string?[] second = (await server.QueryAsync("SHOW BINARY LOGS"))[1];
        await server.ExecuteAsync($"PURGE BINARY LOGS TO '{second[0]}'");
    }

    /// <summary>Stores schemas but no offset, so that each start is where the options say.</summary>
    private static CdcEngineOptions From(CdcOffset offset) => new()
    {
        Name = "test",
        StartFrom = StartPosition.At(offset),
        StopWhenCaughtUp = true,
        Reconnect = ReconnectPolicy.None,
        CommitPolicy = CommitPolicy.Never,
    };
}
