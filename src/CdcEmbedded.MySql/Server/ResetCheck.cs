using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Replication;

namespace CdcEmbedded.MySql.Server;

/// <summary>Compares a stored offset with the log that the server has now. A reset log may have as many transactions again as the offset
/// has, and then its GTIDs alone show nothing (R10).</summary>
/// <remarks>What a reset changes is where the transactions are: the offset's coordinates are past the log's end, are not where an event
/// begins, or a transaction begins there that the offset has already. Only a log in which the same position happens to be the begin of a
/// transaction that the offset lacks looks like the old one.</remarks>
internal static class ResetCheck
{
    /// <summary>ER_ERROR_WHEN_EXECUTING_COMMAND: "Wrong offset or I/O error".</summary>
    private const int WrongOffset = 1220;

    /// <summary>Asks the server what is at the offset's coordinates.</summary>
    /// <param name="session">A connection to it.</param>
    /// <param name="start">What was asked for.</param>
    /// <param name="facts">The server.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="OffsetLostException">The log is another one.</exception>
    public static async ValueTask CheckAsync(
        SqlSession session, StartPosition start, ServerFacts facts, CancellationToken cancellationToken)
    {
        if (start.Offset is not { } offset || facts.Logs is not { Count: > 0 } logs
            || BinlogPosition.Read(offset) is not { Coordinates: { File.Length: > 0 } at, Server: { } server } position
            || !string.Equals(server, facts.ServerUuid, StringComparison.OrdinalIgnoreCase) || IsPurged(position, facts))
        {
            return;
        }

        var end = new BinlogCoordinates(logs[^1].File, logs[^1].Size);
        if (at.CompareTo(end) > 0)
        {
            throw Lost(position, $"the log ends at {end} now");
        }

        foreach (var (file, size) in logs)
        {
            if (file == at.File && at.Position > size)
            {
                throw Lost(position, $"that file has {size} bytes now");
            }

            if (file == at.File && at.Position < size && at.Position > BinlogCoordinates.FirstPosition
                && await ContradictionAsync(session, position, at, cancellationToken).ConfigureAwait(false) is { } contradiction)
            {
                throw Lost(position, contradiction);
            }
        }
    }

    /// <summary>True if the transactions of the offset are gone from the log in a regular way, or by a copy of another server's data: the
    /// coordinates then say nothing.</summary>
    private static bool IsPurged(BinlogPosition position, ServerFacts facts)
        => position.GtidSet is { IsEmpty: false } set && facts.GtidPurged is { } purged && set.IsSubsetOf(purged);

    private static async ValueTask<string?> ContradictionAsync(SqlSession session, BinlogPosition position, BinlogCoordinates at,
        CancellationToken cancellationToken)
    {
        if (at.File.AsSpan().ContainsAny('\'', '\\'))
        {
            return null;
        }

        SqlAnswer answer;
        try
        {
            answer = await session.QueryAsync($"SHOW BINLOG EVENTS IN '{at.File}' FROM {at.Position} LIMIT 1", cancellationToken)
                .ConfigureAwait(false);
        }
        catch (CdcServerException e) when (e.Code == WrongOffset)
        {
            return "no event begins there now";
        }
        catch (CdcServerException e) when (!e.IsTransient)
        {
            // This user may not see it, or this flavour does not know it: the check is a help, not a condition.
            return null;
        }

        return answer.Columns.Count >= 6 && answer.Rows is [[_, _, "Gtid", _, _, { } info], ..] && GtidOf(info) is { HasValue: true } gtid
            && position.Executed.HasValue && position.Executed.Contains(gtid)
            ? $"transaction {gtid} begins there now, which was read before that position" : null;
    }

    /// <summary>MySQL writes <c>SET @@SESSION.GTID_NEXT= 'uuid:number'</c>, MariaDB <c>BEGIN GTID domain-server-number</c>.</summary>
    private static TransactionGtid GtidOf(string info)
    {
        if (info.Split('\'') is [_, var text, _] && GtidSet.TryParse(text, out var set) && set.Count == 1)
        {
            return new TransactionGtid(Gtid.Parse(text));
        }

        var word = info.LastIndexOf("GTID ", StringComparison.Ordinal);
        return word >= 0 && MariaDbGtid.TryParse(info[(word + 5)..].Split(' ')[0], out var gtid) ? new TransactionGtid(gtid) : default;
    }

    private static OffsetLostException Lost(BinlogPosition position, string contradiction) => new(
        $"The stored position {position} is not in this server's log any more: {contradiction}. The log was reset (RESET BINARY LOGS AND "
        + "GTIDS, RESET MASTER) since, so changes may be gone. Read the tables again, then start from the latest position, or "
            + "delete the stored "
        + "offset to start afresh.");
}
