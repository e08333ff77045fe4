using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Server;

/// <summary>Turns what was asked for into a position that this server has, or reports why it no longer has it (R9, R10).</summary>
internal static class StartResolver
{
    /// <summary>Resolves a start.</summary>
    /// <param name="start">What was asked for.</param>
    /// <param name="facts">The server.</param>
    /// <param name="logEnd">The end of its log now; null where it could not be read.</param>
    /// <exception cref="OffsetLostException">The position no longer exists, or belongs to another server.</exception>
    /// <exception cref="OffsetFormatException">The offset is not one of MySQL.</exception>
    public static BinlogPosition Resolve(StartPosition start, ServerFacts facts, BinlogCoordinates? logEnd)
    {
        if (start.Offset is { } offset)
        {
            var document = BinlogPosition.Read(offset);
            return document.GtidPosition is { } position ? CheckPosition(document, position, facts)
                : document.GtidSet is { } set && facts.HasGtids ? CheckGtids(document, set, facts) : CheckFile(document, facts);
        }

        if (ReferenceEquals(start, StartPosition.Earliest))
        {
            return facts.Logs is [var oldest, ..]
                ? new BinlogPosition
                {
                    Server = facts.ServerUuid,
                    Executed = facts.GtidPurged is { } purged ? new ExecutedGtids(purged) : default,
                    Coordinates = new BinlogCoordinates(oldest.File, BinlogCoordinates.FirstPosition),
                }
                : throw new OffsetLostException("The server lists no binlog to start from. Check log_bin and the privilege REPLICATION "
                + "CLIENT.");
        }

        return logEnd is { } end
            ? new BinlogPosition { Server = facts.ServerUuid, Executed = facts.Executed, Coordinates = end }
            : throw new OffsetLostException("The server does not show the end of its binlog. Check log_bin and the privilege REPLICATION "
            + "CLIENT.");
    }

    /// <summary>MariaDB itself reports at the dump if what follows a position is gone.</summary>
    private static BinlogPosition CheckPosition(BinlogPosition document, MariaDbGtidPosition stored, ServerFacts facts)
    {
        if (facts.GtidPosition is not { } last)
        {
            throw new OffsetLostException($"The stored position {stored} is one of MariaDB, but {Name(facts)} is not. Point the source at "
                + "the right server, or delete the stored offset to start afresh.");
        }

        return !IsAhead(document, facts.Executed) ? document : throw new OffsetLostException($"The stored position {stored} is ahead of "
            + $"{Name(facts)}, whose log ends at {last}: it is another server, was reset (RESET MASTER) or restored from an older backup. "
            + "Point the source at the right server, or delete the stored offset to start afresh.");
    }

    /// <summary>True if a stored offset holds transactions that the server does not have.</summary>
    public static bool IsAhead(StartPosition start, ServerFacts facts)
    {
        if (start.Offset is not { } offset)
        {
            return false;
        }

        return IsAhead(BinlogPosition.Read(offset), facts.GtidLogged is { } logged ? new ExecutedGtids(logged) : facts.Executed);
    }

    /// <summary>Some of the transaction that the position is inside was read, too.</summary>
    private static bool IsAhead(BinlogPosition position, ExecutedGtids logged) => position.Touched.CompareTo(logged) is GtidOrder.After
        or GtidOrder.Crossed;

    private static BinlogPosition CheckGtids(BinlogPosition document, GtidSet stored, ServerFacts facts)
    {
        var executed = facts.GtidExecuted ?? GtidSet.Empty;
        var logged = facts.GtidLogged ?? executed;
        var read = document.Touched.ToSet() ?? stored;
        if (!read.IsSubsetOf(logged))
        {
            throw new OffsetLostException($"The stored position is ahead of the server: it holds transactions {read.Subtract(logged)} that "
                + $"{Name(facts)} has never executed. It is another server, was reset (RESET BINARY LOGS AND GTIDS) or restored from an "
                + "older backup. Point the source at the right server, or delete the stored offset to start afresh.");
        }

        // Open XA transactions are in the set, and are read again all the same.
        var missing = executed.Subtract(document.DumpStart.GtidSet ?? stored).Intersect(facts.GtidPurged ?? GtidSet.Empty);
        return missing.IsEmpty ? document : throw new OffsetLostException($"The server has purged transactions {missing} that were not "
            + "read yet: their changes are gone from its binlog. Read the tables again, then start from the latest position; keep logs "
            + "longer with binlog_expire_logs_seconds.");
    }

    private static BinlogPosition CheckFile(BinlogPosition document, ServerFacts facts)
    {
        if (document.Coordinates is not { File: var file, Position: var position })
        {
            throw new OffsetLostException($"The stored position is the GTID set {document.GtidSet}, but {Name(facts)} has gtid_mode="
                + $"{facts["gtid_mode"] ?? "unknown"}. Turn GTIDs on, or start from a file and position.");
        }

        if (document.Server is { } server && facts.ServerUuid is { } actual
            && !string.Equals(server, actual, StringComparison.OrdinalIgnoreCase))
        {
            throw new OffsetLostException($"The stored position {file}:{position} belongs to the server with UUID {server}, but this one "
                + $"is {actual}; a file and position means nothing on another server. Point the source at the right server, use GTIDs, or "
                + "delete the stored offset to start afresh.");
        }

        if (position > uint.MaxValue)
        {
            throw new OffsetLostException($"The position {file}:{position} is beyond 4 GiB, which a dump by file and position cannot "
                + "address. Turn GTIDs on, or start from the next binlog file.");
        }

        if (facts.Logs is not { } logs)
        {
            return document;
        }

        foreach (var log in logs)
        {
            if (log.File == file)
            {
                return position <= log.Size ? document : throw new OffsetLostException($"The stored position {file}:{position} is "
                    + $"past the end of that file ({log.Size} bytes): the server lost the tail of its binlog in a crash, or the log was "
                    + "reset. Delete the stored offset to start afresh, and compare the tables.");
            }
        }

        var oldest = logs.Count > 0 ? logs[0].File : "none";
        throw new OffsetLostException($"The binlog {file} of the stored position is no longer on the server, whose oldest is {oldest}: "
            + "changes between them are gone. Read the tables again, then start from the latest position; keep logs longer with "
            + "binlog_expire_logs_seconds.");
    }

    private static string Name(ServerFacts facts) => facts.ServerUuid is { } uuid ? $"this server ({uuid})" : "this server";
}
