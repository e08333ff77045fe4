namespace CdcEmbedded.MySql.Replication;

/// <summary>Distinguishes the meanings of error 1236, which the server uses for everything that ends a dump (R8).</summary>
/// <remarks>Texts: MySQL from 5.6 to 9.7, sql/rpl_master.cc, sql/rpl_binlog_sender.cc and share/messages_to_clients.txt (newer ones say
/// source and replica for master and slave); MariaDB 10.11 and 11.8, sql/sql_repl.cc and sql/share/errmsg-utf8.txt. The server appends file
/// names, so that a single word such as "purged" is not enough.</remarks>
internal static class DumpErrors
{
    /// <summary>What to do about a reset.</summary>
    public const string ResetText = "The server's binlogs were deleted while they were read (RESET BINARY LOGS AND GTIDS, RESET MASTER), "
        + "so changes may be gone. Read the tables again, then start from the latest position.";

    private const int FatalErrorReadingBinlog = 1236;

    /// <summary>ER_SLAVE_SAME_ID of MariaDB, which has a code of its own.</summary>
    private const int SameIdOfMariaDb = 4052;

    private static readonly (string Part, DumpErrorKind Kind)[] _parts =
    [
        ("purged required binary logs", DumpErrorKind.Purged),
        ("purged binary logs containing", DumpErrorKind.Purged),
        ("Could not find GTID state requested by slave", DumpErrorKind.Purged),
        ("Could not find first log file", DumpErrorKind.Purged),
        ("could not find next log", DumpErrorKind.Reset),
        ("more GTIDs than the", DumpErrorKind.Ahead),
        ("impossible position", DumpErrorKind.Ahead),
        ("position > file size", DumpErrorKind.Ahead),
        ("which is not in the master's binlog", DumpErrorKind.Ahead),
        ("binlog on the master is missing the GTID", DumpErrorKind.Ahead),
        ("same server_uuid", DumpErrorKind.SameServerId),
        ("same server_id", DumpErrorKind.SameServerId),
        ("bogus data in log event", DumpErrorKind.Damaged),
        ("corrupted data in log event", DumpErrorKind.Damaged),
        ("binlog truncated in the middle of event", DumpErrorKind.Damaged),
        ("event read from binlog did not pass", DumpErrorKind.Damaged),
        ("exceeded max_allowed_packet", DumpErrorKind.TooLarge),
        ("exceeded slave_max_allowed_packet", DumpErrorKind.TooLarge),
        ("exceeded replica_max_allowed_packet", DumpErrorKind.TooLarge),
        ("memory allocation failed", DumpErrorKind.Passing),
        ("I/O error reading log event", DumpErrorKind.Passing),
    ];

    /// <summary>Makes the exception that says what to do.</summary>
    /// <param name="error">What the server sent.</param>
    /// <param name="collisions">What happened to the source's server ids before; it is informed of another collision.</param>
    public static CdcException Classify(CdcServerException error, ServerIdCollisions collisions)
    {
        var text = error.Message;
        return KindOf(error) switch
        {
            DumpErrorKind.Purged => new OffsetLostException("The server no longer has the binlog from the stored position on, so changes "
                + $"are gone from it. Read the tables again, then start from the latest position; keep logs longer with "
                + $"binlog_expire_logs_seconds. {text}", error),
            DumpErrorKind.Reset => new OffsetLostException($"{ResetText} {text}", error),
            DumpErrorKind.Ahead => new OffsetLostException("The stored position is not in the server's binlog, or ahead of it: it is "
                + "another server, was reset, or lost the end of its log in a crash. Point the source at the right server, or delete the "
                + "stored offset to start afresh. "
                + text, error),
            DumpErrorKind.SameServerId => collisions.Next(error),
            DumpErrorKind.Damaged => new SourceInconsistentException("The server cannot read its own binlog after the stored position: it "
                + $"is damaged, or the position is not one where an event begins. Compare the captured tables, then start after the "
                + $"damaged file. {text}", error),
            DumpErrorKind.TooLarge => Again("An event is larger than the server lets its dump send. Raise max_allowed_packet on the server "
                + $"(SET GLOBAL max_allowed_packet = 1073741824;). {text}", isTransient: false),
            DumpErrorKind.Passing => Again($"The server could not read its binlog just now. If this happens again, look into the server's "
                + $"error log. {text}",
                isTransient: true),
            _ => error,
        };

        CdcServerException Again(string message, bool isTransient) => new(error.Code, error.SqlState, message, isTransient, error);
    }

    private static DumpErrorKind KindOf(CdcServerException error)
    {
        if (error.Code is FatalErrorReadingBinlog or SameIdOfMariaDb)
        {
            foreach (var (part, kind) in _parts)
            {
                if (error.Message.Contains(part, StringComparison.OrdinalIgnoreCase))
                {
                    return kind;
                }
            }
        }

        return DumpErrorKind.Other;
    }
}
