using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Replication;

namespace CdcEmbedded.MySql.Server;

/// <summary>What a server says of itself before the stream begins: variables, logs, grants.</summary>
internal sealed class ServerFacts
{
    private const int SyntaxError = 1064;
    private const int SpecificAccessDenied = 1227;

    private static readonly string[] _variables =
    [
        "log_bin", "binlog_format", "binlog_row_image", "binlog_row_metadata",
        "gtid_mode", "server_uuid", "lower_case_table_names", "binlog_expire_logs_seconds", "innodb_native_foreign_keys",
            "log_replica_updates",
        "log_slave_updates", "binlog_order_commits", "hostname", "port", "server_id", "version", "binlog_storage_engine",
        "explicit_defaults_for_timestamp",
    ];

    /// <summary>The names by which servers of any age say if replicated statements are applied.</summary>
    private static readonly string[] _runningColumns = ["Replica_SQL_Running", "Slave_SQL_Running"];

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The server's version: that of its variable, as a proxy greets with one of its own.</summary>
    public required MySqlServerVersion Version { get; init; }

    /// <summary>A variable's value; null where the server has no such variable.</summary>
    public string? this[string variable] => _values.GetValueOrDefault(variable);

    /// <summary>See <see cref="ServerIdentity"/>.</summary>
    public string? ServerUuid => Version.IsMariaDb ? ServerIdentity.MariaDb(this["server_id"], this["hostname"], this["port"])
        : this["server_uuid"];

    /// <summary>The last transactions in MariaDB's log; null for MySQL.</summary>
    public MariaDbGtidPosition? GtidPosition { get; private set; }

    /// <summary>True for MySQL with GTIDs.</summary>
    public bool HasGtids => this["gtid_mode"] == "ON";

    /// <summary>True if names of tables and databases are stored in lower case (<c>lower_case_table_names</c> 1).</summary>
    public bool LowersTableNames => this["lower_case_table_names"] is "1";

    /// <summary>True if TIMESTAMP columns are as those of other types (<c>explicit_defaults_for_timestamp</c>); null where the server has
    /// no such variable.</summary>
    public bool? HasPlainTimestamps => this["explicit_defaults_for_timestamp"] is { } value ? value is "ON" or "1" : null;

    /// <summary>True if table names are compared regardless of case.</summary>
    public bool IgnoresTableCase => this["lower_case_table_names"] is "1" or "2";

    /// <summary>True if the server replicates from another one without logging what it gets from there.</summary>
    public bool HidesReplicatedChanges { get; private set; }

    /// <summary>The executed transactions; null without GTIDs.</summary>
    public GtidSet? GtidExecuted { get; private set; }

    /// <summary>The transactions executed so far, by the GTIDs of either kind of server; the default value without GTIDs.</summary>
    public ExecutedGtids Executed => GtidPosition is { } position ? new ExecutedGtids(position)
        : GtidExecuted is { } set ? new ExecutedGtids(set) : default;

    /// <summary>The executed transactions and those that wait for their commit, which a dump may have sent already;
    /// null without GTIDs.</summary>
    public GtidSet? GtidLogged { get; private set; }

    /// <summary>The transactions that are gone from the log; null without GTIDs.</summary>
    public GtidSet? GtidPurged { get; private set; }

    /// <summary>The binlogs still there with their sizes, oldest first; null where the user may not see them.</summary>
    public IReadOnlyList<(string File, long Size)>? Logs { get; private set; }

    /// <summary>The lines of SHOW GRANTS, those of active roles included.</summary>
    public IReadOnlyList<string> Grants { get; private set; } = [];

    /// <summary>Asks the server.</summary>
    public static async ValueTask<ServerFacts> ReadAsync(SqlSession session, CancellationToken ct)
    {
        var list = "'" + string.Join("','", _variables) + "'";
        var answer = (await session.QueryAsync($"SHOW GLOBAL VARIABLES WHERE Variable_name IN ({list})",
            ct).ConfigureAwait(false)).WithColumns(2);
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in answer.Rows)
        {
            values[answer.Text(row, 0)] = row[1] ?? "";
        }

        if (!values.ContainsKey("log_bin"))
        {
            throw answer.Wrong("no value of log_bin, which every server has");
        }

        var facts = new ServerFacts { Version = values.TryGetValue("version", out var version) ? MySqlServerVersion.Parse(version)
            : session.ServerVersion };
        foreach (var (name, value) in values)
        {
            facts._values[name] = value;
        }

        await facts.ReadPositionsAsync(session, ct).ConfigureAwait(false);
        facts.Grants = await ReadGrantsAsync(session, facts.Version.IsMariaDb, ct).ConfigureAwait(false);
        if (facts["log_bin"] != "OFF")
        {
            facts.Logs = await ReadLogsAsync(session, ct).ConfigureAwait(false);
        }

        if ((facts["log_replica_updates"] ?? facts["log_slave_updates"]) == "OFF")
        {
            var replication = await ReadReplicationAsync(session, ct).ConfigureAwait(false);
            facts.HidesReplicatedChanges = replication?.Rows.Count > 0;
        }

        return facts;
    }

    /// <summary>Asks a server if it applies what it gets from another one.</summary>
    public static async ValueTask<bool> IsReplicatingAsync(SqlSession session, CancellationToken ct)
    {
        var replication = await ReadReplicationAsync(session, ct).ConfigureAwait(false);
        return replication?.Rows.Any(row => row[replication.IndexOf(_runningColumns)] == "Yes") == true;
    }

    /// <summary>All transactions that a MySQL server with GTIDs has sent to any reader of its log: one that waits for semi-synchronous
    /// replicas is in the log and owned, and moves from there to the executed ones. Asked for in this order, none is missed.</summary>
    public static async ValueTask<GtidSet> ReadLoggedAsync(SqlSession session, CancellationToken ct)
    {
        var owned = await ReadOwnedAsync(session, ct).ConfigureAwait(false);
        return (await ReadExecutedAsync(session, ct).ConfigureAwait(false)).Union(owned);
    }

    /// <summary>The transactions that the server has executed.</summary>
    public static async ValueTask<GtidSet> ReadExecutedAsync(SqlSession session, CancellationToken ct)
    {
        var executed = await session.QueryAsync("SELECT @@GLOBAL.gtid_executed", ct).ConfigureAwait(false);
        return executed.Parse(executed.SingleRow(1), 0, GtidSet.Parse);
    }

    /// <summary>The GTIDs of transactions that have one and are not committed: those in their commit, and those that a session or a
    /// replica's applier has named before.</summary>
    public static async ValueTask<GtidSet> ReadOwnedAsync(SqlSession session, CancellationToken ct)
    {
        var owned = await session.QueryAsync("SELECT @@GLOBAL.gtid_owned", ct).ConfigureAwait(false);
        return owned.Parse(owned.SingleRow(1), 0, OwnedGtids.Read);
    }

    /// <summary>The last transactions in MariaDB's log.</summary>
    public static async ValueTask<MariaDbGtidPosition> ReadMariaDbPositionAsync(SqlSession session, CancellationToken ct)
    {
        var answer = await session.QueryAsync("SELECT @@GLOBAL.gtid_binlog_pos", ct).ConfigureAwait(false);
        return answer.Parse(answer.SingleRow(1), 0, MariaDbGtidPosition.Parse);
    }

    /// <summary>The end of the log now.</summary>
    /// <returns>Null where the user may not see it.</returns>
    public static async ValueTask<BinlogCoordinates?> ReadLogEndAsync(SqlSession session, CancellationToken ct)
    {
        // 8.4 removed the old spelling, servers before 8.2 do not know the new one, and version texts are not to be trusted.
        var answer = await TryQueryAsync(session, "SHOW BINARY LOG STATUS", SyntaxError, ct).ConfigureAwait(false)
            ?? await TryQueryAsync(session, "SHOW MASTER STATUS", SyntaxError, ct).ConfigureAwait(false);
        if (answer is not { Rows.Count: > 0 })
        {
            return null;
        }

        var row = answer.SingleRow(2);
        return new BinlogCoordinates(answer.Text(row, 0), answer.Number(row, 1));
    }

    /// <summary>True if the user has a global privilege, as its own grant or with all of them.</summary>
    public bool HasPrivilege(string privilege)
    {
        const string Grant = "GRANT ";
        foreach (var line in Grants)
        {
            var scope = line.IndexOf(" ON *.* ", StringComparison.OrdinalIgnoreCase);
            if (scope < Grant.Length)
            {
                continue;
            }

            // Whole names: REPLICATION SLAVE ADMIN is another one.
            foreach (var name in line[Grant.Length..scope].Split(','))
            {
                var granted = name.Trim();
                if (granted.Equals(privilege, StringComparison.OrdinalIgnoreCase) || granted.StartsWith("ALL "
                    + "PRIVILEGES", StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>SHOW VARIABLES would cut a long set.</summary>
    private async ValueTask ReadPositionsAsync(SqlSession session, CancellationToken ct)
    {
        if (Version.IsMariaDb)
        {
            GtidPosition = await ReadMariaDbPositionAsync(session, ct).ConfigureAwait(false);
        }
        else if (HasGtids)
        {
            var owned = await ReadOwnedAsync(session, ct).ConfigureAwait(false);
            var sets = await session.QueryAsync("SELECT @@GLOBAL.gtid_executed, @@GLOBAL.gtid_purged", ct).ConfigureAwait(false);
            var row = sets.SingleRow(2);
            GtidExecuted = sets.Parse(row, 0, GtidSet.Parse);
            GtidLogged = GtidExecuted.Union(owned);
            GtidPurged = sets.Parse(row, 1, GtidSet.Parse);
        }
    }

    /// <summary>A row for each server that this one replicates from; null where the user may not see it.</summary>
    private static async ValueTask<SqlAnswer?> ReadReplicationAsync(SqlSession session, CancellationToken ct)
    {
        var answer = await TryQueryAsync(session, "SHOW REPLICA STATUS", SyntaxError, ct).ConfigureAwait(false)
            ?? await TryQueryAsync(session, "SHOW SLAVE STATUS", SyntaxError, ct).ConfigureAwait(false);
        return answer is null or { Rows.Count: 0 } || answer.IndexOf(_runningColumns) >= 0 ? answer : throw answer.Wrong($"no column "
            + $"'{_runningColumns[0]}'");
    }

    /// <summary>The binlogs still there with their sizes, oldest first.</summary>
    /// <returns>Null where the user may not see them.</returns>
    public static async ValueTask<IReadOnlyList<(string File, long Size)>?> ReadLogsAsync(SqlSession session, CancellationToken ct)
    {
        var answer = await TryQueryAsync(session, "SHOW BINARY LOGS", SpecificAccessDenied, ct).ConfigureAwait(false);
        if (answer is null)
        {
            return null;
        }

        var logs = new List<(string, long)>(answer.WithColumns(2).Rows.Count);
        foreach (var row in answer.Rows)
        {
            logs.Add((answer.Text(row, 0), answer.Number(row, 1)));
        }

        return logs.Count > 0 ? logs : throw answer.Wrong("no file, though log_bin is on");
    }

    private static async ValueTask<IReadOnlyList<string>> ReadGrantsAsync(SqlSession session, bool isMariaDb, CancellationToken ct)
    {
        var grants = await ReadLinesAsync(session, "SHOW GRANTS", ct).ConfigureAwait(false);

        // Privileges that come through roles are listed only when the roles are named. Servers before 8.0 know no roles: 1064 or 1305.
        // MariaDB lists an active role's grants by itself, and knows no USING.
        var roles = isMariaDb ? null : await TryQueryAsync(session, "SELECT CURRENT_ROLE()", null, ct).ConfigureAwait(false);
        if (roles?.SingleRow(1)[0] is { } active && active != "NONE" && active.Length > 0)
        {
            grants.AddRange(await ReadLinesAsync(session, $"SHOW GRANTS FOR CURRENT_USER() USING {active}", ct).ConfigureAwait(false));
        }

        return grants;
    }

    private static async ValueTask<List<string>> ReadLinesAsync(SqlSession session, string sql, CancellationToken ct)
    {
        var answer = (await session.QueryAsync(sql, ct).ConfigureAwait(false)).WithColumns(1);
        var lines = new List<string>(answer.Rows.Count);
        foreach (var row in answer.Rows)
        {
            lines.Add(answer.Text(row, 0));
        }

        return lines.Count > 0 ? lines : throw answer.Wrong("no row");
    }

    /// <summary>Null where the server answers with the given error, or with any where none is given.</summary>
    private static async ValueTask<SqlAnswer?> TryQueryAsync(SqlSession session, string sql, int? tolerated, CancellationToken ct)
    {
        try
        {
            return await session.QueryAsync(sql, ct).ConfigureAwait(false);
        }
        catch (CdcServerException e) when (!e.IsTransient && (tolerated is null || e.Code == tolerated || e.Code == SpecificAccessDenied))
        {
            return null;
        }
    }
}
