using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>Values that only MariaDB has, or that it writes in its own way, read as the server prints them.</summary>
public sealed class MariaDbValueTests
{
    [Theory]
    [InlineData(ServerKind.MariaDb1011, "NO_LOG")]
    [InlineData(ServerKind.MariaDb1011, "FULL")]
    [InlineData(ServerKind.MariaDb118, "NO_LOG")]
    [InlineData(ServerKind.MariaDb118, "FULL")]
    public async Task Values_read_as_the_server_prints_them(ServerKind kind, string metadata)
    {
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(
            kind, new MySqlServerOptions { Owned = true, Arguments = [$"--binlog-row-metadata={metadata}"] }));
        string database = await server.CreateDatabaseAsync("values");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("""
            CREATE TABLE u (id INT PRIMARY KEY, v UUID);
            INSERT INTO u VALUES (1, '00000000-0000-0000-0000-000000000000'), (2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'), (3, '123e4567-e89b-12d3-a456-426655440000'),
              (4, 'f47ac10b-58cc-4372-a567-0e02b2c3d479'), (5, '018f3a2b-4c5d-7e6f-8a9b-0c1d2e3f4a5b'), (6, '00112233-4455-1677-8899-aabbccddeeff'),
              (7, '00000000-0000-1000-8000-000000000000');
            CREATE TABLE i (id INT PRIMARY KEY, v INET6);
            INSERT INTO i VALUES (1, '::'), (2, '::1'), (3, '::1.2.3.4'), (4, '::ffff:1.2.3.4'), (5, '2001:db8::1:1:1:1:1'), (6, '2001:db8:0:0:1:0:0:1'), (7, 'fe80::1'),
              (8, '1:2:3:4:5:6:7:8'), (9, '1::'), (10, '::ffff:0:1'), (11, '64:ff9b::1.2.3.4'), (12, 'ff02:0:1::'), (13, '0:1:0:1:0:1:0:1');
            CREATE TABLE g (id INT PRIMARY KEY, p POINT, v VARCHAR(20) CHARACTER SET latin1, w VARCHAR(20) CHARACTER SET utf8mb4);
            INSERT INTO g VALUES (1, POINT(1, 2), 'äö', 'äö😀'), (2, NULL, 'é', 'é');
            CREATE TABLE c (id INT PRIMARY KEY, v VARCHAR(1000) COMPRESSED CHARACTER SET latin1, w TEXT COMPRESSED CHARACTER SET utf8mb4);
            INSERT INTO c VALUES (1, REPEAT('ä', 900), REPEAT('日', 900)), (2, '', ''), (3, 'kurz', NULL);
            """, database);

        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, database), start);

        foreach ((string table, string columns) in ((string, string)[])[("u", "v"), ("i", "v"), ("g", "v,w"), ("c", "v,w")])
        {
            IReadOnlyList<string?[]> rows = await server.QueryAsync($"SELECT {columns} FROM {table} ORDER BY id", database);
            string[] names = columns.Split(',');
            string?[][] read = [.. changes.Where(c => c.Event.Table == table)
                .Select(c => (string?[])[.. names.Select(n => c.Event.After[n].IsNull ? null : c.Event.After[n].AsString())])];
            Assert.Equal(rows, read);
        }
    }

    [Theory]
    [InlineData(ServerKind.MariaDb1011, "NO_LOG")]
    [InlineData(ServerKind.MariaDb118, "NO_LOG")]
    [InlineData(ServerKind.MariaDb118, "FULL")]
    public async Task Decimals_of_every_scale_up_to_38_are_read_with_all_digits(ServerKind kind, string metadata)
    {
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(
            kind, new MySqlServerOptions { Owned = true, Arguments = [$"--binlog-row-metadata={metadata}"] }));
        string database = await server.CreateDatabaseAsync("scales");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        string digits = string.Concat(Enumerable.Range(0, 7).Select(_ => "1234567890"));
        var statements = new List<string>();
        var tables = new List<string>();
        for (int scale = 30; scale <= 38; scale++)
        {
            foreach (int precision in (int[])[scale, scale + 1, 65])
            {
                string table = $"d{precision}_{scale}";
                int before = precision - scale;
                string number = $"{(before == 0 ? "0" : digits[..before])}.{digits[..scale]}";
                tables.Add(table);
                statements.Add($"CREATE TABLE {table} (id INT PRIMARY KEY, v DECIMAL({precision},{scale})); "
                    + $"INSERT INTO {table} VALUES (1, {number}), (2, -{number}), (3, 0), (4, NULL)");
            }
        }

        await server.ExecuteAsync(string.Join(";\n", statements), database);
        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, database), start);

        foreach (string table in tables)
        {
            IReadOnlyList<string?[]> rows = await server.QueryAsync($"SELECT v FROM {table} ORDER BY id", database);
            Assert.Equal(
                rows.Select(row => row[0]),
                changes.Where(c => c.Event.Table == table).Select(c => c.Event.After["v"] is { IsNull: false } v ? v.ToString() : null));
        }
    }

    [Theory]
    [InlineData(ServerKind.MariaDb1011, true)]
    [InlineData(ServerKind.MariaDb118, false)]
    public async Task Generated_columns_are_in_the_stream_if_the_server_logs_them(ServerKind kind, bool inUpdates)
    {
        await using MySqlTestServer server =
            await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind, new MySqlServerOptions { Owned = true }));
        string database = await server.CreateDatabaseAsync("generated");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("""
            CREATE TABLE g (id INT PRIMARY KEY, v INT, twice INT AS (v * 2) STORED, thrice INT AS (v * 3) VIRTUAL, hidden INT DEFAULT 7 INVISIBLE);
            INSERT INTO g (id, v) VALUES (1, 5); UPDATE g SET v = 6;
            """, database);

        // 11.8 omits them from updates with any row image.
        Assert.Equal(
            [
                "create g {id: 1, v: 5, twice: 10, thrice: 15, hidden: 7}",
                inUpdates ? "update g {id: 1, v: 5, twice: 10, thrice: 15, hidden: 7} -> {id: 1, v: 6, twice: 12, thrice: 18, hidden: 7}"
                    : "update g {id: 1, v: 5, hidden: 7} -> {id: 1, v: 6, hidden: 7}",
            ],
            Capture.Texts(await Capture.ReadAsync(Capture.Source(server, database), start)));
    }
}
