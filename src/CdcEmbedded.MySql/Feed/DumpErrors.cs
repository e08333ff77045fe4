namespace CdcEmbedded.MySql.Feed;

/// <summary>Tells the meanings of error 1236 apart, which the server uses for everything that ends a dump (R8).</summary>
/// <remarks>Texts: server source sql/rpl_binlog_sender.cc and share/messages_to_clients.txt, alike from 5.6 to 9.7.</remarks>
internal static class DumpErrors
{
    private const int FatalErrorReadingBinlog = 1236;

    public static CdcException Classify(CdcServerException error, bool hasOwnServerId)
    {
        if (error.Code != FatalErrorReadingBinlog)
        {
            return error;
        }

        var text = error.Message;
        if (Has(text, "purged") || Has(text, "could not find first log file") || Has(text, "Could not find GTID state requested by slave") || Has(text, "Could not find first log"))
        {
            return new OffsetLostException("The server no longer has the binlog from the stored position on, so changes are gone from it. Read the "
                + $"tables anew, then start from the latest position; keep logs longer with binlog_expire_logs_seconds. {text}", error);
        }

        if (Has(text, "could not find next log"))
        {
            return new OffsetLostException("The server's binlogs were deleted while they were read (RESET BINARY LOGS AND GTIDS, RESET MASTER), so changes "
                + $"may be gone. Read the tables anew, then start from the latest position. {text}", error);
        }

        if (Has(text, "more GTIDs than the") || Has(text, "which is not in the master's binlog") || Has(text, "impossible position") || Has(text, "position > file size"))
        {
            return new OffsetLostException("The stored position is ahead of the server's binlog: it is another server, was reset, or lost the end of "
                + $"its log in a crash. Point the source at the right server, or delete the stored offset to start afresh. {text}", error);
        }

        if (Has(text, "same server_uuid") || Has(text, "same server_id"))
        {
            // A random id is drawn anew for the next attempt; one that the user chose would only throw the other reader out again.
            return new CdcServerException(error.Code, error.SqlState, "Another replica with the same server id has connected, and the server ended "
                + $"this stream. Give each reader an id of its own, or leave ServerId unset. {text}", isTransient: !hasOwnServerId, error);
        }

        if (Has(text, "bogus data in log event") || Has(text, "binlog truncated in the middle of event") || Has(text, "event read from binlog did not pass"))
        {
            return new SourceInconsistentException($"The server cannot read its own binlog behind the stored position: it is damaged. Compare the captured tables, "
                + $"then start behind the damaged file. {text}", error);
        }

        if (Has(text, "max_allowed_packet"))
        {
            return new CdcServerException(error.Code, error.SqlState, "An event is larger than the server lets its dump send. Raise "
                + $"max_allowed_packet on the server (SET GLOBAL max_allowed_packet = 1073741824;). {text}", innerException: error);
        }

        return error;
    }

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
}
