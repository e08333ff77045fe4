using CdcEmbedded.DeadLetters;
using CdcEmbedded.Formats;

namespace CdcEmbedded.Hosting.Delivery;

/// <summary>What follows the failure of a handler.</summary>
internal sealed class FailureRules(StreamRun run)
{
    private const string Follows = "It was not handled: an earlier change of its key is a dead letter.";

    private static readonly EnvelopeJsonOptions _readable = new() { UndecodableText = UndecodableText.Bytes };
    private readonly List<GivenUpChange> _uncommitted = [];

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
    /// <param name="transaction">The transaction of the batch, if the letters are part of it.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    public async ValueTask ParkAsync(HandlerException failure, int attempts, object? transaction,
        CancellationToken cancellationToken)
    {
        var cause = failure.InnerException ?? failure;
        foreach (var change in failure.Changes)
        {
            if (run.Options.Retry.OnFailure == HandlerFailureAction.Skip || run.DeadLetters is not { } store)
            {
                Log.Skipped(run.Logger, cause, run.Name, failure.Handler.Name, change.EventId, attempts);
                OnGivenUp(failure.Handler, GivenUpChange.Skipped);
                continue;
            }

            await ParkAsync(store, failure.Handler, change, ErrorOf(cause, change), attempts, transaction, cancellationToken)
                .ConfigureAwait(false);
            Log.Parked(run.Logger, cause, run.Name, failure.Handler.Name, change.EventId, attempts);
            OnGivenUp(failure.Handler, GivenUpChange.DeadLetter);
        }
    }

    /// <summary>A transaction begins again: what was given up in the one before was rolled back.</summary>
    public void OnRestart() => _uncommitted.Clear();

    /// <summary>The transaction is committed: what was given up in it is counted.</summary>
    public void OnCommitted()
    {
        _uncommitted.ForEach(Count);
        _uncommitted.Clear();
    }

    /// <summary>A single value that cannot be decoded does not know its column: which ones they are, the change says.</summary>
    private static string ErrorOf(Exception cause, ChangeEvent change)
        => cause is CdcProtocolException && Undecodable.Describe(change) is { Length: > 0 } columns
            ? cause + Environment.NewLine + columns : cause.ToString();

    /// <summary>Stores the changes as dead letters that must wait for a dead letter of their key.</summary>
    /// <returns>The changes that need not wait; the same list if none must.</returns>
    public async ValueTask<IReadOnlyList<ChangeEvent>> HoldAsync(HandlerEntry handler, IReadOnlyList<ChangeEvent> changes,
        object? transaction, CancellationToken cancellationToken)
    {
        if (run.Held is not { } held || run.DeadLetters is not { } store)
        {
            return changes;
        }

        List<ChangeEvent>? free = null;
        for (var i = 0; i < changes.Count; i++)
        {
            if (!await MustWaitAsync(held, store, handler, changes[i], transaction, cancellationToken).ConfigureAwait(false))
            {
                free?.Add(changes[i]);
                continue;
            }

            free ??= [.. changes.Take(i)];
            await ParkAsync(store, handler, changes[i], Follows, 0, transaction, cancellationToken).ConfigureAwait(false);
            Log.Held(run.Logger, run.Name, handler.Name, changes[i].EventId);
            OnGivenUp(handler, GivenUpChange.Held);
        }

        return free ?? changes;
    }

    private void OnGivenUp(HandlerEntry handler, string outcome)
    {
        var change = new GivenUpChange(handler.Name, outcome);
        if (run.Transactions is null)
        {
            Count(change);
        }
        else
        {
            _uncommitted.Add(change);
        }
    }

    private void Count(GivenUpChange change)
    {
        run.Progress.OnGivenUp();
        HandlerMeter.CountGivenUp(run.Name, change);
    }

    private async ValueTask<bool> MustWaitAsync(HeldKeys held, IDeadLetterStore store, HandlerEntry handler, ChangeEvent change,
        object? transaction, CancellationToken cancellationToken)
    {
        var table = $"{change.Database}.{change.Table}";
        if (!held.MayHold(handler.Name, table))
        {
            return false;
        }

        // A replay may have handled it meanwhile, also in another process.
        var keys = HeldKeys.KeysOf(change);
        return held.MayHold(handler.Name, table, keys) && await store.HasAsync(run.Name, handler.Name, table, HeldKeys.HoldersOf(keys),
            transaction, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask ParkAsync(IDeadLetterStore store, HandlerEntry handler, ChangeEvent change, string error, int attempts,
        object? transaction, CancellationToken cancellationToken)
    {
        ThrowIfDeposed(transaction is not null);
        var keys = HeldKeys.KeysOf(change);
        var letter = new DeadLetter
        {
            Stream = run.Name,
            Handler = handler.Name,
            Table = $"{change.Database}.{change.Table}",
            Key = keys.Count > 0 ? keys[0] : DeadLetter.WholeTable,
            FormerKey = keys.Count > 1 ? keys[1] : "",
            EventId = change.EventId,
            Event = TextOf(change),
            Content = StoredChange.Write(change),
            Error = error,
            Attempts = attempts,
            ParkedAt = run.Time.GetUtcNow(),
        };
        await store.ParkAsync(letter, transaction, cancellationToken).ConfigureAwait(false);
        run.Held?.Add(letter);
    }

    /// <summary>The change as people read it. A value that cannot be read may be why the handler failed: it must not keep the change from
    /// becoming a letter.</summary>
    private static string TextOf(ChangeEvent change)
    {
        using var json = new EnvelopeJson(_readable);
        try
        {
            return json.ToJson(change);
        }
        catch (CdcProtocolException)
        {
            return json.ToJson(new ReadableChange(change).ToEvent(0));
        }
    }

    /// <summary>A letter outside the offset's transaction would remain although another instance handles the change.</summary>
    /// <remarks>A transaction that has saved the offset first keeps others, and the renewal of the lease, from writing it.</remarks>
    private void ThrowIfDeposed(bool isInTransaction)
    {
        if (!isInTransaction && run.Transactions?.SavesFirst != true
            && run.Engine?.Status.Lease is { IsHeld: false })
        {
            throw new LeaseLostException(
                $"The lease of stream '{run.Name}' has run out: the instance that is active next handles the change again.");
        }
    }
}
