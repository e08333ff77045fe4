using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Server;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>The server that a snapshot reads: opens connections to it that read as the log is written, and asks it for positions.</summary>
/// <param name="server">The server.</param>
/// <param name="facts">What it says of itself.</param>
/// <param name="time">The clock.</param>
/// <param name="watermarks">What may be written as watermarks; null for none. Used only where the server does not say what is
/// visible.</param>
internal sealed class SnapshotServer(KnownServer server, ServerFacts facts, TimeProvider time, WatermarkRow? watermarks = null)
{
    // A consumer may take its time between two parts, and so may other tables.
    private const int LongestPauseSeconds = 7 * 24 * 3600;

    // Without autocommit the first query would begin a view that all later ones see. TIMESTAMP is printed in UTC, as it is in the log.
    // Keys may be dates of any kind.
    private const string Settings = "SET SESSION autocommit=1, SESSION time_zone='+00:00', SESSION sql_mode='ALLOW_INVALID_DATES', "
        + "SESSION sql_select_limit=DEFAULT, SESSION sql_big_selects=1";

    // Those that some versions do not have.
    private static readonly string[] _optionalSettings =
    [
        $"net_write_timeout={LongestPauseSeconds}", $"wait_timeout={LongestPauseSeconds}", "max_execution_time=0", "max_statement_time=0",
        "show_gipk_in_create_table_and_information_schema=ON",
    ];

    /// <summary>What the server says of itself.</summary>
    public ServerFacts Facts => facts;

    private readonly WatermarkRow? _row = !facts.Version.IsMariaDb && !facts.HasGtids ? watermarks : null;

    /// <summary>The server's identity in positions.</summary>
    public string Identity => server.Identity;

    /// <summary>The server as messages name it.</summary>
    public string Name => server.Host.ToString();

    /// <summary>True if only the locks of rows say that a transaction's changes are visible: MySQL without GTIDs, unless watermarks are
    /// written.</summary>
    public bool ReadsWithLocks => !facts.Version.IsMariaDb && !facts.HasGtids && _row is null;

    /// <summary>True if the log's end is known only by its file and position, and what is visible by none.</summary>
    public bool HasNoGtids => !facts.Version.IsMariaDb && !facts.HasGtids;

    /// <summary>Opens a connection for reading.</summary>
    /// <param name="isForView">True if it is to have a consistent view.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask<SqlSession> OpenAsync(bool isForView, CancellationToken cancellationToken)
    {
        var session = await server.OpenSqlAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // A consistent view exists at this level only. A locking read at the lower level locks rows, but no gaps between them.
            var level = isForView || !ReadsWithLocks ? "REPEATABLE READ" : "READ COMMITTED";
            await session.QueryAsync(Settings, cancellationToken).ConfigureAwait(false);
            await session.QueryAsync($"SET SESSION TRANSACTION ISOLATION LEVEL {level}", cancellationToken).ConfigureAwait(false);
            foreach (var setting in _optionalSettings)
            {
                try
                {
                    await session.QueryAsync($"SET SESSION {setting}", cancellationToken).ConfigureAwait(false);
                }
                catch (CdcServerException e) when (!e.IsTransient)
                {
                    // Another version, or a server that does not let this user.
                }
            }

            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Returns a position up to which everything is visible to every read that starts afterwards (R63).</summary>
    /// <remarks>
    /// A transaction is in the log before it is visible: it is written, synchronized, perhaps acknowledged by a replica, then committed.
    /// <list type="bullet">
    /// <item>MySQL with GTIDs adds it to gtid_executed after the commit.</item>
    /// <item>MariaDB counts it in gtid_binlog_pos and gtid_current_pos before the commit. The position that belongs to a consistent view
    /// moves with the commit, in its order.</item>
    /// <item>MySQL without GTIDs has nothing of the kind, so the position is the log's end, and <see cref="ReadsWithLocks"/>: a
    /// transaction in the log that is not yet committed still holds the locks of its rows, for which a locking read waits. With
    /// a table for watermarks it is the log's end after a row of our own was committed: commits happen in the order of the log
    /// (binlog_order_commits), so everything before that row is visible, and that includes all that the stream has delivered.</item>
    /// </list>
    /// Measured with commits that wait between the log and the commit (semi-synchronous replication, AFTER_SYNC).
    /// </remarks>
    public async ValueTask<BinlogPosition> ReadVisibleAsync(SqlSession session, CancellationToken cancellationToken)
    {
        if (facts.Version.IsMariaDb)
        {
            await session.QueryAsync("START TRANSACTION WITH CONSISTENT SNAPSHOT", cancellationToken).ConfigureAwait(false);
            var position = await ReadViewPositionAsync(session, cancellationToken).ConfigureAwait(false);
            await session.QueryAsync("COMMIT", cancellationToken).ConfigureAwait(false);
            return new BinlogPosition { Server = Identity, Executed = position.Executed, Coordinates = position.Coordinates,
                IsWatermark = true };
        }

        if (!facts.HasGtids)
        {
            if (_row is { } row)
            {
                await row.OpenAsync(session, cancellationToken).ConfigureAwait(false);
            }

            return new BinlogPosition { Server = Identity,
                Coordinates = await ReadLogEndAsync(session, cancellationToken).ConfigureAwait(false), IsWatermark = true };
        }

        var answer = await session.QueryAsync("SELECT @@GLOBAL.gtid_executed", cancellationToken).ConfigureAwait(false);
        return new BinlogPosition { Server = Identity, IsWatermark = true,
            Executed = new ExecutedGtids(answer.Parse(answer.SingleRow(1), 0, GtidSet.Parse)) };
    }

    /// <summary>Returns a position that includes everything that any earlier read may have seen.</summary>
    /// <remarks>A commit is visible a moment before gtid_executed has it, but its GTID is owned from before it is in the log
    /// (<see cref="SettledGtids"/>). A GTID may also be owned for long, by a replica's applier or a session that chose it, so it counts
    /// only where it matters: with row images of a part of the columns. MariaDB counts a transaction before its commit in any
    /// case.</remarks>
    public async ValueTask<BinlogPosition> ReadHighAsync(SqlSession session, CancellationToken cancellationToken)
    {
        if (facts.Version.IsMariaDb)
        {
            var logged = await ServerFacts.ReadMariaDbPositionAsync(session, cancellationToken).ConfigureAwait(false);
            return new BinlogPosition { Server = Identity, IsWatermark = true, Executed = new ExecutedGtids(logged) };
        }

        if (facts.HasGtids && facts["binlog_row_image"] is { } image && image != "FULL")
        {
            return new BinlogPosition { Server = Identity, IsWatermark = true,
                Executed = new ExecutedGtids(await SettledGtids.ReadAsync(session, Name, time, cancellationToken)
                    .ConfigureAwait(false)) };
        }

        if (_row is { } row)
        {
            // What was visible to a read was in the log before.
            await row.CloseAsync(session, cancellationToken).ConfigureAwait(false);
            return new BinlogPosition { Server = Identity,
                Coordinates = await ReadLogEndAsync(session, cancellationToken).ConfigureAwait(false), IsWatermark = true };
        }

        return await ReadVisibleAsync(session, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns the position of the consistent view that the session has open (MariaDB).</summary>
    public async ValueTask<BinlogPosition> ReadViewPositionAsync(SqlSession session, CancellationToken cancellationToken)
    {
        var answer = (await session.QueryAsync("SHOW STATUS LIKE 'binlog_snapshot_%'", cancellationToken).ConfigureAwait(false))
            .WithColumns(2);
        string? file = null;
        long position = 0;
        foreach (var row in answer.Rows)
        {
            if (answer.Text(row, 0).EndsWith("file", StringComparison.OrdinalIgnoreCase))
            {
                file = row[1];
            }
            else if (answer.Text(row, 0).EndsWith("position", StringComparison.OrdinalIgnoreCase))
            {
                position = answer.Number(row, 1);
            }
        }

        if (string.IsNullOrEmpty(file))
        {
            throw answer.Wrong("no log position of the view");
        }

        // File names are the server's own; quotes in them would end the literal.
        var gtids = await session.QueryAsync($"SELECT BINLOG_GTID_POS({InformationSchema.Literal(file)}, {position})", cancellationToken)
            .ConfigureAwait(false);
        return new BinlogPosition
        {
            Server = Identity,
            Executed = new ExecutedGtids(gtids.Parse(gtids.SingleRow(1), 0, MariaDbGtidPosition.Parse)),
            Coordinates = new BinlogCoordinates(file, position),
        };
    }

    /// <summary>Returns the end of the log.</summary>
    /// <exception cref="ServerMisconfiguredException">The user may not see it.</exception>
    public async ValueTask<BinlogCoordinates> ReadLogEndAsync(SqlSession session, CancellationToken cancellationToken)
        => await ServerFacts.ReadLogEndAsync(session, cancellationToken).ConfigureAwait(false)
            ?? throw new CdcServerException(1227, "42000", $"{Name} does not show where its log ends, so the position of a snapshot is not "
                + "known. GRANT REPLICATION CLIENT ON *.* TO the user (BINLOG MONITOR on MariaDB).");
}
