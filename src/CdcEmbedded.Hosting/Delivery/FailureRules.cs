using CdcEmbedded.Formats;

namespace CdcEmbedded.Hosting.Delivery;

/// <summary>What follows the failure of a handler.</summary>
internal sealed class FailureRules(StreamRun run)
{
    /// <summary>Waits before the next attempt.</summary>
    /// <returns>False if there is none.</returns>
    public async ValueTask<bool> TryWaitAsync(Exception failure, int attempt, CancellationToken cancellationToken)
    {
        run.Progress.Failure = failure;
        if (attempt >= run.Options.Retry.MaxAttempts)
        {
            return false;
        }

        var delay = run.Options.Retry.DelayAfter(attempt);
        Log.Retries(run.Logger, failure, run.Name, attempt, delay.TotalSeconds);
        await Task.Delay(delay, run.Time, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Skips changes, or stores them as dead letters.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="attempts">Number of attempts.</param>
    /// <param name="context">With the transaction of the batch, if there is one.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    public async ValueTask ParkAsync(HandlerException failure, int attempts, ChangeContext? context, CancellationToken cancellationToken)
    {
        var cause = failure.InnerException ?? failure;
        foreach (var change in failure.Changes)
        {
            if (run.Options.Retry.OnFailure == HandlerFailureAction.Skip || run.DeadLetters is not { } store)
            {
                Log.Skipped(run.Logger, cause, run.Name, failure.Handler.Name, change.EventId, attempts);
                continue;
            }

            using var json = new EnvelopeJson();
            await store.ParkAsync(
                new DeadLetter
                {
                    Stream = run.Name,
                    Handler = failure.Handler.Name,
                    EventId = change.EventId,
                    Event = json.ToJson(change),
                    Error = cause.ToString(),
                    Attempts = attempts,
                    ParkedAt = run.Time.GetUtcNow(),
                },
                context?.Transaction,
                cancellationToken).ConfigureAwait(false);
            Log.Parked(run.Logger, cause, run.Name, failure.Handler.Name, change.EventId, attempts);
        }
    }
}
