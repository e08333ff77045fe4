using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>Updates of JSON columns that the server logs as differences (binlog_row_value_options=PARTIAL_JSON).</summary>
public sealed class MySqlPartialJsonTests(MySql97Fixture mySql97)
{
    private const int Rows = 12;

    private static readonly string[] _members = ["a", "b", "cc", "list", "ключ", "日本", "a b", "q\"q", "back\\\\slash", "😀", "x1", "deep"];

    private static readonly string[] _values =
    [
        "1", "-7", "40000", "-3000000000", "18446744073709551615", "1.5e0", "1e100", "-0.25", "CAST('12.50' AS DECIMAL(10,2))", "TRUE",
            "FALSE", "NULL", "''", "'plain'",
        "'quote \" back \\\\ line \\n tab \\t slash /'", "'grüße 日本 😀'", "REPEAT('long ', 60)", "CAST('2024-02-29' AS DATE)",
            "CAST('23:59:59.123456' AS TIME(6))",
        "CAST('2024-02-29 01:02:03.5' AS DATETIME(6))", "CAST(x'00ff10' AS BINARY)",
            "JSON_OBJECT('k', 1, 'list', JSON_ARRAY(1, 'two', NULL, TRUE))",
        "JSON_ARRAY(JSON_ARRAY(1, 2), JSON_OBJECT('a', JSON_OBJECT('b', 2.50)), 'x')",
            "CAST('{\"a\": [1, 2, {\"deep\": {\"a\": null}}], \"b\": 0}' AS JSON)", "JSON_ARRAY()", "JSON_OBJECT()",
    ];

    [Theory]
    [InlineData("FULL", 1)]
    [InlineData("FULL", 2)]
    [InlineData("NOBLOB", 3)]
    [InlineData("MINIMAL", 1)]
    [InlineData("MINIMAL", 4)]
    public async Task Thousands_of_random_updates_read_as_the_server_reads_them(string image, int seed)
    {
        MySqlTestServer server = await mySql97.ServerAsync();
        string database = await server.CreateDatabaseAsync("partial");
        await server.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, doc JSON, n INT, other JSON)", database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await using SqlSession session = await server.OpenSessionAsync(database);
        await session.ExecuteAsync($"SET NAMES utf8mb4; SET SESSION binlog_row_image = {image}; SET SESSION binlog_row_value_options = "
            + $"PARTIAL_JSON; {Inserts()}");

        List<string?[]> states = await UpdateAsync(session, new Random(seed));
        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, database), start);

        List<ChangeEvent> updates = [.. changes.Select(c => c.Event).Where(c => c.Operation == ChangeOperation.Update)];
        Assert.Equal(states.Count, updates.Count);
        var replayed = new Dictionary<long, (string? Doc, string? Other)>();
        foreach (DataRecord row in changes.Select(c => c.Event).Where(c => c.Operation == ChangeOperation.Create).Select(c => c.After))
        {
            replayed[row["id"].AsInt64()] = (Text(row["doc"]), Text(row["other"]));
        }

        var patches = 0;
        for (var i = 0; i < states.Count; i++)
        {
            string?[] state = states[i];
            long id = long.Parse(state[0] ?? "", CultureInfo.InvariantCulture);
            DataRecord after = updates[i].After;
            var known = replayed[id];
            patches += Compare(after["doc"], known.Doc, state[1], image, $"update {i}: {state[3]}")
                + Compare(after["other"], known.Other, state[2], image, $"update {i}: {state[3]}");
            replayed[id] = (state[1], state[2]);
        }

        Assert.True(states.Count > 1000, $"{states.Count} updates");
        Assert.True(image == "MINIMAL" ? patches > 500 : patches == 0, $"{patches} patches");
        await AssertPartialAsync(server, database);
    }

    /// <returns>1 for a patch.</returns>
    private static int Compare(DataValue value, string? before, string? now, string image, string told)
    {
        if (value.IsAbsent)
        {
            Assert.True(image == "MINIMAL" && before == now, $"{told}: absent, but {before} became {now}");
            return 0;
        }

        if (value.Kind == ValueKind.JsonPatch)
        {
            Assert.True(image == "MINIMAL", told);
            JsonNode? patched = PatchedJson.Apply(before ?? "", value.AsString());
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(now ?? ""), patched),
                $"{told}\n{before}\n{value.AsString()}\n{now}\n{patched?.ToJsonString()}");
            return 1;
        }

        Assert.True(now == Text(value), $"{told}\n{before}\n{Text(value)}\n{now}");
        Assert.Equal(now, Text(value.Detach()));
        return 0;
    }

    private static string? Text(DataValue value) => value.IsNull ? null : value.AsString();

    // The differences really exist: a table of this database has the event that contains them.
    private static async Task AssertPartialAsync(MySqlTestServer server, string database)
    {
        string?[] status = await Capture.LogStatusAsync(server);
        IReadOnlyList<string?[]> events = await server.QueryAsync($"SHOW BINLOG EVENTS IN '{status[0]}'");
        var maps = events.Where(e => e[2] == "Table_map" && e[5]?.Contains($"({database}.t)", StringComparison.Ordinal) == true)
            .Select(e => e[4]).ToHashSet();
        Assert.Contains(events, e => e[2] == "Update_rows_partial" && maps.Contains(e[1]));
    }

    private static string Inserts()
    {
        var sql = new StringBuilder("INSERT INTO t VALUES ");
        for (var id = 1; id <= Rows; id++)
        {
            string pad = id % 4 == 0 ? "REPEAT('p', 70000)" : id % 4 == 1 ? "REPEAT('q', 3000)" : "'small'";
            sql.Append(id > 1 ? ", " : "").Append(CultureInfo.InvariantCulture, $"""
                ({id}, JSON_OBJECT('a', 1, 'b', {pad}, 'list', JSON_ARRAY(1, 2, JSON_ARRAY('x', JSON_OBJECT('a', 1)), 4), 'deep', JSON_OBJECT('a', JSON_OBJECT('b', JSON_ARRAY(1, 2, 3)))),
                0, {(id % 5 == 0 ? "NULL" : $"JSON_ARRAY({pad}, JSON_OBJECT('list', JSON_ARRAY(1, 2)), 3)")})
                """);
        }

        return sql.ToString();
    }

    /// <summary>Runs random updates.</summary>
    /// <returns>For each update that changed a row: its id, both documents after it, and the statement.</returns>
    private static async Task<List<string?[]>> UpdateAsync(SqlSession session, Random random)
    {
        var result = new List<string?[]>();
        for (var batch = 0; batch < 150; batch++)
        {
            var sql = new StringBuilder();
            var statements = new List<string>();
            for (var i = 0; i < 20; i++)
            {
                int id = random.Next(1, Rows + 1);
                string doc = $"doc = {Change(random, "doc")}";
                string other = $", other = {Change(random, "other")}";
                string sets = random.Next(12) switch { 0 => $"n = n + 1{other}", 1 => doc + other, 2 => $"{doc}, n = n + 1",
                    3 => "n = n + 1", _ => doc };
                statements.Add($"UPDATE t SET {sets} WHERE id = {id}");
                sql.Append(statements[^1]).Append(CultureInfo.InvariantCulture, $"; SELECT {id}, ROW_COUNT(), HEX(CAST(doc AS CHAR)), "
                    + $"HEX(CAST(other AS CHAR)) FROM t WHERE id = {id};\n");
            }

            IReadOnlyList<string?[]> rows = await session.QueryAsync(sql.ToString());
            Assert.Equal(statements.Count, rows.Count);
            result.AddRange(rows.Zip(statements).Where(r => r.First[1] == "1")
                .Select(r => (string?[])[r.First[0], Decoded(r.First[2]), Decoded(r.First[3]), r.Second]));
        }

        return result;
    }

    private static string? Decoded(string? hex) => hex is null ? null : Encoding.UTF8.GetString(Convert.FromHexString(hex));

    private static string Change(Random random, string column)
    {
        // Occasionally a change that only a whole document can express.
        if (random.Next(60) == 0)
        {
            return $"JSON_MERGE_PATCH({column}, '{{\"merged\": {random.Next(100)}}}')";
        }

        string result = column;
        for (var depth = random.Next(3); depth >= 0; depth--)
        {
            string function = random.Next(7) switch { 0 or 1 => "JSON_REMOVE", 2 => "JSON_REPLACE", _ => "JSON_SET" };
            var arguments = new StringBuilder();
            for (var n = random.Next(3); n >= 0; n--)
            {
                arguments.Append(CultureInfo.InvariantCulture, $", '{Path(random)}'").Append(function == "JSON_REMOVE" ? "" : ", "
                    + _values[random.Next(_values.Length)]);
            }

            result = $"{function}({result}{arguments})";
        }

        return result;
    }

    private static string Path(Random random)
    {
        var path = new StringBuilder("$");
        for (var legs = random.Next(1, 5); legs > 0; legs--)
        {
            int cell = random.Next(6);
            path.Append(random.Next(3) > 0 ? "." + Member(_members[random.Next(_members.Length)])
                : random.Next(6) > 0 ? $"[{cell}]" : cell == 0 ? "[last]" : $"[last-{cell}]");
        }

        return path.ToString();
    }

    // Escaped twice: in the path's string and in SQL's.
    private static string Member(string name) => name.All(char.IsAsciiLetter) ? name
        : "\"" + name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal) + "\"";
}
