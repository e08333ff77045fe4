using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.Sources;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>Dates that no calendar has are the same in a snapshot and in the log, under each policy.</summary>
public sealed class SnapshotInvalidDateTests(MatrixServers servers) : IClassFixture<MatrixServers>
{
    private static readonly string[] _columns = ["day", "at", "seen", "fine"];

    // DATE, DATETIME(3) and TIMESTAMP: zero, partial, impossible and valid. No server stores a TIMESTAMP that is only partial.
    private static readonly (string Text, bool IsValid)[][] _raw =
    [
        [("0000-00-00", false), ("0000-00-00 00:00:00.000", false), ("0000-00-00 00:00:00", false)],
        [("2024-00-15", false), ("2024-02-00 01:02:03.004", false), ("2024-02-29 01:02:03", true)],
        [("2023-02-30", false), ("2023-02-31 00:00:00.500", false), ("0000-00-00 00:00:00", false)],
        [("2024-02-29", true), ("2024-02-29 23:59:59.999", true), ("2038-01-19 03:14:07", true)],
    ];

    [Theory]
    [InlineData("MySQL 9.7 FULL")]
    [InlineData("MariaDB 11.8 FULL")]
    public async Task A_snapshot_and_the_log_have_the_same_invalid_dates_under_each_policy(string combinationName)
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        string database = await server.CreateDatabaseAsync("dates");
        CdcOffset start = await Capture.EndOfLogAsync(server);
        await server.ExecuteAsync("""
            SET SESSION sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00';
            CREATE TABLE t (id INT PRIMARY KEY, day DATE NOT NULL, at DATETIME(3) NOT NULL, seen TIMESTAMP NOT NULL,
              fine TIMESTAMP(6) NULL);
            INSERT INTO t VALUES (1, '0000-00-00', '0000-00-00 00:00:00', '0000-00-00 00:00:00', '0000-00-00'),
              (2, '2024-00-15', '2024-02-00 01:02:03.004', '2024-02-29 01:02:03', NULL),
              (3, '2023-02-30', '2023-02-31 00:00:00.5', '0000-00-00 00:00:00', '2024-02-29 01:02:03.000001'),
              (4, '2024-02-29', '2024-02-29 23:59:59.999', '2038-01-19 03:14:07', '1970-01-01 00:00:01.5');
            """, database);
        foreach (InvalidDateMode mode in Enum.GetValues<InvalidDateMode>())
        {
            var source = new MySqlSource(new MySqlSourceOptions
            {
                ConnectionString = server.ConnectionString,
                Include = [$"{database}.*"],
                InvalidDates = mode,
            });
            string[][] log = [.. await ReadLogAsync(source, start)];
            await using SnapshotReader reader = await SnapshotRig.OpenAsync(source);
            SnapshotTable table = await reader.TableAsync(database, "t");
            await using ConsistentView view = await reader.OpenConsistentViewAsync([table], 1, TestContext.Current.CancellationToken);
            Assert.Equal(log, (await view.ReadAsync(0, table)).Select(Texts));
            Assert.Equal(log, (await reader.ReadInChunksAsync(table, 3)).Select(Texts));
            Assert.Equal(_raw.Select(row => string.Join(", ", row.Select(value => Expected(value, mode)))),
                log.Select(row => string.Join(", ", row[..3])));
        }
    }

    private static string Expected((string Text, bool IsValid) value, InvalidDateMode mode)
        => value.IsValid || mode == InvalidDateMode.Raw ? value.Text
            : mode == InvalidDateMode.Null ? "null"
            : nameof(ValueDecodingException);

    private static async Task<List<string[]>> ReadLogAsync(MySqlSource source, CdcOffset start)
    {
        using var patience = new CancellationTokenSource(Capture.Patience);
        await using var engine = new CdcEngine(source, new InMemoryOffsetStore(), Capture.UpToNow(start));
        var rows = new List<string[]>();
        await foreach (ChangeEvent change in engine.ReadAsync(patience.Token))
        {
            rows.Add(Texts(change.After));
        }

        return rows;
    }

    private static string[] Texts(DataRecord row) => [.. _columns.Select(column => Text(row, column))];

    private static string Text(DataRecord row, string column)
    {
        try
        {
            DataValue value = row[column];
            return value.IsNull ? "null" : value.ToString();
        }
        catch (ValueDecodingException e) when (e.Column == column)
        {
            return nameof(ValueDecodingException);
        }
    }
}
