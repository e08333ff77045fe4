using System.Text;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.MySql.Tests.Replication;
using CdcEmbedded.MySql.Tests.Scripted;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.MySql.Tests.Server;

/// <summary>Each query that a source asks is answered in each wrong shape: the source goes its way or fails with a typed exception, which
/// is transient where the answer cannot be one, and names the query.</summary>
public sealed class WrongAnswerTests
{
    private const byte LongLong = 8;
    private const byte Blob = 0xFC;
    private const string Mariadb = "11.8.2-MariaDB";

    private static readonly Dictionary<string, Func<ScriptedReply>> _shapes = new()
    {
        ["no rows"] = () => ScriptedReply.Rows(["a", "b", "c", "d", "e", "f", "g"]),
        ["one column"] = () => ScriptedReply.Rows(["a"], ["x"]),
        ["OK"] = () => ScriptedReply.Ok,
        ["nulls"] = () => ScriptedReply.Rows(["a", "b", "c", "d", "e", "f", "g"], (string?[])[null, null, null, null, null, null, null]),
        ["garbage"] = () => ScriptedReply.Rows(["a", "b", "c", "d", "e", "f", "g"],
            ["#:-1,,", "x-y", "\u0001", "'", "-1", "9999999999999999999999", ":"]),
        ["another type"] = () => ScriptedReply.Rows(["a", "b", "c", "d", "e", "f", "g"],
            ["x", "x", "x", "x", "x", "x", "x"]).WithColumnType(LongLong),
        ["two rows"] = () => ScriptedReply.Rows(["a", "b"], ["1", "2"], ["3", "4"]),
    };

    /// <summary>Answers that a server may well give: they mean something, so the outcome is that of their meaning.</summary>
    private static readonly HashSet<(string Query, string Shape)> _meaningful =
    [
        ("SHOW GRANTS", "one column"), ("SHOW GRANTS", "garbage"), ("SHOW GRANTS", "another type"), ("SHOW GRANTS", "two rows"),
        ("SELECT CURRENT_ROLE()", "one column"), ("SELECT CURRENT_ROLE()", "garbage"), ("SELECT CURRENT_ROLE()", "another type"),
        ("SHOW BINARY LOGS", "two rows"), ("SHOW BINARY LOG STATUS", "no rows"), ("SHOW BINARY LOG STATUS", "OK"),
        ("SHOW MASTER STATUS", "no rows"), ("SHOW MASTER STATUS", "OK"),
        ("SHOW REPLICA STATUS", "no rows"), ("SHOW REPLICA STATUS", "OK"),
    ];

    /// <summary>Values that a damaged or a hostile answer may have in place of any other.</summary>
    private static readonly string?[] _values = [null, "-1", "9223372036854775807", "NaN"];

    public static TheoryData<string> Scenarios => ["start", "start by file", "MariaDB start", "MariaDB start by file", "idle",
        "MariaDB idle", "lagging replica", "snapshot", "MariaDB snapshot", "log"];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Every_query_answered_in_every_wrong_shape_gives_a_typed_exception(string scenario)
    {
        var queries = await QueriesAsync(scenario);
        Assert.True(queries.Count >= 3, $"Only {queries.Count} queries were asked.");
        foreach (var query in queries)
        {
            foreach (var (shape, reply) in _shapes)
            {
                var exception = await RunAsync(scenario, sql => sql == query ? reply() : null);

                Assert.True(exception is null or CdcException, $"'{query}' answered with {shape}: {exception}");
                if (exception is CdcProtocolException)
                {
                    Assert.True(exception is CdcException { IsTransient: true }, $"'{query}' answered with {shape}: {exception}");

                    // A table of which the server says other things than a moment ago was altered.
                    Assert.True(exception.Message.Contains(query, StringComparison.Ordinal)
                        || (scenario.EndsWith("snapshot", StringComparison.Ordinal)
                        && exception.Message.StartsWith("d.t was altered", StringComparison.Ordinal)), $"'{query}': {exception}");
                }
                else if (exception is CdcException { IsTransient: false } && !_meaningful.Contains((query, shape)))
                {
                    Assert.Fail($"'{query}' answered with {shape} is fatal: {exception}");
                }
            }
        }
    }

    [Theory]
    [InlineData("SELECT @@GLOBAL.gtid_executed, @@GLOBAL.gtid_purged", "no rows")]
    [InlineData("SELECT @@GLOBAL.gtid_executed, @@GLOBAL.gtid_purged", "one column")]
    [InlineData("SELECT @@GLOBAL.gtid_executed, @@GLOBAL.gtid_purged", "nulls")]
    [InlineData("SELECT @@GLOBAL.gtid_executed, @@GLOBAL.gtid_purged", "garbage")]
    [InlineData("SELECT @@GLOBAL.gtid_owned", "garbage")]
    [InlineData("SHOW BINARY LOGS", "one column")]
    [InlineData("SHOW BINARY LOGS", "garbage")]
    [InlineData("SHOW BINARY LOG STATUS", "nulls")]
    [InlineData("SELECT @@GLOBAL.server_uuid", "two rows")]
    [InlineData("SHOW GRANTS", "no rows")]
    public async Task An_answer_that_cannot_be_one_is_a_transient_error_that_names_the_query(string query, string shape)
    {
        var exception = await RunAsync("start", sql => sql == query ? _shapes[shape]() : null);

        Assert.True(Assert.IsType<CdcProtocolException>(exception).IsTransient);
        Assert.Contains($"answered '{query}' with", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("snapshot")]
    [InlineData("log")]
    public async Task Every_value_of_every_answer_replaced_by_another_one_gives_a_typed_exception(string scenario)
    {
        foreach (var query in await QueriesAsync(scenario))
        {
            var right = AnswerOf(query, scenario) ?? ScriptedReply.Default(query);
            var values = right.Values.Length == 0 ? [new byte[right.Columns.Length][]] : right.Values;
            foreach (var (row, column) in values.SelectMany((v, r) => Enumerable.Range(0, v.Length).Select(c => (r, c))))
            {
                foreach (var value in _values)
                {
                    var changed = Array.ConvertAll(values, v => (byte[]?[])v.Clone());
                    changed[row][column] = value is null ? null : Encoding.UTF8.GetBytes(value);
                    var reply = ScriptedReply.Binary(right.Columns, changed).WithColumnType(right.ColumnType);

                    var exception = await RunAsync(scenario, sql => sql == query ? reply : null);

                    Assert.True(exception is null or CdcException,
                        $"'{query}' answered with '{value}' as {right.Columns[column]} of row {row}: {exception}");
                }
            }
        }
    }

    /// <summary>The queries that a scenario asks where all goes well, but for the statements that set something.</summary>
    private static async Task<List<string>> QueriesAsync(string scenario)
    {
        var queries = new List<string>();
        var exception = await RunAsync(scenario, sql =>
        {
            lock (queries)
            {
                if (!sql.StartsWith("SET ", StringComparison.Ordinal) && !queries.Contains(sql))
                {
                    queries.Add(sql);
                }
            }

            return null;
        });

        // The scripted log is empty, so that a scan of its statements ends too early; and a replica that lags is waited for.
        Assert.True(exception is null or CdcConnectionException { IsTransient: true }, $"{scenario}: {exception}");
        return queries;
    }

    private static async Task<Exception?> RunAsync(string scenario, Func<string, ScriptedReply?> wrong)
    {
        var isMariaDb = scenario.StartsWith("MariaDB", StringComparison.Ordinal);
        var options = new ScriptedServerOptions
        {
            Version = isMariaDb ? Mariadb : "8.4.0",
            OnQuery = sql => wrong(sql) ?? AnswerOf(sql, scenario),
            OnBinlogDump = (connection, request) => connection.SendEofAsync().AsTask(),
        };
        await using var server = new ScriptedMySqlServer(options);
        return await Xunit.Record.ExceptionAsync(() => (scenario.EndsWith("idle", StringComparison.Ordinal) ? LookAsync(server)
            : scenario.EndsWith("snapshot", StringComparison.Ordinal) ? ReadTablesAsync(server)
            : scenario == "log" ? MeasureAsync(server)
            : OpenAsync(server, scenario))
            .WaitAsync(SessionTest.Patience));
    }

    private static ScriptedReply? AnswerOf(string sql, string scenario)
        => Answer(sql, scenario.StartsWith("MariaDB", StringComparison.Ordinal), isReplica: scenario == "lagging replica");

    /// <summary>Reads a table in chunks and in a view, as snapshots do.</summary>
    private static async Task ReadTablesAsync(ScriptedMySqlServer server)
    {
        var source = new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString(), Include = ["d.*"] });
        await using var reader = await source.OpenSnapshotAsync(Context(), CancellationToken.None);
        await reader.GetLoadAsync(CancellationToken.None);
        foreach (var table in await reader.ListTablesAsync([], CancellationToken.None))
        {
            await reader.GetWatermarkAsync(CancellationToken.None);
            if (table.ChunkRefusal is null)
            {
                await reader.GetLastKeyAsync(table, null, CancellationToken.None);
                var chunk = await reader.ReadChunkAsync(table, null, null, 10, null, CancellationToken.None);
                Assert.All(Enumerable.Range(0, chunk.Count), row => chunk.GetPlace(row));
            }

            await reader.GetHighWatermarkAsync(CancellationToken.None);
            if (table.ViewRefusal is null)
            {
                await using var view = await reader.OpenConsistentViewAsync([table], 1, CancellationToken.None);
            }
        }
    }

    /// <summary>Asks where a position is in the log.</summary>
    private static async Task MeasureAsync(ScriptedMySqlServer server)
    {
        await using var session = await server.ConnectAsync();
        var known = await KnownServer.OfAsync(new ServerAccess(server.ConnectionString(), null, null), session, NullLogger.Instance,
            TimeProvider.System, CancellationToken.None);
        await using var sql = await known.OpenSqlAsync(CancellationToken.None);
        await LogDistances.ReadAsync(sql, new BinlogCoordinates("binlog.000001", 500), TimeSpan.FromSeconds(1), CancellationToken.None);
        await ServerLoad.ReadAsync(sql, CancellationToken.None);
    }

    private static SourceContext Context() => new()
    {
        Name = "test", LoggerFactory = NullLoggerFactory.Instance, TimeProvider = TimeProvider.System, MaxBatchSize = 10,
    };

    /// <summary>Opens a feed as an engine does.</summary>
    private static async Task OpenAsync(ScriptedMySqlServer server, string scenario)
    {
        var source = new MySqlSource(new MySqlSourceOptions { ConnectionString = server.ConnectionString(), Include = ["d.*"] });
        var context = Context();
        var start = scenario switch
        {
            "lagging replica" => StartPosition.At(MySqlOffset.FromGtidSet(GtidSet.Parse($"{ScriptedReply.ServerUuid}:1-9"))),
            _ when scenario.EndsWith("by file", StringComparison.Ordinal)
                => StartPosition.At(MySqlOffset.FromPosition("binlog.000001", 500)),
            _ => StartPosition.Latest,
        };
        await using var connection = await source.ConnectAsync(context, start, CancellationToken.None);
        connection.ThrowIfUnusable();
        await using var feed = await connection.OpenAsync(CancellationToken.None);
    }

    /// <summary>What the check of an idle stream asks.</summary>
    private static async Task LookAsync(ScriptedMySqlServer server)
    {
        await using var session = await server.ConnectAsync();
        var known = await KnownServer.OfAsync(new ServerAccess(server.ConnectionString(), null, null), session, NullLogger.Instance,
            TimeProvider.System,
            CancellationToken.None);
        await using var sql = await known.OpenSqlAsync(CancellationToken.None);
        var facts = await ServerFacts.ReadAsync(sql, CancellationToken.None);
        var state = await LogState.ReadAsync(sql, facts, CancellationToken.None);
        state.Contradiction(facts.Executed, new BinlogCoordinates("binlog.000001", 500));
    }

    private static ScriptedReply? Answer(string sql, bool isMariaDb, bool isReplica)
    {
        string[][] variables =
        [
            ["log_bin", "ON"], ["binlog_format", "ROW"], ["binlog_row_image", "FULL"], ["binlog_row_metadata", "MINIMAL"],
                ["lower_case_table_names", "0"],
            ["log_replica_updates", isReplica ? "ON" : "OFF"],
            .. isMariaDb ? (string[][])[["server_id", "1"], ["hostname", "scripted"], ["port", "3306"], ["version", Mariadb]]
                : [["gtid_mode", "ON"], ["server_uuid", ScriptedReply.ServerUuid], ["version", "8.4.0"]],
        ];
        return sql switch
        {
            _ when sql.Contains("expire_logs_days", StringComparison.Ordinal) && !sql.Contains("log_bin", StringComparison.Ordinal)
                => ScriptedReply.Rows(["n", "v"], ["expire_logs_days", "1.5"], ["binlog_expire_logs_seconds", "3600"]),
            "SHOW GLOBAL STATUS LIKE 'Threads_running'" => ScriptedReply.Rows(["n", "v"], ["Threads_running", "3"]),
            "SHOW STATUS LIKE 'binlog_snapshot_%'" => ScriptedReply.Rows(["n", "v"], ["Binlog_snapshot_file", "binlog.000001"],
                ["Binlog_snapshot_position", "900"]),
            _ when sql.StartsWith("SHOW CREATE TABLE", StringComparison.Ordinal)
                => ScriptedReply.Rows(["t", "s"], ["t", "CREATE TABLE `t` (`id` int NOT NULL, PRIMARY KEY (`id`)) AUTO_INCREMENT=7"]),
            _ when sql.StartsWith("SELECT TABLE_NAME, TABLE_ROWS", StringComparison.Ordinal)
                => ScriptedReply.Rows(["TABLE_NAME", "TABLE_ROWS", "AVG_ROW_LENGTH"], ["t", "3", "16"]),
            _ when sql.StartsWith("SELECT TABLE_NAME, COLUMN_NAME, COLLATION_NAME", StringComparison.Ordinal)
                => ScriptedReply.Rows(["TABLE_NAME", "COLUMN_NAME", "COLLATION_NAME"]),
            _ when sql.StartsWith("SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME, NULLABLE", StringComparison.Ordinal)
                => ScriptedReply.Rows(["a", "b", "c", "d", "e", "f"], ["t", "PRIMARY", "id", "", "A", null]),
            _ when sql.Contains("FROM `d`.`t`", StringComparison.Ordinal) => ScriptedReply.Rows(["id"], ["1"]).WithColumnType(Blob),
            _ when sql is "COMMIT" || sql.StartsWith("START TRANSACTION", StringComparison.Ordinal)
                || sql.Contains("TABLES", StringComparison.Ordinal) && !sql.Contains("information_schema", StringComparison.Ordinal)
                => ScriptedReply.Ok,
            _ when sql.StartsWith("SHOW GLOBAL VARIABLES", StringComparison.Ordinal) => ScriptedReply.Rows(["n", "v"], variables),
            "SELECT @@GLOBAL.gtid_owned" => ScriptedReply.Rows(["o"], [""]),
            "SELECT @@GLOBAL.gtid_executed, @@GLOBAL.gtid_purged"
                => ScriptedReply.Rows(["a", "b"], [$"{ScriptedReply.ServerUuid}:1-7", ""]),
            "SELECT @@GLOBAL.gtid_executed" => ScriptedReply.Rows(["a"], [$"{ScriptedReply.ServerUuid}:1-7"]),
            "SELECT @@GLOBAL.gtid_binlog_pos" => ScriptedReply.Rows(["a"], ["0-1-7"]),
            _ when sql.StartsWith("SELECT BINLOG_GTID_POS", StringComparison.Ordinal) => ScriptedReply.Rows(["a"], ["0-1-5"]),
            "SHOW GRANTS" => ScriptedReply.Rows(["g"], ["GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `cdc`@`%`"]),
            "SELECT CURRENT_ROLE()" => ScriptedReply.Rows(["r"], ["NONE"]),
            "SHOW BINARY LOGS" => ScriptedReply.Rows(["n", "s", "e"], ["binlog.000001", "900", "No"]),
            "SHOW BINARY LOG STATUS" when !isMariaDb => ScriptedReply.Rows(["f", "p"], ["binlog.000001", "900"]),
            "SHOW MASTER STATUS" when isMariaDb => ScriptedReply.Rows(["f", "p"], ["binlog.000001", "900"]),
            "SHOW REPLICA STATUS" when !isMariaDb => isReplica
                ? ScriptedReply.Rows(["Replica_SQL_Running", "Seconds_Behind_Source"], ["Yes", "7"])
                : ScriptedReply.Rows(["Replica_SQL_Running", "Seconds_Behind_Source"]),
            "SHOW SLAVE STATUS" when isMariaDb => ScriptedReply.Rows(["Slave_SQL_Running", "Seconds_Behind_Master"]),
            _ when sql.Contains("information_schema.SCHEMATA", StringComparison.Ordinal)
                => ScriptedReply.Rows(["a", "b"], ["d", "utf8mb4"]),
            _ when sql.Contains("information_schema.TABLES", StringComparison.Ordinal) && sql.StartsWith("SELECT "
                + "TABLE_SCHEMA", StringComparison.Ordinal)
                => ScriptedReply.Rows(["a", "b"], ["d", "t"]),
            _ when sql.Contains("information_schema.TABLES", StringComparison.Ordinal)
                => ScriptedReply.Rows(["a", "b", "c", "d"], ["t", "InnoDB", "utf8mb4_general_ci", "BASE TABLE"]),
            _ when sql.Contains("information_schema.STATISTICS", StringComparison.Ordinal)
                => ScriptedReply.Rows(["a", "b", "c", "d", "e", "f", "g"], ["t", "PRIMARY", "0", "1", "id", null, "BTREE"]),
            _ when sql.Contains("information_schema.COLUMNS", StringComparison.Ordinal)
                => ScriptedReply.Rows(["a", "b", "c", "d", "e", "f", "g", "h"], ["t", "id", "int", "NO", null, "", "PRI", null]),
            _ when sql.Contains("REFERENTIAL_CONSTRAINTS", StringComparison.Ordinal) => ScriptedReply.Rows(["a", "b", "c", "d", "e"]),
            _ => null,
        };
    }
}
