using System.Data.Common;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.Testing;

public static partial class OffsetStoreConformance
{
    /// <summary>Runs all checks of <see cref="VerifyAsync"/>, and those of saves in transactions, with an ADO.NET provider.</summary>
    /// <param name="open">Opens a store over the same storage at each call, as a new process would.</param>
    /// <param name="dataSource">The database that holds the store.</param>
    /// <param name="cancellationToken">Ends the checks.</param>
    /// <exception cref="OffsetStoreConformanceException">A check failed; the message says which.</exception>
    public static Task VerifyTransactionsAsync(Func<ITransactionalOffsetStore<DbTransaction>> open, DbDataSource dataSource,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return VerifyTransactionsAsync(open, token => DbStoreTransaction.BeginAsync(dataSource, token), cancellationToken);
    }

    /// <summary>Runs all checks of <see cref="VerifyAsync"/>, and those of saves in transactions.</summary>
    /// <typeparam name="TTransaction">The store's kind of transaction.</typeparam>
    /// <param name="open">Opens a store over the same storage at each call, as a new process would.</param>
    /// <param name="begin">Begins a transaction, in a connection or session of its own.</param>
    /// <param name="cancellationToken">Ends the checks.</param>
    /// <exception cref="OffsetStoreConformanceException">A check failed; the message says which.</exception>
    public static async Task VerifyTransactionsAsync<TTransaction>(Func<ITransactionalOffsetStore<TTransaction>> open,
        Func<CancellationToken, ValueTask<StoreTransaction<TTransaction>>> begin, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(begin);
        await VerifyAsync(open, cancellationToken).ConfigureAwait(false);
        var key = $"conformance-tx-{Guid.NewGuid():N}";
        await VerifyCommitAsync(open, begin, key + "-commit", cancellationToken).ConfigureAwait(false);
        await VerifyRollbackAsync(open, begin, key + "-rollback", cancellationToken).ConfigureAwait(false);
        await VerifyTransactionConflictsAsync(open, begin, key + "-conflict", cancellationToken).ConfigureAwait(false);
        await VerifyTransactionRaceAsync(open, begin, key + "-first", exists: false, cancellationToken).ConfigureAwait(false);
        await VerifyTransactionRaceAsync(open, begin, key + "-next", exists: true, cancellationToken).ConfigureAwait(false);
    }

    private static async Task VerifyCommitAsync<T>(Func<ITransactionalOffsetStore<T>> open,
        Func<CancellationToken, ValueTask<StoreTransaction<T>>> begin, string key, CancellationToken cancellationToken)
    {
        var store = open();
        var transaction = await begin(cancellationToken).ConfigureAwait(false);
        long second;
        await using (transaction.ConfigureAwait(false))
        {
            Require(await store.LoadAsync(key, transaction.Transaction, cancellationToken).ConfigureAwait(false) is null,
                "LoadAsync in a transaction must return null for a key that was never saved.");
            var first = await store.SaveAsync(key, Text, 0, transaction.Transaction, cancellationToken).ConfigureAwait(false);
            Require(first > 0, $"The first SaveAsync in a transaction must return a version greater than 0; it returned {first}.");
            var seen = await store.LoadAsync(key, transaction.Transaction, cancellationToken).ConfigureAwait(false);
            Require(seen == new StoredOffset(Text, first), "LoadAsync in a transaction must return what the transaction saved.");
            second = await store.SaveAsync(key, "second", first, transaction.Transaction, cancellationToken).ConfigureAwait(false);
            Require(second > first, $"Each SaveAsync must return a greater version; after {first} it returned {second} in "
                + "one transaction.");
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        await RequireStoredAsync(open(), key, "second", second, "after a commit", cancellationToken).ConfigureAwait(false);
        await store.SaveAsync(key, "third", second, cancellationToken).ConfigureAwait(false);
    }

    private static async Task VerifyRollbackAsync<T>(Func<ITransactionalOffsetStore<T>> open,
        Func<CancellationToken, ValueTask<StoreTransaction<T>>> begin, string key, CancellationToken cancellationToken)
    {
        var store = open();
        var first = await store.SaveAsync(key, "first", 0, cancellationToken).ConfigureAwait(false);
        foreach (var isDisposedOnly in (bool[])[false, true])
        {
            var transaction = await begin(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await store.SaveAsync(key, "never", first, transaction.Transaction, cancellationToken).ConfigureAwait(false);
                if (!isDisposedOnly)
                {
                    await transaction.RollbackAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            await RequireStoredAsync(open(), key, "first", first, "after a rollback", cancellationToken).ConfigureAwait(false);
        }

        await store.SaveAsync(key, "second", first, cancellationToken).ConfigureAwait(false);
    }

    private static async Task VerifyTransactionConflictsAsync<T>(Func<ITransactionalOffsetStore<T>> open,
        Func<CancellationToken, ValueTask<StoreTransaction<T>>> begin, string key, CancellationToken cancellationToken)
    {
        var store = open();
        var first = await store.SaveAsync(key, "first", 0, cancellationToken).ConfigureAwait(false);
        var second = await store.SaveAsync(key, "second", first, cancellationToken).ConfigureAwait(false);
        foreach (var wrong in (long[])[0, first, second + 1])
        {
            var transaction = await begin(cancellationToken).ConfigureAwait(false);
            await using var ending = transaction.ConfigureAwait(false);
            try
            {
                await store.SaveAsync(key, "conflict", wrong, transaction.Transaction, cancellationToken).ConfigureAwait(false);
            }
            catch (OffsetConflictException)
            {
                continue;
            }

            throw new OffsetStoreConformanceException($"SaveAsync in a transaction where version {wrong} is expected and {second} "
                + "is stored must "
                + "throw OffsetConflictException; it saved.");
        }

        await RequireStoredAsync(open(), key, "second", second, "after refused saves in transactions", cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Two transactions from the same version: whatever the second one gets, an exception or a wait, one of them counts.</summary>
    private static async Task VerifyTransactionRaceAsync<T>(Func<ITransactionalOffsetStore<T>> open,
        Func<CancellationToken, ValueTask<StoreTransaction<T>>> begin, string key, bool exists, CancellationToken cancellationToken)
    {
        var version = exists ? await open().SaveAsync(key, "start", 0, cancellationToken).ConfigureAwait(false) : 0;
        var saved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var later = Task.Run(() => TryCommitAfterAsync(open(), begin, key, version, saved.Task, cancellationToken), cancellationToken);
        var first = await begin(cancellationToken).ConfigureAwait(false);
        long committed;
        await using (first.ConfigureAwait(false))
        {
            committed = await open().SaveAsync(key, "first", version, first.Transaction, cancellationToken).ConfigureAwait(false);
            saved.SetResult();
            var waiting = Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
            await Task.WhenAny(later, waiting).ConfigureAwait(false);
            await first.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        Require(!await later.ConfigureAwait(false), "Of two transactions that save with the same expected version, only one may be "
            + "committed; both "
            + "were. The version must be checked in the statement that writes it.");
        await RequireStoredAsync(open(), key, "first", committed, "after two transactions at once", cancellationToken)
            .ConfigureAwait(false);
    }

    private static async Task<bool> TryCommitAfterAsync<T>(ITransactionalOffsetStore<T> store,
        Func<CancellationToken, ValueTask<StoreTransaction<T>>> begin, string key, long version, Task saved,
        CancellationToken cancellationToken)
    {
        await saved.ConfigureAwait(false);
        try
        {
            var transaction = await begin(cancellationToken).ConfigureAwait(false);
            await using var ending = transaction.ConfigureAwait(false);
            await store.SaveAsync(key, "later", version, transaction.Transaction, cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
