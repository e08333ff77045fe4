using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.MySql.Tests.Replication;
using CdcEmbedded.MySql.Tests.Scripted;
using CdcEmbedded.Transforms;

namespace CdcEmbedded.MySql.Tests.Server;

/// <summary>What a server says of itself against what was asked for: if it can serve, and from where.</summary>
public sealed class StartTests
{
    private const string A = "aaaaaaaa-0000-0000-0000-000000000001";
    private const string B = "bbbbbbbb-0000-0000-0000-000000000001";
    private const string C = "cccccccc-0000-0000-0000-000000000001";

    [Theory]
    [InlineData($"{A}:1-10", "", $"{A}:1-5", null)]
    [InlineData($"{A}:1-10", "", "", null)]
    [InlineData($"{A}:1-10", $"{A}:1-5", $"{A}:1-5", null)]
    [InlineData($"{A}:1-10", $"{A}:1-5", $"{A}:1-4", "purged")]
    [InlineData($"{A}:1-10", $"{A}:1-5", "", "purged")]
    [InlineData($"{A}:1-10", "", $"{A}:1-11", "ahead")]
    [InlineData($"{A}:1-10", "", $"{B}:1", "ahead")]
    [InlineData($"{A}:1-10,{B}:1-3", "", $"{A}:1-10", null)]
    [InlineData($"{A}:1-10,{B}:1-3", $"{B}:1", $"{A}:1-10", "purged")]
    [InlineData($"{A}:1-10", $"{A}:3", $"{A}:1-2:4-5", "purged")]
    public async Task A_GTID_set_is_held_against_executed_and_purged(string executed, string purged, string stored, string? lost)
    {
        var facts = await FactsAsync(new() { ["gtid_mode"] = "ON" }, executed, purged);
        var start = StartPosition.At(MySqlOffset.FromGtidSet(GtidSet.Parse(stored)));

        AssertStart(lost, () => Assert.Equal(GtidSet.Parse(stored),
            StartResolver.Resolve(start, facts, new BinlogCoordinates("binlog.000003", 900)).GtidSet));
    }

    [Theory]
    [InlineData(B, $"{A}:1-10,{B}:1-3", $"{B}:1-2", $"{A}:1-12", $"{B}:1-3", null)]
    [InlineData(B, $"{A}:1-10,{B}:1-3", $"{B}:1-2", $"{A}:1-5", $"{B}:1-3", $"{A}:1-5,{B}:1-3")]
    [InlineData(B, $"{A}:1-10,{B}:1-3,{B}:tag:1-2,{C}:1-7", "", $"{A}:1-5,{C}:1", $"{B}:1-3:tag:1-2", $"{A}:1-5,{B}:1-3:tag:1-2,{C}:1")]
    [InlineData(B, $"{A}:1-10,{B}:1-3", "", $"{A}:1-5,{B}:1", null, $"{A}:1-5,{B}:1")]
    [InlineData(ScriptedPrimary.Uuid, $"{A}:1-10,{B}:1-3", "", $"{A}:1-5", null, $"{A}:1-5")]
    [InlineData(null, $"{A}:1-10,{B}:1-3", "", $"{A}:1-5", null, $"{A}:1-5")]
    public async Task The_history_of_sources_new_on_another_server_is_skipped_and_nothing_else(string? server, string executed,
        string purged, string stored, string? skipped, string? resumed)
    {
        var facts = await FactsAsync(new() { ["gtid_mode"] = "ON" }, executed, purged);
        var offset = new BinlogPosition { Server = server, Executed = new ExecutedGtids(GtidSet.Parse(stored)) }.ToOffset();

        var (start, actual) = NewServerHistory.Skip(StartPosition.At(offset), facts);

        Assert.Equal(skipped is null ? null : GtidSet.Parse(skipped).ToString(), actual);
        AssertStart(resumed is null ? "ahead" : null, () => Assert.Equal(GtidSet.Parse(resumed ?? stored),
            StartResolver.Resolve(start, facts, new BinlogCoordinates("binlog.000003", 900)).GtidSet));
    }

    [Theory]
    [InlineData("0-1-5", "0-1-9,3-2-4", "3-2-4", "0-1-5,3-2-4")]
    [InlineData("0-1-5,3-2-1", "0-2-9,3-2-4", "", "0-1-5,3-2-1")]
    [InlineData("", "0-1-9", "0-1-9", "0-1-9")]
    public void Domains_new_on_another_MariaDB_server_are_what_its_position_has_more(string stored, string last, string unknown, string all)
    {
        var more = MariaDbGtidPosition.Parse(last).OfDomainsNotIn(MariaDbGtidPosition.Parse(stored));

        Assert.Equal(unknown, more.ToString());
        Assert.Equal(all, MariaDbGtidPosition.Parse(stored).Union(more).ToString());
    }

    [Theory]
    [InlineData("binlog.000002", 500, null, null)]
    [InlineData("binlog.000002", 500, ScriptedPrimary.Uuid, null)]
    [InlineData("binlog.000002", 500, B, "belongs to")]
    [InlineData("binlog.000002", 1001, null, "past the end of that file")]
    [InlineData("binlog.000000", 4, null, "no longer")]
    [InlineData("binlog.000002", 1000, null, null)]
    [InlineData("binlog.000001", 4, null, null)]
    [InlineData("binlog.000004", 4, null, "no longer")]
    [InlineData("other.000002", 4, null, "no longer")]
    [InlineData("binlog.000002", uint.MaxValue, null, "past the end of that file")]
    [InlineData("binlog.000002", 1L << 32, null, "4 GiB")]
    [InlineData("binlog.000002", 1L << 40, ScriptedPrimary.Uuid, "4 GiB")]
    [InlineData("binlog.000002", 1L << 40, B, "belongs to")]
    public async Task A_position_is_held_against_the_servers_logs(string file, long position, string? server, string? lost)
    {
        var facts = await FactsAsync([]);
        var start = StartPosition.At(new BinlogPosition { Server = server,
            Coordinates = new BinlogCoordinates(file, position) }.ToOffset());

        AssertStart(lost, () => Assert.Equal(position, StartResolver.Resolve(start, facts,
            new BinlogCoordinates("binlog.000003", 900)).Coordinates?.Position));
    }

    [Fact]
    public async Task The_messages_name_what_was_purged_and_what_is_ahead()
    {
        var facts = await FactsAsync(new() { ["gtid_mode"] = "ON" }, $"{A}:1-10", $"{A}:1-5");

        AssertStart($"{A}:3-5", () => StartResolver.Resolve(StartPosition.At(MySqlOffset.FromGtidSet(GtidSet.Parse($"{A}:1-2"))), facts,
            null));
        AssertStart($"{A}:11-12", () => StartResolver.Resolve(StartPosition.At(MySqlOffset.FromGtidSet(GtidSet.Parse($"{A}:1-12"))),
            facts, null));
    }

    [Theory]
    [InlineData("", $"{A}:11", "ahead")]
    [InlineData($"{A}:11#42", $"{A}:11", null)]
    [InlineData($"{A}:11#42:12#43,{B}:7#44", $"{B}:7", null)]
    [InlineData($"{A}:11#42", $"{A}:12", "ahead")]
    [InlineData("", $"{A}:10", null)]
    public async Task A_transaction_that_was_half_read_counts_and_so_does_one_whose_commit_waits(string owned, string open, string? lost)
    {
        var facts = await FactsAsync(new() { ["gtid_mode"] = "ON" }, $"{A}:1-10", owned: owned);
        var inside = new BinlogPosition
        {
            Server = ScriptedPrimary.Uuid, Executed = new ExecutedGtids(GtidSet.Parse($"{A}:1-9")),
                Coordinates = new BinlogCoordinates("binlog.000002", 500),
            Progress = new TransactionProgress(TransactionGtid.Parse(open), Rows: 3, SchemaChanges: 0, Check: 0),
        };

        AssertStart(lost, () => Assert.Equal(open, StartResolver.Resolve(StartPosition.At(inside.ToOffset()), facts,
            null).Progress?.Gtid.ToString()));
    }

    [Fact]
    public async Task A_position_of_another_server_is_refused_though_it_has_a_file_of_that_name_and_taken_with_GTIDs()
    {
        var document = new BinlogPosition { Server = B, Executed = new ExecutedGtids(GtidSet.Parse($"{A}:1-5")),
            Coordinates = new BinlogCoordinates("binlog.000002", 500) };
        var start = StartPosition.At(document.ToOffset());

        var without = await FactsAsync(new() { ["gtid_mode"] = "OFF" });
        AssertStart(ScriptedPrimary.Uuid, () => StartResolver.Resolve(start, without, null));
        var with = await FactsAsync(new() { ["gtid_mode"] = "ON" }, $"{A}:1-10");
        Assert.Equal($"{A}:1-5", StartResolver.Resolve(start, with, null).GtidSet?.ToString());
    }

    [Fact]
    public async Task Earliest_and_latest_are_resolved()
    {
        var facts = await FactsAsync(new() { ["gtid_mode"] = "ON" }, $"{A}:1-10", $"{A}:1-5");

        var earliest = StartResolver.Resolve(StartPosition.Earliest, facts, null);
        Assert.Equal(($"{A}:1-5", "binlog.000001", (long?)4),
            (earliest.GtidSet?.ToString(), earliest.Coordinates?.File, earliest.Coordinates?.Position));
        var latest = StartResolver.Resolve(StartPosition.Latest, facts, new BinlogCoordinates("binlog.000003", 900));
        Assert.Equal(($"{A}:1-10", "binlog.000003", (long?)900),
            (latest.GtidSet?.ToString(), latest.Coordinates?.File, latest.Coordinates?.Position));
        Assert.Throws<OffsetLostException>(() => StartResolver.Resolve(StartPosition.Latest, facts, null));
    }

    [Fact]
    public async Task A_GTID_set_needs_a_server_with_GTIDs()
    {
        var facts = await FactsAsync(new() { ["gtid_mode"] = "OFF" });
        Assert.Throws<OffsetLostException>(() => StartResolver.Resolve(StartPosition.At(MySqlOffset.FromGtidSet(GtidSet.Empty)), facts,
            null));
    }

    [Theory]
    [InlineData("log_bin", "OFF", "mysql.log_bin", true)]
    [InlineData("binlog_storage_engine", "innodb", "mysql.binlog_storage_engine", true)]
    [InlineData("binlog_format", "MIXED", "mysql.binlog_format", true)]
    [InlineData("binlog_row_image", "MINIMAL", "mysql.binlog_row_image", false)]
    [InlineData("binlog_row_metadata", "MINIMAL", "mysql.binlog_row_metadata", false)]
    [InlineData("binlog_order_commits", "OFF", "mysql.binlog_order_commits", false)]
    [InlineData("gtid_mode", "OFF", "mysql.gtid_mode", false)]
    [InlineData("binlog_expire_logs_seconds", "600", "mysql.binlog_expire_logs_seconds", false)]
    public async Task A_setting_that_is_in_the_way_is_a_finding_with_its_remedy(string variable, string value, string code, bool isError)
    {
        var findings = Preflight.Check(await FactsAsync(new() { ["gtid_mode"] = "ON", [variable] = value }));

        var finding = Assert.Single(findings);
        Assert.Equal((code, isError), (finding.Code, finding.IsError));
        Assert.NotEmpty(finding.Remedy);
    }

    [Theory]
    [InlineData("GRANT REPLICATION SLAVE ON *.* TO `c`@`%`", "mysql.replication_client")]
    [InlineData("GRANT REPLICATION CLIENT ON *.* TO `c`@`%`", "mysql.replication_slave")]
    [InlineData("GRANT SELECT ON *.* TO `c`@`%`", "mysql.replication_slave,mysql.replication_client")]
    [InlineData("GRANT ALL PRIVILEGES ON `db`.* TO `c`@`%`", "mysql.replication_slave,mysql.replication_client")]
    [InlineData("GRANT ALL PRIVILEGES ON *.* TO `c`@`%`", "")]
    [InlineData("GRANT REPLICATION_SLAVE_ADMIN,REPLICATION CLIENT ON *.* TO `c`@`%`", "mysql.replication_slave")]
    [InlineData("GRANT REPLICATION SLAVE ADMIN, REPLICATION CLIENT ON *.* TO `c`@`%`", "mysql.replication_slave")]
    public async Task Missing_privileges_are_findings(string grant, string codes)
    {
        var findings = Preflight.Check(await FactsAsync(new() { ["gtid_mode"] = "ON" }, grant: grant));

        Assert.Equal(codes, string.Join(',', findings.Select(f => f.Code)));
    }

    [Theory]
    [InlineData("", "shop.orders", true)]
    [InlineData("", "mysql.user", false)]
    [InlineData("", "sys.x", false)]
    [InlineData("*.*", "performance_schema.x", false)]
    [InlineData("mysql.user", "mysql.user", true)]
    [InlineData("mysql.user", "mysql.db", false)]
    [InlineData("`mysql`.`user`", "mysql.user", true)]
    [InlineData("mysql*.*", "mysql_backup.t", true)]
    [InlineData("mysql*.*", "mysql.t", false)]
    [InlineData("shop.*", "Shop.t", false)]
    public void The_servers_own_databases_are_skipped_unless_named(string include, string table, bool expected)
    {
        var filter = TableFilters.Create(include.Length == 0 ? [] : [include], [], ignoreCase: false);
        var dot = table.IndexOf('.', StringComparison.Ordinal);
        Assert.Equal(expected, filter.Matches(table[..dot], table[(dot + 1)..]));
    }

    [Theory]
    [InlineData("log_replica_updates", "OFF", true, true)]
    [InlineData("log_slave_updates", "OFF", true, true)]
    [InlineData("log_replica_updates", "OFF", false, false)]
    [InlineData("log_replica_updates", "ON", true, false)]
    public async Task A_replica_that_does_not_log_what_it_replicates_is_an_error(string variable, string value, bool isReplica,
        bool isFound)
    {
        var findings = Preflight.Check(await FactsAsync(new() { ["gtid_mode"] = "ON", [variable] = value }, isReplica: isReplica));

        Assert.Equal(isFound, findings.Exists(f => f is { Code: "mysql.log_replica_updates", IsError: true }));
    }

    private static void AssertStart(string? lost, Action resolve)
    {
        if (lost is null)
        {
            resolve();
        }
        else
        {
            Assert.Contains(lost, Assert.Throws<OffsetLostException>(resolve).Message, StringComparison.Ordinal);
        }
    }

    private static async Task<ServerFacts> FactsAsync(Dictionary<string, string> variables, string executed = "", string purged = "",
        string grant = "GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `cdc`@`%`", bool isReplica = false, string owned = "")
    {
        var all = new Dictionary<string, string>
        {
            ["log_bin"] = "ON", ["binlog_format"] = "ROW", ["binlog_row_image"] = "FULL", ["binlog_row_metadata"] = "FULL",
            ["server_uuid"] = ScriptedPrimary.Uuid,
        };
        foreach (var (name, value) in variables)
        {
            all[name] = value;
        }

        await using var server = new ScriptedMySqlServer(new ScriptedServerOptions
        {
            OnQuery = sql => sql switch
            {
                _ when sql.StartsWith("SHOW GLOBAL VARIABLES", StringComparison.Ordinal)
                    => ScriptedReply.Rows(["n", "v"], [.. all.Select(v => new[] { v.Key, v.Value })]),
                "SELECT @@GLOBAL.gtid_owned" => ScriptedReply.Rows(["o"], [owned]),
                "SELECT @@GLOBAL.gtid_executed, @@GLOBAL.gtid_purged" => ScriptedReply.Rows(["a", "b"], [executed, purged]),
                "SHOW REPLICA STATUS" => isReplica ? ScriptedReply.Rows(["Replica_SQL_Running"], ["Yes"])
                    : ScriptedReply.Rows(["Replica_SQL_Running"]),
                "SHOW GRANTS" => ScriptedReply.Rows(["g"], [grant]),
                "SHOW BINARY LOGS" => ScriptedReply.Rows(["n", "s"], ["binlog.000001", "2000"], ["binlog.000002", "1000"],
                    ["binlog.000003", "900"]),
                _ => null,
            },
        });
        await using var session = await server.OpenSqlAsync();
        return await ServerFacts.ReadAsync(session, CancellationToken.None);
    }
}
