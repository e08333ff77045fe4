using System.Data.Common;
using System.Runtime.CompilerServices;

namespace CdcEmbedded.Offsets;

/// <summary>Writers of an SQLite database, which has one lock for all of them. Its providers wait for that lock on the caller's thread and
/// do not look at the token meanwhile, so a write that waits for a transaction of the same process could never be called back.</summary>
/// <remarks>Thread-safe.</remarks>
internal static class SqliteWriters
{
    // A handler that writes to the same database outside its own transaction gets the provider's error after this time, as it always did.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);
    private static readonly ConditionalWeakTable<DbDataSource, SemaphoreSlim> Turns = [];

    /// <summary>Waits until no other writer of this process has its turn; returns at once for other databases.</summary>
    public static async ValueTask<Turn> EnterAsync(DbTable table, CancellationToken cancellationToken)
    {
        if (table.Dialect != DbOffsetDialect.Sqlite)
        {
            return default;
        }

        var turns = Turns.GetValue(table.DataSource, static _ => new SemaphoreSlim(1, 1));
        return new Turn(await turns.WaitAsync(Patience, cancellationToken).ConfigureAwait(false) ? turns : null);
    }

    /// <summary>Executes a write, waiting for the lock for as long as the command's timeout says, a second at a time: between them the
    /// token is looked at.</summary>
    public static async ValueTask<int> ExecuteAsync(DbCommand command, CancellationToken cancellationToken)
    {
        // Of the system, as the provider's own: virtual time does not pass while a thread waits.
        var time = TimeProvider.System;
        var start = time.GetTimestamp();
        var patience = command.CommandTimeout == 0 ? TimeSpan.MaxValue : TimeSpan.FromSeconds(command.CommandTimeout);
        command.CommandTimeout = Step.Seconds;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var began = time.GetTimestamp();
            try
            {
                return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (DbException) when (time.GetElapsedTime(began) >= Step && time.GetElapsedTime(start) < patience)
            {
                // Only waiting for the lock takes that long.
            }
        }
    }

    /// <summary>A turn, which its disposal ends.</summary>
    public readonly struct Turn(SemaphoreSlim? turns) : IDisposable
    {
        public void Dispose() => turns?.Release();
    }
}
