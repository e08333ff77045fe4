using System.Globalization;
using System.Text;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.Sources;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>What a snapshot reads is the same kind, CLR value and JSON as the same value in the log, for every type on every
/// server.</summary>
public sealed class SnapshotValueTests(MatrixServers servers) : IClassFixture<MatrixServers>
{
    private const int Rows = 6;

    /// <summary>All servers with their logs' settings.</summary>
    public static TheoryData<string> Combinations() => [.. Combination.All.Select(combination => combination.Name)];

    /// <summary>All servers with the scenarios that have values of many kinds.</summary>
    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (Combination combination in Combination.All)
        {
            foreach (string name in (string[])["types", "character sets", "big rows"])
            {
                if (Scenarios.All.Single(scenario => scenario.Name == name).Sql(combination) is not null)
                {
                    cases.Add(new TheoryDataRow<string, string>(combination.Name, name));
                }
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task PeerDB_4535_4551_4553_4436_and_4445_a_snapshot_reads_the_rows_of_a_scenario_as_the_log_has_them(
        string combinationName, string scenarioName)
    {
        Combination combination = Combination.Of(combinationName);
        MySqlTestServer server = await servers.ServerAsync(combination);
        string database = await server.CreateDatabaseAsync("snap");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        string script = Scenarios.All.Single(scenario => scenario.Name == scenarioName).Sql(combination) ?? "";
        await server.ExecuteAsync(StateReplay.CreateMarks(database));
        await Scenario.RunAsync(script, server, database);
        await CompareAsync(server, database, start, least: 4);
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task A_snapshot_reads_the_limits_of_every_type_as_the_log_has_them(string combinationName)
    {
        Combination combination = Combination.Of(combinationName);
        MySqlTestServer server = await servers.ServerAsync(combination);
        string database = await server.CreateDatabaseAsync("snap");
        string[][] columns = combination.Kind == ServerKind.MySql97 ? [.. MySqlValueTests.Common, .. MySqlValueTests.New]
            : MySqlValueTests.Common;
        await server.ExecuteAsync($"""
            SET SESSION sql_mode = '';
            CREATE TABLE t (id INT PRIMARY KEY, {string.Join(", ", columns.Select((column, i) => $"c{i} {column[0]}"))})
              CHARACTER SET utf8mb4 ROW_FORMAT=DYNAMIC
            """, database);
        CdcOffset start = await Capture.EndOfLogAsync(server);
        var inserts = new StringBuilder("SET SESSION sql_mode = ''; SET SESSION time_zone = '+00:00';\n");
        for (int row = 1; row <= Rows; row++)
        {
            inserts.AppendLine(CultureInfo.InvariantCulture,
                $"INSERT INTO t VALUES ({row}, {string.Join(", ", columns.Select(c => row < c.Length ? c[row] : "NULL"))});");
        }

        await server.ExecuteAsync(inserts.ToString(), database);
        await CompareAsync(server, database, start, least: Rows);
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task A_snapshot_reads_text_that_is_no_text_hidden_columns_and_names_with_quotes(string combinationName)
    {
        Combination combination = Combination.Of(combinationName);
        MySqlTestServer server = await servers.ServerAsync(combination);
        string database = await server.CreateDatabaseAsync("snap");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        bool isOld = combination.Kind == ServerKind.MySql56;
        await server.ExecuteAsync($"""
            SET SESSION sql_mode = '', time_zone = '+05:30';
            CREATE TABLE raw (id INT PRIMARY KEY, a VARCHAR(20) CHARACTER SET latin1, s VARCHAR(20) CHARACTER SET sjis, k TEXT CHARACTER SET koi8r,
              w CHAR(4) CHARACTER SET swe7, b BINARY(16), z DECIMAL(8,3) ZEROFILL, e ENUM('b', '', 'a') NOT NULL, t TIMESTAMP(3) NOT NULL);
            INSERT INTO raw VALUES (1, X'80818D8F90', X'8260FC', X'80FF', 'ab', X'00', 1.5, 'zzz', '2024-03-31 02:30:00.125'), (2, '', '', '', '  ', '', 0, '', '2000-01-01');
            CREATE TABLE `we``ird "n'ame` (`i``d` INT PRIMARY KEY, `a b` INT, `ö` VARCHAR(9));
            INSERT INTO `we``ird "n'ame` VALUES (1, 2, 'ü'), (2, NULL, NULL);
            CREATE TABLE nokey (a INT, b VARCHAR(5)); INSERT INTO nokey VALUES (1, 'x'), (1, 'x'), (NULL, NULL);
            CREATE TABLE fixed (id INT PRIMARY KEY, t YEAR NOT NULL, f BIT(9) NOT NULL); INSERT INTO fixed VALUES (1, 0, 257);
            {(isOld ? "" : "CREATE TABLE made (id INT PRIMARY KEY, v INT, twice INT AS (v * 2) STORED, thrice BIGINT AS (v * 3) VIRTUAL, "
                + "hidden INT NOT NULL DEFAULT 7 INVISIBLE); INSERT INTO made (id, v) VALUES (1, 5), (2, NULL);")}
            {(combination.Kind == ServerKind.MySql97 ? "SET SESSION sql_generate_invisible_primary_key = ON; CREATE TABLE gipk (v INT); "
                + "INSERT INTO gipk VALUES (4), (5);" : "")}
            {(combination.IsMariaDb ? "CREATE TABLE versioned (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING; "
                + "INSERT INTO versioned VALUES (1, 1), (2, 2);" : "")}
            """, database);
        await CompareAsync(server, database, start, least: isOld ? 8 : 10);
    }

    /// <summary>Compares each row that a snapshot reads, by chunks and in a view, with the last record that the log has of it.</summary>
    private static async Task CompareAsync(MySqlTestServer server, string database, CdcOffset start, int least)
    {
        List<CapturedChange> changes = await Capture.ReadAsync(Capture.Source(server, database), start);
        await using SnapshotReader reader = await SnapshotRig.OpenAsync(server, database);
        IReadOnlyList<SnapshotTable> tables = await reader.ListTablesAsync([], TestContext.Current.CancellationToken);
        var differences = new List<string>();
        int compared = 0;
        await using ConsistentView view = await reader.OpenConsistentViewAsync(tables, 1, TestContext.Current.CancellationToken);
        foreach (SnapshotTable table in tables)
        {
            List<ChangeEvent> log = [.. changes.Select(change => change.Event).Where(change => change.Table == table.Name)];
            List<DataRecord> viewed = await view.ReadAsync(0, table, limit: 3);
            if (table.ChunkRefusal is not null)
            {
                compared += viewed.Count;
                differences.AddRange(log.Zip(viewed).SelectMany(pair => FullText.Differences(pair.First.After, pair.Second)));
                Assert.Equal(log.Count, viewed.Count);
                continue;
            }

            var last = new Dictionary<SnapshotKey, DataRecord>();
            foreach (ChangeEvent change in log)
            {
                if (change.Before.HasValue)
                {
                    last.Remove(table.KeyOf(change.Before)!);
                }

                if (change.After.HasValue)
                {
                    last[table.KeyOf(change.After)!] = change.After;
                    Assert.Equal(table.KeyOf(change.After), table.KeyOf(change.Key));
                }
            }

            foreach (List<DataRecord> rows in (List<DataRecord>[])[viewed, await reader.ReadInChunksAsync(table, 2)])
            {
                Assert.Equal(last.Keys.Select(key => key.Json).Order(StringComparer.Ordinal),
                    rows.Select(row => table.KeyOf(row)!.Json).Order(StringComparer.Ordinal));
                differences.AddRange(rows.SelectMany(row => FullText.Differences(last[table.KeyOf(row)!], row)));
                compared += rows.Count;
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences.Distinct().Take(40)));
        Assert.True(compared >= least, $"Only {compared} rows were compared.");
    }
}
