using System.Globalization;
using CdcEmbedded.Offsets;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.ServerTests.Stores;
using CdcEmbedded.TestServers;
using CdcEmbedded.Verification;
using MySqlConnector;
using Npgsql;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>A copy in another database is compared with the tables of a real server while a writer changes them.</summary>
public sealed class CopyVerificationTests(MatrixServers servers, PostgresFixture postgres, ITestOutputHelper output)
    : IClassFixture<MatrixServers>
{
    private const int Rows = 200;

    /// <summary>The tables of <see cref="SnapshotWriter"/> as they are in PostgreSQL.</summary>
    private static readonly (string Name, string[] Key, string Columns)[] _tables =
    [
        ("numbers", ["id"], "id int PRIMARY KEY"),
        ("pairs", ["b", "a"], "a smallint, b text, PRIMARY KEY (b, a)"),
        ("words", ["w"], "w text PRIMARY KEY"),
        ("bytes", ["k"], "k bytea PRIMARY KEY"),
        ("padded", ["k"], "k bytea PRIMARY KEY"),
        ("times", ["d"], "d timestamp PRIMARY KEY"),
        ("uniques", ["u"], "u numeric(20) PRIMARY KEY"),
    ];

    /// <summary>All servers.</summary>
    public static TheoryData<string> All() => new("MySQL 9.7 FULL", "MariaDB 11.8 FULL");

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_copy_in_PostgreSQL_is_verified_beside_a_writer_and_each_planted_difference_is_found(string combinationName)
    {
        int seed = Environment.GetEnvironmentVariable("CDC_RANDOM_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        output.WriteLine($"CDC_RANDOM_SEED={seed}");
        MySqlTestServer server = await servers.ServerAsync(Combination.Of(combinationName));
        await using NpgsqlDataSource target = NpgsqlDataSource.Create((await postgres.ServerAsync()).ConnectionString);
        string database = await server.CreateDatabaseAsync("verify");
        await using SqlSession session = await server.OpenSessionAsync(database);
        await session.ExecuteAsync("SET NAMES utf8mb4");
        var writer = new SnapshotWriter(new Random(seed), session);
        await writer.BeginAsync(Rows);
        await session.ExecuteAsync("""
            INSERT INTO numbers (v, n, id) VALUES (1, 'x', 1000001), (2, 'y', 1000002);
            INSERT INTO words (v, n, w) VALUES (1, 'x', 'planted a'), (2, 'y', 'Planted é');
            INSERT INTO times (v, n, d) VALUES (1, 'x', '1999-01-01 00:00:00.001'), (2, 'y', '1999-01-01 00:00:00.020');
            INSERT INTO padded (v, n, k) VALUES (1, 'x', x'FF0000000000'), (2, 'y', x'FF0000000001')
            """);
        foreach ((string name, _, string columns) in _tables)
        {
            await ExecuteAsync(target, $"DROP TABLE IF EXISTS {name}; CREATE TABLE {name} (v int, n text, {columns})");
        }

        await using var engine = new CdcEngine(Capture.Source(server, database), new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "verify",
            MaxBatchSize = 50,
            Snapshot = new SnapshotOptions { Mode = SnapshotMode.Initial, Readers = 3, ChunkSize = 60 },
        });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var copied = new TaskCompletionSource();
        Task reading = Task.Run(() => CopyAsync(engine, target, copied, stop.Token));
        using var quiet = new CancellationTokenSource();
        Task writing = Task.Run(async () =>
        {
            while (!quiet.IsCancellationRequested)
            {
                await writer.StepAsync(mayTruncate: false);
                await Task.Delay(2, CancellationToken.None);
            }
        });
        await Task.WhenAny(copied.Task, reading).WaitAsync(Capture.Patience);
        Assert.Equal(["", ""], await VerifyAsync(engine, target, database, Rows));

        await ExecuteAsync(target, """
            DELETE FROM numbers WHERE id = 1000001; UPDATE numbers SET n = 'Y' WHERE id = 1000002;
            INSERT INTO numbers VALUES (1, '', 1000003);
            DELETE FROM words WHERE w = 'Planted é'; INSERT INTO words VALUES (2, 'y', 'planted é');
            UPDATE times SET v = NULL WHERE d = '1999-01-01 00:00:00.001'; DELETE FROM times WHERE d = '1999-01-01 00:00:00.020';
            UPDATE padded SET v = 7 WHERE k = '\xFF0000000000'
            """);
        string[] planted = await VerifyAsync(engine, target, database, Rows);
        Assert.Equal(
        [
            "numbers Different id=1000002: n", "numbers MissingInCopy id=1000001", "numbers OnlyInCopy id=1000003",
            "padded Different k=0xFF0000000000: v", "times Different d=1999-01-01 00:00:00.001: v",
            "times MissingInCopy d=1999-01-01 00:00:00.020", "words MissingInCopy w=Planted é", "words OnlyInCopy w=planted é",
        ], planted[0].Split('\n'));
        Assert.Equal("", planted[1]);
        await quiet.CancelAsync();
        await writing;
        await stop.CancelAsync();
        await reading;
        output.WriteLine($"{writer.Statements} statements");
    }

    [Fact]
    public async Task A_copy_in_MySQL_is_compared_by_all_types_of_keys_and_values()
    {
        MySqlTestServer server = await servers.ServerAsync(Combination.Of("MySQL 9.7 FULL"));
        string database = await server.CreateDatabaseAsync("types");
        string target = await server.CreateDatabaseAsync("copy");
        await server.ExecuteAsync("""
            SET SESSION sql_mode = '';
            CREATE TABLE t (id INT, e ENUM('b','a'), s SET('x','y'), u BIGINT UNSIGNED, d DECIMAL(30,10), ts TIMESTAMP(3) NOT NULL,
              dt DATETIME,
              da DATE, ti TIME(2), y YEAR, b BIT(10), bo BOOL, f FLOAT, du DOUBLE, c CHAR(36), bi BINARY(4), bl BLOB, j JSON,
              l VARCHAR(20) CHARACTER SET latin1, PRIMARY KEY (id, e, d, ts, l));
            INSERT INTO t VALUES
              (1,'a','x,y',18446744073709551615,1.5,'2024-01-02 03:04:05.678','2024-01-02 03:04:05','2024-02-29','-100:00:00.25',2024,
                b'1000000001',5,0.1,0.1,'00112233-4455-6677-8899-aabbccddeeff',x'01',x'00FF','{"b": [1.0, "é"], "a": null}','ÿes'),
              (1,'b','',0,-1.5,'2024-01-02 03:04:05','2024-01-02 03:04:05','2024-02-29','00:00:00',1901,b'0',0,-1e30,1e300,'',x'',
                x'','[]',''),
              (2,'b',NULL,NULL,0,'2038-01-01 00:00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'a')
            """, database);
        await server.ExecuteAsync($"CREATE TABLE t LIKE {database}.t; INSERT INTO t SELECT * FROM {database}.t; "
            + "UPDATE t SET bo = 1 WHERE bo = 5; DELETE FROM t WHERE id = 2; INSERT INTO t SET id = 3, e = 'a', d = 7, ts = '2024-01-01', "
            + "l = 'ä'", target);
        await using var source = new MySqlDataSource(server.ConnectionString + ";GuidFormat=None");
        var copy = new DbTableCopy(source, $"{target}.t", ["id", "e", "d", "ts", "l"]);
        await using var engine = new CdcEngine(Capture.Source(server, database), new InMemoryOffsetStore(), new CdcEngineOptions
        {
            Name = "types",
            StartFrom = StartPosition.At(await Capture.EndOfLogAsync(server)),
        });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task reading = Task.Run(() => DrainAsync(engine, stop.Token));
        VerificationResult result = await engine.Snapshots.VerifyAsync($"{database}.t", copy, null, stop.Token).WaitAsync(Capture.Patience);
        Assert.Equal(
        [
            "Different id=1, e=a, d=1.5000000000, ts=2024-01-02 03:04:05.678, l=ÿes: bo",
            "MissingInCopy id=2, e=b, d=0.0000000000, ts=2038-01-01 00:00:00.000, l=a",
            "OnlyInCopy id=3, e=a, d=7.0000000000, ts=2024-01-01 00:00:00.000, l=ä",
        ], result.Differences.Select(difference => difference.ToString()).Order(StringComparer.Ordinal));
        await stop.CancelAsync();
        await reading;
    }

    private static async Task<string[]> VerifyAsync(CdcEngine engine, NpgsqlDataSource target, string database, int least)
    {
        var lines = new List<string>();
        long rows = 0, undecided = 0;
        foreach ((string name, string[] key, _) in _tables)
        {
            VerificationResult result = await engine.Snapshots.VerifyAsync($"{database}.{name}", new DbTableCopy(target, name, key),
                new VerifyOptions { Attempts = 100 }, TestContext.Current.CancellationToken).WaitAsync(Capture.Patience);
            lines.AddRange(result.Differences.Select(difference => $"{name} {difference}"));
            undecided += result.UndecidedRows;
            rows += result.ComparedRows;
        }

        Assert.InRange(rows, least, long.MaxValue);
        return [string.Join('\n', lines.Order(StringComparer.Ordinal)), undecided == 0 ? "" : $"{undecided} undecided"];
    }

    private static async Task CopyAsync(CdcEngine engine, NpgsqlDataSource target, TaskCompletionSource copied, CancellationToken stop)
    {
        try
        {
            await foreach (StreamItem item in engine.ReadAllAsync(stop))
            {
                if (item is ChangeEvent change && _tables.Any(table => table.Name == change.Table))
                {
                    await ApplyAsync(target, change);
                }
                else if (item is not ChangeEvent && engine.Snapshots.Current.Count == 0)
                {
                    copied.TrySetResult();
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The test is over.
        }
    }

    private static async Task ApplyAsync(NpgsqlDataSource target, ChangeEvent change)
    {
        (string name, string[] key, _) = _tables.Single(table => table.Name == change.Table);
        if (change.Operation == ChangeOperation.Truncate)
        {
            await ExecuteAsync(target, $"DELETE FROM {name}");
            return;
        }

        await using NpgsqlBatch batch = target.CreateBatch();
        foreach (DataRecord row in new[] { change.Before, change.After })
        {
            if (row.HasValue)
            {
                var delete = new NpgsqlBatchCommand(
                    $"DELETE FROM {name} WHERE {string.Join(" AND ", key.Select((column, i) => $"{column} = ${i + 1}"))}");
                delete.Parameters.AddRange(key.Select(column => new NpgsqlParameter { Value = ValueOf(row[column]) }).ToArray());
                batch.BatchCommands.Add(delete);
            }
        }

        if (change.After.HasValue)
        {
            RecordField[] fields = [.. change.After];
            var insert = new NpgsqlBatchCommand($"INSERT INTO {name} ({string.Join(", ", fields.Select(field => field.Name))}) VALUES "
                + $"({string.Join(", ", fields.Select((_, i) => $"${i + 1}"))})");
            insert.Parameters.AddRange(fields.Select(field => new NpgsqlParameter { Value = ValueOf(field.Value) }).ToArray());
            batch.BatchCommands.Add(insert);
        }

        await batch.ExecuteNonQueryAsync();
    }

    private static object ValueOf(DataValue value) => value.Kind switch
    {
        ValueKind.Null => DBNull.Value,
        ValueKind.Int64 => value.AsInt64(),
        ValueKind.UInt64 => (decimal)value.AsUInt64(),
        ValueKind.Binary => value.AsBytes().ToArray(),
        ValueKind.DateTime => value.AsDateTime(),
        _ => value.AsString(),
    };

    private static async Task ExecuteAsync(NpgsqlDataSource target, string sql)
    {
        await using NpgsqlCommand command = target.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task DrainAsync(CdcEngine engine, CancellationToken stop)
    {
        try
        {
            await foreach (StreamItem _ in engine.ReadAllAsync(stop))
            {
                continue;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The test is over.
        }
    }
}
