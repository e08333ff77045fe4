using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Server;

/// <summary>Compares what a server says of itself with what a row stream needs. Reports everything at once, each with the statement that
/// fixes it (R25, R26).</summary>
internal static class Preflight
{
    /// <summary>The findings on settings and privileges; empty where all is well.</summary>
    public static List<SourceFinding> Check(ServerFacts facts)
    {
        var findings = new List<SourceFinding>();
        if (facts.Version.IsMariaDb && facts.Version.Number < new Version(10, 2))
        {
            findings.Add(new(true, "mysql.flavour", $"The server is MariaDB {facts.Version}, older than any that this version reads.",
                "Use MariaDB 10.2 or later; 10.11 and 11.8 are tested."));
            return findings;
        }

        CheckLog(facts, findings);
        CheckPrivileges(facts, findings);
        return findings;
    }

    /// <summary>Says what is missing before the earliest position; nothing if the log is complete or another start is asked for.</summary>
    public static List<SourceFinding> CheckStart(StartPosition start, ServerFacts facts)
    {
        if (!ReferenceEquals(start, StartPosition.Earliest) || facts.Logs is not [var (file, _), ..])
        {
            return [];
        }

        var missing = facts.GtidPurged is { } purged ? purged.IsEmpty ? null : $"Transactions {Shorten(purged.ToString())} before it"
            : BinlogCoordinates.IsFirstFile(file) ? null : "The files before it";
        return missing is null ? []
            :
            [
                new(false, "mysql.earliest", $"The earliest position is the begin of {file}. {missing} have been purged from the log: "
                    + "their changes are not in the stream.", "Read the tables first if you need what is older. Keep logs longer: "
                    + "SET GLOBAL binlog_expire_logs_seconds = 2592000;"),
            ];
    }

    private static string Shorten(string text) => text.Length <= 300 ? text : $"{text.AsSpan(0, 300)}…";

    private static void CheckLog(ServerFacts facts, List<SourceFinding> findings)
    {
        if (facts["log_bin"] == "OFF")
        {
            findings.Add(new(true, "mysql.log_bin", "log_bin is OFF: the server writes no binlog, so there are no changes to read.",
                "Add log_bin=binlog and a server_id to the server's configuration and restart it."));
        }

        if (facts["binlog_storage_engine"] is { Length: > 0 } engine)
        {
            findings.Add(new(true, "mysql.binlog_storage_engine", $"binlog_storage_engine is {engine}: the server keeps its binlog inside "
                + "that engine (MariaDB 12.3 and later), a log that this version was never tested with and therefore does not read.",
                "Remove binlog_storage_engine from the server's configuration and restart it, or read from a replica that writes binlog "
                + "files."));
        }

        if (facts["binlog_format"] is { } format && format != "ROW")
        {
            findings.Add(new(true, "mysql.binlog_format", $"binlog_format is {format}: changes are logged as statements, without their "
                + "rows.",
                "SET GLOBAL binlog_format = 'ROW'; and reconnect the writing applications, whose sessions keep the old value."));
        }

        if (facts.HidesReplicatedChanges)
        {
            findings.Add(new(true, "mysql.log_replica_updates", "The server is a replica with log_replica_updates=OFF: what it gets from "
                + "its source is not in its binlog, so those changes would be missing.", "Set log_replica_updates=ON in the server's "
                + "configuration (log_slave_updates before 8.0.26) and restart it, or read from its source."));
        }

        if (int.TryParse(facts["binlog_expire_logs_seconds"], out var seconds) && seconds is > 0 and < 3600)
        {
            findings.Add(new(false, "mysql.binlog_expire_logs_seconds", $"binlog_expire_logs_seconds is {seconds}: an application that is "
                + "stopped for longer loses its position.", "SET GLOBAL binlog_expire_logs_seconds = 604800;"));
        }

        if (facts["binlog_order_commits"] == "OFF")
        {
            findings.Add(new(false, "mysql.binlog_order_commits", "binlog_order_commits is OFF: transactions may become visible to queries "
                + "in another order than that of the log, so what a query sees is no state that the stream passes through.",
                "SET GLOBAL binlog_order_commits = ON;"));
        }

        if (facts["binlog_row_image"] is { } image && image != "FULL")
        {
            findings.Add(new(false, "mysql.binlog_row_image", $"binlog_row_image is {image}: columns that a change does not touch are "
                + "absent from its before and after.", "SET GLOBAL binlog_row_image = 'FULL';"));
        }

        if (facts["binlog_row_metadata"] is { } metadata && metadata != "FULL")
        {
            findings.Add(new(false, "mysql.binlog_row_metadata", $"binlog_row_metadata is {metadata}: the log does not name columns. They "
                + "are read from information_schema at the start, followed through the statements in the log, and kept beside the offset.",
                "SET GLOBAL binlog_row_metadata = 'FULL';"));
        }

        if (facts["gtid_mode"] is not ("ON" or null) && facts.Version.Number >= new Version(8, 0))
        {
            findings.Add(new(false, "mysql.gtid_mode", $"gtid_mode is {facts["gtid_mode"]}: offsets are file and position, which are valid "
                + "on this one server only.", "Set gtid_mode and enforce_gtid_consistency to ON, in the steps of the manual's \"Enabling "
                + "GTID Transactions Online\"."));
        }
    }

    private static void CheckPrivileges(ServerFacts facts, List<SourceFinding> findings)
    {
        if (!facts.HasPrivilege("REPLICATION SLAVE"))
        {
            findings.Add(new(true, "mysql.replication_slave", "The user lacks the privilege REPLICATION SLAVE, without which the server "
                + "sends no binlog.", "GRANT REPLICATION SLAVE ON *.* TO <user>;"));
        }

        if (!facts.HasPrivilege("REPLICATION CLIENT") && !facts.HasPrivilege("BINLOG MONITOR") && !facts.HasPrivilege("SUPER"))
        {
            findings.Add(new(true, "mysql.replication_client", "The user lacks the privilege REPLICATION CLIENT, without which the stored "
                + "position cannot be checked against the server's logs.", "GRANT REPLICATION CLIENT ON *.* TO <user>;"));
        }
    }
}
