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
        "gtid_mode", "server_uuid", "lower_case_table_names", "binlog_expire_logs_seconds", "innodb_native_foreign_keys", "log_replica_updates",
        "log_slave_updates", "binlog_order_commits", "hostname", "port", "server_id",
    ];

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    public required MySqlServerVersion Version { get; init; }

    /// <summary>Null where the server has no such variable.</summary>
    public string? this[string variable] => _values.GetValueOrDefault(variable);

    /// <summary>What tells this server from others; null before 5.6. MariaDB has no UUID: its number, host and port stand in.</summary>
    public string? ServerUuid => Version.IsMariaDb ? MariaDbIdentity(this["server_id"], this["hostname"], this["port"]) : this["server_uuid"];

    /// <summary>The last transactions in MariaDB's log; null for MySQL.</summary>
    public MariaDbGtidPosition? GtidPosition { get; private set; }

    public bool HasGtids => this["gtid_mode"] == "ON";

    public bool IgnoresTableCase => this["lower_case_table_names"] is "1" or "2";

    /// <summary>Whether the server replicates from another one without logging what it gets from there.</summary>
    public bool HidesReplicatedChanges { get; private set; }

    /// <summary>Null without GTIDs.</summary>
    public GtidSet? GtidExecuted { get; private set; }

    /// <summary>The transactions executed so far, by the GTIDs of either kind of server; the default value without GTIDs.</summary>
    public ExecutedGtids Executed => GtidPosition is { } position ? new ExecutedGtids(position) : GtidExecuted is { } set ? new ExecutedGtids(set) : default;

    /// <summary>The executed transactions and those that wait for their commit, which a dump may have sent already; null without GTIDs.</summary>
    public GtidSet? GtidLogged { get; private set; }

    /// <summary>Null without GTIDs.</summary>
    public GtidSet? GtidPurged { get; private set; }

    /// <summary>The binlogs still there with their sizes, oldest first; null where the user may not see them.</summary>
    public IReadOnlyList<(string File, long Size)>? Logs { get; private set; }

    /// <summary>The lines of SHOW GRANTS, those of active roles included.</summary>
    public IReadOnlyList<string> Grants { get; private set; } = [];

    public static async ValueTask<ServerFacts> ReadAsync(MySqlSession session, CancellationToken ct)
    {
        var facts = new ServerFacts { Version = session.ServerVersion };
        var list = "'" + string.Join("','", _variables) + "'";
        var result = await session.QueryAsync($"SHOW GLOBAL VARIABLES WHERE Variable_name IN ({list})", ct).ConfigureAwait(false);
        foreach (var row in result.Rows)
        {
            facts._values[row.GetString(0) ?? ""] = row.GetString(1) ?? "";
        }

        // SHOW VARIABLES would cut a long set.
        if (facts.Version.IsMariaDb)
        {
            var position = await session.QueryAsync("SELECT @@GLOBAL.gtid_binlog_pos", ct).ConfigureAwait(false);
            facts.GtidPosition = MariaDbGtidPosition.Parse(position.Rows is [var last] ? last.GetString(0) ?? "" : "");
        }
        else if (facts.HasGtids)
        {
            await facts.ReadGtidsAsync(session, ct).ConfigureAwait(false);
        }

        facts.Grants = await ReadGrantsAsync(session, ct).ConfigureAwait(false);
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

    /// <summary>Whether the server applies what it gets from another one.</summary>
    public static async ValueTask<bool> IsReplicatingAsync(MySqlSession session, CancellationToken ct)
    {
        if (await ReadReplicationAsync(session, ct).ConfigureAwait(false) is not { } replication)
        {
            return false;
        }

        var running = Math.Max(replication.IndexOf("Replica_SQL_Running"), replication.IndexOf("Slave_SQL_Running"));
        return running >= 0 && replication.Rows.Any(row => row.GetString(running) == "Yes");
    }

    private static async ValueTask<QueryResult?> ReadReplicationAsync(MySqlSession session, CancellationToken ct)
        => await TryQueryAsync(session, "SHOW REPLICA STATUS", SyntaxError, ct).ConfigureAwait(false)
            ?? await TryQueryAsync(session, "SHOW SLAVE STATUS", SyntaxError, ct).ConfigureAwait(false);

    /// <summary>All transactions that a MySQL server with GTIDs has sent to any reader of its log: one that waits for semi-synchronous replicas is in the log
    /// and owned, and moves from there to the executed ones. Asked for in this order, none is missed.</summary>
    public static async ValueTask<GtidSet> ReadLoggedAsync(MySqlSession session, CancellationToken ct)
    {
        var owned = await ReadOwnedAsync(session, ct).ConfigureAwait(false);
        var executed = await session.QueryAsync("SELECT @@GLOBAL.gtid_executed", ct).ConfigureAwait(false);
        return GtidSet.Parse(executed.Rows[0].GetString(0) ?? "").Union(owned);
    }

    private static async ValueTask<GtidSet> ReadOwnedAsync(MySqlSession session, CancellationToken ct)
    {
        var owned = await session.QueryAsync("SELECT @@GLOBAL.gtid_owned", ct).ConfigureAwait(false);
        return OwnedGtids.Read(owned.Rows[0].GetString(0) ?? "");
    }

    private async ValueTask ReadGtidsAsync(MySqlSession session, CancellationToken ct)
    {
        var owned = await ReadOwnedAsync(session, ct).ConfigureAwait(false);
        var sets = await session.QueryAsync("SELECT @@GLOBAL.gtid_executed, @@GLOBAL.gtid_purged", ct).ConfigureAwait(false);
        GtidExecuted = GtidSet.Parse(sets.Rows[0].GetString(0) ?? "");
        GtidLogged = GtidExecuted.Union(owned);
        GtidPurged = GtidSet.Parse(sets.Rows[0].GetString(1) ?? "");
    }

    /// <summary>The end of the log now.</summary>
    /// <returns>Null where the user may not see it.</returns>
    public static async ValueTask<BinlogCoordinates?> ReadLogEndAsync(MySqlSession session, CancellationToken ct)
    {
        // 8.4 removed the old spelling, servers before 8.2 do not know the new one, and version texts are not to be trusted.
        var result = await TryQueryAsync(session, "SHOW BINARY LOG STATUS", SyntaxError, ct).ConfigureAwait(false)
            ?? await TryQueryAsync(session, "SHOW MASTER STATUS", SyntaxError, ct).ConfigureAwait(false);
        return result?.Rows is [var row] && long.TryParse(row.GetString(1), out var position) ? new BinlogCoordinates(row.GetString(0) ?? "", position) : null;
    }

    /// <summary>What stands in for MariaDB's UUID.</summary>
    public static string MariaDbIdentity(string? serverId, string? hostName, string? port) => $"mariadb-{serverId}@{hostName}:{port}";

    /// <summary>Whether a global privilege is there, as its own grant or with all of them.</summary>
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
                if (granted.Equals(privilege, StringComparison.OrdinalIgnoreCase) || granted.StartsWith("ALL PRIVILEGES", StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static async ValueTask<IReadOnlyList<(string, long)>?> ReadLogsAsync(MySqlSession session, CancellationToken ct)
    {
        var result = await TryQueryAsync(session, "SHOW BINARY LOGS", SpecificAccessDenied, ct).ConfigureAwait(false);
        if (result is null)
        {
            return null;
        }

        var logs = new List<(string, long)>(result.Rows.Count);
        foreach (var row in result.Rows)
        {
            logs.Add((row.GetString(0) ?? "", long.TryParse(row.GetString(1), out var size) ? size : 0));
        }

        return logs;
    }

    private static async ValueTask<IReadOnlyList<string>> ReadGrantsAsync(MySqlSession session, CancellationToken ct)
    {
        var grants = await ReadLinesAsync(session, "SHOW GRANTS", ct).ConfigureAwait(false);

        // Privileges that come through roles are listed only when the roles are named. Servers before 8.0 know no roles: 1064 or 1305.
        // MariaDB lists an active role's grants by itself, and knows no USING.
        var roles = session.ServerVersion.IsMariaDb ? null : await TryQueryAsync(session, "SELECT CURRENT_ROLE()", null, ct).ConfigureAwait(false);
        if (roles?.Rows is [var row] && row.GetString(0) is { } active && active != "NONE" && active.Length > 0)
        {
            grants.AddRange(await ReadLinesAsync(session, $"SHOW GRANTS FOR CURRENT_USER() USING {active}", ct).ConfigureAwait(false));
        }

        return grants;
    }

    private static async ValueTask<List<string>> ReadLinesAsync(MySqlSession session, string sql, CancellationToken ct)
    {
        var result = await session.QueryAsync(sql, ct).ConfigureAwait(false);
        var lines = new List<string>(result.Rows.Count);
        foreach (var row in result.Rows)
        {
            lines.Add(row.GetString(0) ?? "");
        }

        return lines;
    }

    /// <summary>Null where the server answers with the given error, or with any where none is given.</summary>
    private static async ValueTask<QueryResult?> TryQueryAsync(MySqlSession session, string sql, int? tolerated, CancellationToken ct)
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
