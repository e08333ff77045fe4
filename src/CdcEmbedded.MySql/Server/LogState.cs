using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Server;

/// <summary>What a server says of its log at one moment, to be compared with what was read from it before.</summary>
internal sealed record LogState
{
    /// <summary>The transactions of its log, those that wait for their commit included; the default value without GTIDs.</summary>
    public ExecutedGtids Logged { get; init; }

    /// <summary>Where the log ends; null where the user may not see it.</summary>
    public BinlogCoordinates? End { get; init; }

    /// <summary>True if a dump reads to the end of the file itself, and not to a mark in memory that waits for the disk:
    /// MySQL before 5.7.</summary>
    public bool IsReadToItsEnd { get; init; }

    /// <summary>Asks the server.</summary>
    /// <param name="session">A connection to it.</param>
    /// <param name="facts">What it was when the stream started.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async ValueTask<LogState> ReadAsync(SqlSession session, ServerFacts facts, CancellationToken cancellationToken)
    {
        if (facts.Version.IsMariaDb)
        {
            return new LogState
            {
                Logged = new ExecutedGtids(await ServerFacts.ReadMariaDbPositionAsync(session, cancellationToken).ConfigureAwait(false)),
                End = await ServerFacts.ReadLogEndAsync(session, cancellationToken).ConfigureAwait(false),
            };
        }

        return new LogState
        {
            Logged = facts.HasGtids ? new ExecutedGtids(await ServerFacts.ReadLoggedAsync(session,
                cancellationToken).ConfigureAwait(false)) : default,
            End = await ServerFacts.ReadLogEndAsync(session, cancellationToken).ConfigureAwait(false),
            IsReadToItsEnd = facts.Version.Number is { Major: 5, Minor: < 7 },
        };
    }

    /// <summary>Finds out why the log cannot be the one that was read.</summary>
    /// <param name="read">The transactions read; the default value without GTIDs.</param>
    /// <param name="cursor">The position up to which it was read, and after which nothing came for a while.</param>
    /// <returns>The end of a sentence; null where it may well be the same log.</returns>
    public string? Contradiction(ExecutedGtids read, BinlogCoordinates cursor)
    {
        if (Logged.ToSet() is { } executed && read.ToSet() is { } set)
        {
            var missing = set.Subtract(executed);
            return missing.IsEmpty ? IsOutgrown(cursor) : $"it has never executed the transactions {missing}, which were read";
        }

        if (Logged.Position is { } last && read.Position is { } position)
        {
            // A domain that the log no longer knows may have been deleted from it (FLUSH BINARY LOGS DELETE_DOMAIN_ID).
            return position.IsAheadOf(last) || (!position.IsSubsetOf(last) && EndsBefore(cursor))
                ? $"its last transactions are {(last.ToString() is { Length: > 0 } text ? text : "none")}, while {position} were read"
                : null;
        }

        return EndsBefore(cursor) ? $"it ends at {End}, before {cursor}, up to where it was read" : IsOutgrown(cursor);
    }

    /// <summary>True if the log ends before a position of the same series of files.</summary>
    private bool EndsBefore(BinlogCoordinates cursor) => End is { } end && end.IsBefore(cursor);

    /// <summary>The file has more than the dump finds in it, so the dump has another one of the same name open.</summary>
    private string? IsOutgrown(BinlogCoordinates cursor) => IsReadToItsEnd && End is { } end && end.File == cursor.File
        && end.Position > cursor.Position
        && end.Position <= uint.MaxValue ? $"it reaches {end}, while its dump found nothing after {cursor}" : null;
}
