using System.Runtime.ExceptionServices;
using Microsoft.Extensions.DependencyInjection;

namespace CdcEmbedded.Hosting.Delivery;

/// <summary>Calls the handlers of one batch after another, in a scope of its own and, where the store allows it, in one transaction with
/// the offset.</summary>
internal sealed class BatchDelivery(StreamRun run)
{
    private readonly FailureRules _rules = new(run);

    /// <summary>Handles a batch. With a transaction, a failed attempt is rolled back and the whole batch is tried again; without one, the
    /// next attempt begins with the change that failed.</summary>
    /// <param name="batch">The last batch, with the offset after all changes.</param>
    /// <param name="changes">What is to be handled of it, and of the batches that were gathered before it.</param>
    /// <param name="cancellationToken">Cancels the handlers.</param>
    public async ValueTask HandleAsync(ChangeBatch batch, IReadOnlyList<ChangeEvent> changes, CancellationToken cancellationToken)
    {
        run.Progress.Begin(run.Time);
        var work = new BatchWork(changes, run.Handlers);
        for (var attempt = 1; !await TryHandleAsync(batch, work, attempt, cancellationToken).ConfigureAwait(false); attempt++)
        {
            // The next attempt.
        }

        run.Progress.OnHandled();
    }

    private async ValueTask<bool> TryHandleAsync(ChangeBatch batch, BatchWork work, int attempt, CancellationToken cancellationToken)
    {
        Exception failure;
        try
        {
            await AttemptAsync(batch, work, attempt, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OffsetConflictException e) when (e.IsAlreadyStored)
        {
            // An earlier attempt was committed, although its answer was lost.
            _rules.OnCommitted();
            return true;
        }
        catch (Exception e) when (e is not OffsetConflictException && !cancellationToken.IsCancellationRequested)
        {
            failure = e;
        }

        if (run.Transactions?.IsTransient(failure) == true)
        {
            // The changes are not to blame: none of them is skipped, or becomes a dead letter.
            failure = (failure as HandlerException)?.InnerException ?? failure;
        }

        var attempts = work.CountFailure(failure);
        if (await _rules.TryWaitAsync(failure, attempts, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        if (failure is not HandlerException handler || run.Options.Retry.OnFailure == HandlerFailureAction.Fail)
        {
            ExceptionDispatchInfo.Throw(failure);
            return false;
        }

        work.Park(handler, attempts);
        return false;
    }

    private async ValueTask AttemptAsync(ChangeBatch batch, BatchWork work, int attempt, CancellationToken cancellationToken)
    {
        var scope = run.Services.CreateAsyncScope();
        await using var ending = scope.ConfigureAwait(false);
        if (run.Transactions is not { } database)
        {
            await CallAsync(work, new ChangeContext(run.Name, scope.ServiceProvider, null, attempt), cancellationToken)
                .ConfigureAwait(false);
            return;
        }

        var transaction = await database.BeginAsync(cancellationToken).ConfigureAwait(false);
        await using var rollingBack = transaction.ConfigureAwait(false);
        work.Restart();
        if (database.SavesFirst)
        {
            await transaction.SaveAsync(batch, cancellationToken).ConfigureAwait(false);
        }

        _rules.OnRestart();
        await CallAsync(work, new ChangeContext(run.Name, scope.ServiceProvider, transaction.Transaction, attempt), cancellationToken)
            .ConfigureAwait(false);
        if (!database.SavesFirst)
        {
            await transaction.SaveAsync(batch, cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        _rules.OnCommitted();
    }

    private async ValueTask CallAsync(BatchWork work, ChangeContext context, CancellationToken cancellationToken)
    {
        var transaction = run.SharesTransactions ? context.OpenTransaction : null;
        while (work.Current is { } call)
        {
            if (work.ParkedOf(call) is { } parked)
            {
                await _rules.ParkAsync(parked.Failure, parked.Attempts, transaction, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                var free = await _rules.HoldAsync(call.Handler, call.Changes, transaction, cancellationToken).ConfigureAwait(false);
                if (free.Count > 0)
                {
                    await call.Handler.HandleAsync(free, context, run.Time, cancellationToken).ConfigureAwait(false);
                }
            }

            work.MoveNext();
        }
    }
}
