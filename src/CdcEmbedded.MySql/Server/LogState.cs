using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Replication;

namespace CdcEmbedded.MySql.Server;

/// <summary>What a server says of its log at one moment, to be held against what was read from it before.</summary>
internal sealed record LogState
{
    /// <summary>As <see cref="ServerFacts.ServerUuid"/>.</summary>
    public required string? Server { get; init; }

    /// <summary>The transactions of its log, those that wait for their commit included; the default value without GTIDs.</summary>
    public ExecutedGtids Logged { get; init; }

    /// <summary>Where the log ends; null where the user may not see it.</summary>
    public BinlogCoordinates? End { get; init; }

    /// <summary>Whether a dump reads to the end of the file itself, and not to a mark in memory that waits for the disk: MySQL before 5.7.</summary>
    public bool IsReadToItsEnd { get; init; }

    /// <summary>Asks a server.</summary>
    /// <exception cref="FormatException">It answers in an unknown form.</exception>
    public static async ValueTask<LogState> ReadAsync(MySqlSession session, bool hasGtids, CancellationToken ct)
    {
        if (session.ServerVersion.IsMariaDb)
        {
            var row = await RowAsync(session, "SELECT @@GLOBAL.server_id, @@GLOBAL.hostname, @@GLOBAL.port, @@GLOBAL.gtid_binlog_pos", ct).ConfigureAwait(false);
            return new LogState
            {
                Server = ServerFacts.MariaDbIdentity(row[0], row[1], row[2]),
                Logged = new ExecutedGtids(MariaDbGtidPosition.Parse(row[3] ?? "")),
                End = await ServerFacts.ReadLogEndAsync(session, ct).ConfigureAwait(false),
            };
        }

        return new LogState
        {
            Server = (await RowAsync(session, "SELECT @@GLOBAL.server_uuid", ct).ConfigureAwait(false))[0],
            Logged = hasGtids ? new ExecutedGtids(await ServerFacts.ReadLoggedAsync(session, ct).ConfigureAwait(false)) : default,
            End = await ServerFacts.ReadLogEndAsync(session, ct).ConfigureAwait(false),
            IsReadToItsEnd = session.ServerVersion.Number is { Major: 5, Minor: < 7 },
        };
    }

    /// <summary>Says why the log cannot be the one that was read.</summary>
    /// <param name="read">The transactions read; the default value without GTIDs.</param>
    /// <param name="cursor">The place up to which it was read, and behind which nothing came for a while.</param>
    /// <returns>Null where it may well be the same.</returns>
    public string? Contradiction(ExecutedGtids read, BinlogCoordinates cursor)
    {
        if (Logged.ToSet() is { } executed && read.ToSet() is { } set)
        {
            var missing = set.Subtract(executed);
            return missing.IsEmpty ? IsOutgrown(cursor) : $"it has never executed the transactions {missing}, which were read";
        }

        if (Logged.Position is { } last && read.Position is { } position)
        {
            // A domain that the log knows no more may have been deleted from it (FLUSH BINARY LOGS DELETE_DOMAIN_ID).
            return position.IsAheadOf(last) || (!position.IsSubsetOf(last) && IsBehind(cursor))
                ? $"its last transactions are {(last.ToString() is { Length: > 0 } text ? text : "none")}, while {position} were read" : null;
        }

        return IsBehind(cursor) ? $"it ends at {End}, before {cursor}, up to where it was read" : IsOutgrown(cursor);
    }

    /// <summary>Whether the log ends before a place of the same series of files.</summary>
    private bool IsBehind(BinlogCoordinates cursor) => End is { } end && end.IsBefore(cursor);

    /// <summary>The file has more than the dump finds in it, so the dump has another one of the same name open.</summary>
    private string? IsOutgrown(BinlogCoordinates cursor) => IsReadToItsEnd && End is { } end && end.File == cursor.File && end.Position > cursor.Position
        && end.Position <= uint.MaxValue ? $"it goes on to {end}, while its dump found nothing behind {cursor}" : null;

    private static async ValueTask<string?[]> RowAsync(MySqlSession session, string sql, CancellationToken ct)
    {
        var result = await session.QueryAsync(sql, ct).ConfigureAwait(false);
        if (result.Rows is not [var row])
        {
            throw new FormatException($"'{sql}' was answered with {result.Rows.Count} rows.");
        }

        var values = new string?[row.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = row.GetString(i);
        }

        return values;
    }
}
