using System.Globalization;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Server;

namespace CdcEmbedded.MySql.Snapshots;

/// <summary>Opens read views whose position in the log is known exactly, with the shortest lock that the server and the user's privileges
/// allow (R58).</summary>
/// <remarks>
/// In this order:
/// <list type="number">
/// <item>No lock. MariaDB says to which position a view belongs. MySQL with GTIDs: where the log has not grown between a look at its end
/// and another one after the views were opened, and no transaction was between the log and its commit at the first look, the views show
/// exactly what the log has. A busy server gives no such moment, so there are few attempts.</item>
/// <item>FLUSH TABLES WITH READ LOCK, which waits for running statements and commits, and stops all others.</item>
/// <item>LOCK TABLES … READ on the tables alone, which waits for transactions that write them, and stops others.</item>
/// </list>
/// A lock is held by a connection of its own until all views are open and the position is read: BEGIN would release LOCK TABLES. Waiting
/// for a lock blocks the writers that come later, so it is limited.
/// </remarks>
internal sealed class ViewOpener(SnapshotServer server, SqlSession session, IReadOnlyList<MySqlSnapshotTable> tables, TimeProvider time)
{
    private const string Begin = "START TRANSACTION WITH CONSISTENT SNAPSHOT";
    private const int MaxAttempts = 5;
    private const int LockWaitSeconds = 10;

    /// <summary>The server's error of a wait for a lock that took too long.</summary>
    internal const int LockWaitTimeout = 1205;

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Error numbers that mean that the user lacks a privilege. Managed servers refuse FLUSH TABLES WITH READ LOCK by
    /// 1045.</summary>
    private static readonly int[] _denied = [1227, 1045, 1044, 1142, 1370];

    /// <summary>Opens the views.</summary>
    /// <param name="readers">How many.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="CdcServerException">The server or the user's privileges allow no way, or a lock was not to be had in
    /// time.</exception>
    public async ValueTask<MySqlConsistentView> OpenAsync(int readers, CancellationToken cancellationToken)
    {
        var sessions = new List<SqlSession>(readers);
        try
        {
            for (var i = 0; i < readers; i++)
            {
                sessions.Add(await server.OpenAsync(isForView: true, cancellationToken).ConfigureAwait(false));
            }

            var (position, how) = await TryWithoutLockAsync(sessions, cancellationToken).ConfigureAwait(false)
                ?? await WithLockAsync(sessions, cancellationToken).ConfigureAwait(false);
            return new MySqlConsistentView(position, how, sessions, time);
        }
        catch
        {
            foreach (var opened in sessions)
            {
                await opened.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    private async ValueTask<(BinlogPosition Position, string How)?> TryWithoutLockAsync(List<SqlSession> sessions,
        CancellationToken cancellationToken)
    {
        if (server.HasNoGtids)
        {
            return null;
        }

        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var position = server.Facts.Version.IsMariaDb ? await TryMariaDbAsync(sessions, cancellationToken).ConfigureAwait(false)
                : await TryMySqlAsync(sessions, cancellationToken).ConfigureAwait(false);
            if (position is not null)
            {
                return (position, $"no lock ({(attempt == 1 ? "first attempt" : $"attempt {attempt}")})");
            }

            await Task.Delay(_pause * attempt, time, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Each view says its position; if they are the same, so are the views.</summary>
    private async ValueTask<BinlogPosition?> TryMariaDbAsync(List<SqlSession> sessions, CancellationToken cancellationToken)
    {
        await BeginAsync(sessions, cancellationToken).ConfigureAwait(false);
        BinlogPosition? first = null;
        foreach (var reader in sessions)
        {
            var position = await server.ReadViewPositionAsync(reader, cancellationToken).ConfigureAwait(false);
            first ??= position;
            if (position.Coordinates != first.Coordinates)
            {
                return null;
            }
        }

        return first;
    }

    private async ValueTask<BinlogPosition?> TryMySqlAsync(List<SqlSession> sessions, CancellationToken cancellationToken)
    {
        var before = await server.ReadLogEndAsync(session, cancellationToken).ConfigureAwait(false);

        // A transaction owns its GTID from before it is written to the log until after its commit.
        var owned = await session.QueryAsync("SELECT @@GLOBAL.gtid_owned", cancellationToken).ConfigureAwait(false);
        if (owned.Text(owned.SingleRow(1), 0).Length > 0)
        {
            return null;
        }

        await BeginAsync(sessions, cancellationToken).ConfigureAwait(false);
        var executed = await ReadExecutedAsync(cancellationToken).ConfigureAwait(false);
        var after = await server.ReadLogEndAsync(session, cancellationToken).ConfigureAwait(false);
        return after != before ? null : new BinlogPosition { Server = server.Identity, Executed = executed, Coordinates = after };
    }

    private async ValueTask<(BinlogPosition Position, string How)> WithLockAsync(List<SqlSession> sessions,
        CancellationToken cancellationToken)
    {
        var holder = await server.OpenAsync(isForView: false, cancellationToken).ConfigureAwait(false);
        await using var disposing = holder.ConfigureAwait(false);

        // Before 5.7 LOCK TABLES waits for open transactions only without autocommit, by a lock inside InnoDB.
        await holder.QueryAsync(string.Create(CultureInfo.InvariantCulture, $"SET SESSION lock_wait_timeout={LockWaitSeconds}, "
            + $"SESSION innodb_lock_wait_timeout={LockWaitSeconds}, SESSION autocommit=0"), cancellationToken).ConfigureAwait(false);
        var started = time.GetTimestamp();
        var flush = await TryLockAsync(holder, "FLUSH TABLES WITH READ LOCK", cancellationToken).ConfigureAwait(false);
        var isGlobal = flush is null;
        if (!isGlobal)
        {
            started = time.GetTimestamp();
            var list = string.Join(", ", tables.Select(table => $"{SelectStatement.Identifier(table.Database)}."
                + $"{SelectStatement.Identifier(table.Name)} READ"));
            if (tables.Count > 0
                && await TryLockAsync(holder, $"LOCK TABLES {list}", cancellationToken).ConfigureAwait(false) is { } refusal)
            {
                throw Refused(flush, refusal);
            }
        }

        var locked = time.GetTimestamp();
        await BeginAsync(sessions, cancellationToken).ConfigureAwait(false);
        var position = await ReadLockedPositionAsync(isGlobal, cancellationToken).ConfigureAwait(false);
        await holder.QueryAsync("UNLOCK TABLES", cancellationToken).ConfigureAwait(false);
        var (waited, held) = (time.GetElapsedTime(started, locked), time.GetElapsedTime(locked));
        return (position, string.Create(CultureInfo.InvariantCulture, $"{(isGlobal ? "FLUSH TABLES WITH READ LOCK" : "LOCK TABLES … READ")}"
            + $" held for {held.TotalMilliseconds:F0} ms after {waited.TotalMilliseconds:F0} ms of waiting"));
    }

    /// <summary>Under the global lock no transaction is between the log and its commit. Under table locks only those of other tables are,
    /// which the views do not show: with GTIDs they follow in the stream.</summary>
    private async ValueTask<BinlogPosition> ReadLockedPositionAsync(bool isGlobal, CancellationToken cancellationToken)
    {
        var executed = server.Facts.Version.IsMariaDb
            ? new ExecutedGtids(await ServerFacts.ReadMariaDbPositionAsync(session, cancellationToken).ConfigureAwait(false))
            : server.Facts.HasGtids ? await ReadExecutedAsync(cancellationToken).ConfigureAwait(false) : default;
        return new BinlogPosition
        {
            Server = server.Identity,
            Executed = executed,
            Coordinates = isGlobal || !executed.HasValue ? await server.ReadLogEndAsync(session, cancellationToken).ConfigureAwait(false)
                : null,
        };
    }

    private async ValueTask<ExecutedGtids> ReadExecutedAsync(CancellationToken cancellationToken)
    {
        var answer = await session.QueryAsync("SELECT @@GLOBAL.gtid_executed", cancellationToken).ConfigureAwait(false);
        return new ExecutedGtids(answer.Parse(answer.SingleRow(1), 0, GtidSet.Parse));
    }

    private static async ValueTask BeginAsync(List<SqlSession> sessions, CancellationToken cancellationToken)
    {
        foreach (var reader in sessions)
        {
            await reader.QueryAsync(Begin, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>Null if the lock is held; else why it may not be.</returns>
    private static async ValueTask<CdcServerException?> TryLockAsync(SqlSession holder, string statement,
        CancellationToken cancellationToken)
    {
        try
        {
            await holder.QueryAsync(statement, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (CdcServerException e) when (Array.IndexOf(_denied, e.Code) >= 0 || e.Code == LockWaitTimeout)
        {
            return e;
        }
    }

    private CdcServerException Refused(CdcServerException? flush, CdcServerException locks)
    {
        var isBusy = flush?.Code == LockWaitTimeout || locks.Code == LockWaitTimeout;
        return new CdcServerException(locks.Code, locks.SqlState, $"{server.Name} gave no consistent view: without a lock its log did not "
            + $"rest or it has no GTIDs; FLUSH TABLES WITH READ LOCK: {flush?.Message}; LOCK TABLES: {locks.Message}. "
            + (isBusy ? $"Something holds its tables for more than {LockWaitSeconds} s, such as a long statement or an open transaction: "
            + "try again when it has ended." : "GRANT RELOAD ON *.* or GRANT LOCK TABLES, SELECT ON the databases to the user, or read the "
            + "tables in chunks beside the stream."), isBusy, locks);
    }
}
