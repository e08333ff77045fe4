using System.Globalization;
using System.Text;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>Every column type with its limits: the stream delivers what SELECT returns.</summary>
public sealed class MySqlValueTests(MySql97Fixture mySql97, MySql56Fixture mySql56)
{
    // Column definition, then the values of one row each; a shorter list is padded with NULL.
    internal static readonly string[][] Common =
    [
        ["TINYINT", "-128", "127", "0"], ["TINYINT UNSIGNED", "0", "255", "128"], ["TINYINT(1)", "1", "0", "-1"],
        ["SMALLINT", "-32768", "32767", "-1"], ["SMALLINT UNSIGNED", "0", "65535", "32768"],
        ["MEDIUMINT", "-8388608", "8388607", "-1"], ["MEDIUMINT UNSIGNED", "0", "16777215", "8388608"],
        ["INT", "-2147483648", "2147483647", "-1"], ["INT UNSIGNED", "0", "4294967295", "2147483648"], ["INT(5) ZEROFILL", "7", "123456"],
        ["BIGINT", "-9223372036854775808", "9223372036854775807", "-1"],
        ["BIGINT UNSIGNED", "0", "18446744073709551615", "9223372036854775808"],
        ["FLOAT", "-3.4028234e38", "1.1754944e-38", "0.1", "16777217", "-0.0"],
        ["DOUBLE", "-1.7976931348623157e308", "2.2250738585072014e-308", "0.1", "4.9e-324", "1e22"],
            ["FLOAT(7,3)", "-9999.999", "0.001", "1.5"],
        ["DECIMAL(65,30)", "-99999999999999999999999999999999999.999999999999999999999999999999",
            "0.000000000000000000000000000001", "-0.5"],
        ["DECIMAL(1,0)", "-9", "9", "0"], ["DECIMAL(30,30)", "0.123456789012345678901234567890", "-0.000000000000000000000000000001", "0"],
        ["DECIMAL(18,9)", "-123456789.123456789", "1.1", "100000000"], ["DECIMAL(10,2) UNSIGNED", "99999999.99", "0.01", "0"],
        ["DECIMAL(38,0)", "12345678901234567890123456789012345678", "-1", "10"],
        ["BIT(1)", "b'1'", "b'0'"], ["BIT(64)", "18446744073709551615", "0", "9223372036854775808"], ["BIT(13)", "8191", "1", "4096"],
        ["YEAR", "1901", "2155", "0", "2024"],
        ["DATE", "'1000-01-01'", "'9999-12-31'", "'0000-00-00'", "'2024-00-15'", "'2024-02-29'"],
        ["DATETIME", "'1000-01-01 00:00:00'", "'9999-12-31 23:59:59'", "'0000-00-00 00:00:00'", "'2024-00-00 01:02:03'"],
        ["DATETIME(3)", "'2024-02-29 23:59:59.999'", "'1970-01-01 00:00:00.001'", "'0000-00-00 00:00:00.000'"],
        ["DATETIME(6)", "'2024-02-29 23:59:59.999999'", "'1969-12-31 23:59:59.000001'", "'2024-01-00 00:00:00.100000'"],
        ["TIMESTAMP NULL", "'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'", "'0000-00-00 00:00:00'"],
        ["TIMESTAMP(1) NULL", "'2000-01-01 00:00:00.9'", "'2038-01-19 03:14:07.5'", "'1999-12-31 23:59:59.1'"],
        ["TIMESTAMP(6) NULL", "'1970-01-01 00:00:01.000001'", "'2038-01-19 03:14:07.499999'", "'0000-00-00 00:00:00'"],
        ["TIME", "'-838:59:59'", "'838:59:59'", "'00:00:00'", "'-00:00:01'"],
        ["TIME(2)", "'-00:00:00.01'", "'838:59:58.99'", "'-01:00:00.50'"],
            ["TIME(4)", "'-12:34:56.7891'", "'00:00:00.0001'", "'-00:00:00.9999'"],
        ["TIME(6)", "'-838:59:58.999999'", "'-00:00:00.000001'", "'23:59:59.999999'", "'-00:00:01.000000'"],
        ["CHAR(5)", "'ab'", "''", "'ü😀  '"], ["CHAR(255)", "REPEAT('ü', 255)", "'x'"], ["CHAR(3) CHARACTER SET latin1", "'äß€'", "'a'"],
        ["VARCHAR(20)", "'größe 😀'", "''", "'  x  '"], ["VARCHAR(300)", "REPEAT('y', 300)", "'\\0\\n\\t'"],
        ["VARCHAR(20) CHARACTER SET latin1", "'€ÄŸ'", "''"], ["VARCHAR(20) CHARACTER SET gbk", "'汉字 a'", "'中'"],
        ["VARCHAR(20) CHARACTER SET sjis", "'日本ｱ'", "'a'"], ["VARCHAR(20) CHARACTER SET cp1251", "'Привет'", "''"],
        ["VARCHAR(20) CHARACTER SET utf16", "'ü😀'", "'a'"], ["VARCHAR(20) CHARACTER SET utf8", "'üé'", "'a'"],
        ["VARCHAR(20) CHARACTER SET ucs2", "'üΩ'", "'a'"], ["VARCHAR(20) CHARACTER SET ascii", "'a'", "''"],
        ["TINYTEXT", "'ü'", "''"], ["TEXT", "REPEAT('ü', 1000)", "''"], ["MEDIUMTEXT", "REPEAT('x', 70000)", "'x'"],
            ["LONGTEXT", "'😀'", "''"],
        ["TEXT CHARACTER SET latin1", "'ä€'", "''"],
        ["BINARY(5)", "'ab'", "''", "X'0001000000'", "X'FFFFFFFFFF'"], ["BINARY(255)", "X'01'", "REPEAT('z', 255)"],
        ["VARBINARY(20)", "X'00FF00'", "''", "X'80'"], ["VARBINARY(300)", "REPEAT(X'00', 300)", "X'00'"],
        ["TINYBLOB", "X'FF'", "''"], ["BLOB", "REPEAT(X'FE', 1000)", "''"], ["MEDIUMBLOB", "X'00'", "REPEAT('x', 70000)"],
            ["LONGBLOB", "X'0102'", "''"],
        ["ENUM('a','ü','c,d')", "'a'", "'ü'", "'c,d'", "'not there'"], ["ENUM('ж','b') CHARACTER SET cp1251", "'ж'", "'b'"],
        ["SET('a','b','ü')", "'a,ü'", "''", "'a,b,ü'"],
        ["GEOMETRY", "ST_GeomFromText('POINT(1 2)')", "ST_GeomFromText('LINESTRING(0 0,1 1,2 2)')"],
            ["POINT", "ST_GeomFromText('POINT(-1.5 1e300)')"],
        ["POLYGON", "ST_GeomFromText('POLYGON((0 0,4 0,4 4,0 4,0 0),(1 1,2 1,2 2,1 2,1 1))')"],
        ["GEOMETRYCOLLECTION", "ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(1 1,2 2))')"],
    ];

    internal static readonly string[][] New =
    [
        ["POINT SRID 4326", "ST_GeomFromText('POINT(10 20)', 4326)"], ["MULTIPOINT", "ST_GeomFromText('MULTIPOINT(1 1,2 2)', 3857)"],
        ["VECTOR(4)", "TO_VECTOR('[1,-2.5,0,3.4e38]')", "TO_VECTOR('[0.1]')"],
        ["VARCHAR(20) CHARACTER SET gb18030", "'汉😀'", "'a'"], ["VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "'😀'", "''"],
        ["JSON", "'{}'", "'[]'", "'null'", "'\"text ü😀 \\\\\" \\\\n\"'", "'{\"b\": [1, -1, 1.5, true, false, null], \"a\": {\"x\": "
            + "{}}, \"aa\": \"\"}'"],
        ["JSON", "'18446744073709551615'", "'-9223372036854775808'", "'1.0'", "'1e100'", "'0.1'"],
        ["JSON", "CAST(CAST('2024-02-29' AS DATE) AS JSON)", "CAST(CAST('-12:34:56.789' AS TIME(6)) AS JSON)",
            "CAST(CAST('2024-02-29 01:02:03.000004' AS DATETIME(6)) AS JSON)", "CAST(CAST('-123.4500' AS DECIMAL(20,4)) AS JSON)",
            "CAST(CAST(X'00FF' AS BINARY) AS JSON)"],
        ["JSON", "CAST(b'1010' AS JSON)", "CAST(TIMESTAMP'2024-01-01 00:00:00' AS JSON)", "CAST(ST_GeomFromText('POINT(1 2)') AS JSON)",
            "JSON_OBJECT('d', CAST('1.10' AS DECIMAL(5,2)), 'y', CAST(2024 AS YEAR), 'big', REPEAT('x', 70000))",
            "JSON_ARRAY(1, 65536, 4294967296, -32769, 32768, 'x')"],
        ["JSON", "(SELECT JSON_OBJECTAGG(CONCAT('key', i), i) FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
            + "WHERE i < 900) SELECT i FROM n) s)",
            "'{\"a\": 1, \"a\": 2}'", "JSON_ARRAY(CURRENT_DATE() + INTERVAL 1 DAY)", "JSON_QUOTE('\\0\\b\\f')", "'[[[[[]]]]]'"],
    ];

    [Fact]
    public async Task MySql_9_7_streams_what_it_selects_for_every_type() =>
        await StreamsWhatItSelectsAsync(await mySql97.ServerAsync(), [.. Common, .. New]);

    [Fact]
    public async Task MySql_9_7_without_metadata_in_the_log_streams_what_it_selects_for_every_type()
    {
        await using MySqlTestServer server = await mySql97.StartOwnAsync("--binlog-row-metadata=MINIMAL");
        await StreamsWhatItSelectsAsync(server, [.. Common, .. New]);
    }

    [Fact]
    public async Task MySql_5_6_streams_what_it_selects_for_every_type()
        => await StreamsWhatItSelectsAsync(await mySql56.ServerAsync(), Common);

    private static async Task StreamsWhatItSelectsAsync(MySqlTestServer server, string[][] columns)
    {
        string database = await server.CreateDatabaseAsync("types");
        await server.ExecuteAsync($"""
            SET SESSION sql_mode = '';
            CREATE TABLE t (id INT PRIMARY KEY, {string.Join(", ", columns.Select((column, i) => $"c{i} {column[0]}"))}) CHARACTER SET utf8mb4 ROW_FORMAT=DYNAMIC
            """, database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        const int Rows = 6;
        var inserts = new StringBuilder("SET SESSION sql_mode = ''; SET SESSION time_zone = '+00:00';\n");
        for (int row = 1; row <= Rows; row++)
        {
            inserts.AppendLine(CultureInfo.InvariantCulture,
                $"INSERT INTO t VALUES ({row}, {string.Join(", ", columns.Select(c => row < c.Length ? c[row] : "NULL"))});");
        }

        await server.ExecuteAsync(inserts.ToString(), database);
        string select = $"SELECT id, {string.Join(", ", columns.Select((column, i) => Expression($"c{i}", column[0])))} FROM t ORDER BY id";
        IReadOnlyList<string?[]> expected = await server.QueryAsync($"SET SESSION time_zone = '+00:00'; {select}", database);

        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, database), start);

        // A typing error above must not compare nothing with nothing.
        Assert.Equal(columns.Sum(column => column.Length - 1), expected.Sum(row => row.Skip(1).Count(text => text is not null)));
        var differences = new List<string>();
        for (int row = 0; row < Rows; row++)
        {
            for (int i = 0; i < columns.Length; i++)
            {
                string? actual = Text(changes[row].Event.After[i + 1], columns[i][0]);
                string? wanted = Normalised(expected[row][i + 1], columns[i][0]);
                if (actual != wanted)
                {
                    differences.Add($"{columns[i][0]} row {row + 1}: stream {Short(actual)}, server {Short(wanted)}");
                }
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    /// <summary>Returns the expression to select, so that both sides can be compared as text.</summary>
    private static string Expression(string name, string type) => Family(type) switch
    {
        "FLOAT" => $"{name} + 0e0",
        "BIT" or "YEAR" or "INT(5)" => $"{name} + 0",
        "BINARY" or "VARBINARY" or "TINYBLOB" or "BLOB" or "MEDIUMBLOB" or "LONGBLOB" or "VECTOR" or "GEOMETRY" or "POINT" or "POLYGON"
            or "MULTIPOINT"
            or "GEOMETRYCOLLECTION" => $"CONCAT('0x', HEX({name}))",
        "CHAR" or "VARCHAR" or "TINYTEXT" or "TEXT" or "MEDIUMTEXT" or "LONGTEXT" => $"HEX(CONVERT({name} USING utf8mb4))",
        "JSON" => $"HEX(CAST({name} AS CHAR))",
        _ => name,
    };

    private static string? Text(DataValue value, string type) => value.IsNull ? null : Family(type) switch
    {
        "FLOAT" or "DOUBLE" => value.AsDouble().ToString("R", CultureInfo.InvariantCulture),
        "VECTOR" => "0x" + Convert.ToHexString(value.AsBytes().Span),
        _ => value.ToString(),
    };

    private static string? Normalised(string? text, string type) => text is null ? null : Family(type) switch
    {
        "FLOAT" or "DOUBLE" => double.Parse(text, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture),
        "CHAR" or "VARCHAR" or "TINYTEXT" or "TEXT" or "MEDIUMTEXT" or "LONGTEXT" or "JSON"
            => Encoding.UTF8.GetString(Convert.FromHexString(text)),
        _ => text,
    };

    private static string Family(string type)
        => type.Split(' ')[0].StartsWith("INT(5)", StringComparison.Ordinal) ? "INT(5)" : type.Split(' ', '(')[0];

    private static string Short(string? text)
        => text is null ? "null" : text.Length <= 120 ? $"'{text}'" : $"'{text[..120]}…' ({text.Length})";
}
