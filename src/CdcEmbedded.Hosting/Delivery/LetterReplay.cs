using CdcEmbedded.DeadLetters;
using CdcEmbedded.Sources;
using Microsoft.Extensions.DependencyInjection;

namespace CdcEmbedded.Hosting.Delivery;

/// <summary>Handles the dead letters of a stream again, in the order of each key.</summary>
internal sealed class LetterReplay(StreamRun run, IDeadLetterStore store, ISource source, Func<DeadLetter, bool>? select)
{
    private readonly HeldKeys _held = new();
    private int _replayed;
    private int _failed;
    private int _remaining;

    public async ValueTask<DeadLetterReplay> ReplayAsync(CancellationToken cancellationToken)
    {
        // While letters are replayed, the stream stores changes that follow them as further letters.
        var last = 0L;
        for (var isOver = false; !isOver;)
        {
            isOver = true;
            await foreach (var letter in store.ReadAsync(run.Name, cancellationToken).ConfigureAwait(false))
            {
                if (letter.Id > last)
                {
                    last = letter.Id;
                    isOver = false;
                    await ReplayAsync(letter, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        return new DeadLetterReplay(_replayed, _failed, _remaining);
    }

    private async ValueTask ReplayAsync(DeadLetter letter, CancellationToken cancellationToken)
    {
        List<string> keys = letter.Key == DeadLetter.WholeTable ? []
            : letter.FormerKey.Length == 0 ? [letter.Key] : [letter.Key, letter.FormerKey];
        if (_held.MayHold(letter.Handler, letter.Table, keys))
        {
            _held.Add(letter);
            _remaining++;
            return;
        }

        if (select is not null && !select(letter))
        {
            _held.Add(letter);
            return;
        }

        try
        {
            _replayed += await HandleAsync(letter, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            _held.Add(letter);
            _failed++;
            Log.ReplayFailed(run.Logger, (e as HandlerException)?.InnerException ?? e, run.Name, letter.Handler, letter.EventId);
        }
    }

    /// <returns>False if another replay has handled it.</returns>
    private async ValueTask<bool> HandleAsync(DeadLetter letter, CancellationToken cancellationToken)
    {
        if (letter.Content.Length == 0)
        {
            throw new NotSupportedException(
                $"The dead letter {letter.Id} cannot be replayed: it has values that only the source can make.");
        }

        var handler = run.Handlers.FirstOrDefault(handler => handler.Name == letter.Handler)
            ?? throw new InvalidOperationException($"The stream has no handler '{letter.Handler}' any more.");
        var change = StoredChange.Read(letter.Content, source);
        var scope = run.Services.CreateAsyncScope();
        await using var ending = scope.ConfigureAwait(false);
        if (run.Transactions is not { } database)
        {
            await CallAsync(null).ConfigureAwait(false);
            return await store.RemoveAsync(letter, null, cancellationToken).ConfigureAwait(false);
        }

        var transaction = await database.BeginAsync(cancellationToken).ConfigureAwait(false);
        await using var rollingBack = transaction.ConfigureAwait(false);

        // The removal comes first: of two replays at once, the second one waits for it and finds nothing to remove.
        if (run.SharesTransactions
            && !await store.RemoveAsync(letter, transaction.Transaction, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        await CallAsync(transaction.Transaction).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return run.SharesTransactions || await store.RemoveAsync(letter, null, cancellationToken).ConfigureAwait(false);

        ValueTask CallAsync(object? open) => handler.HandleAsync([change],
            new ChangeContext(run.Name, scope.ServiceProvider, open, 1) { IsReplay = true }, run.Time, cancellationToken);
    }
}
