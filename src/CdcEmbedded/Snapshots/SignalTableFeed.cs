using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>Takes the signals out of a feed. A signal is stored before the stream passes it, so that a crash loses none (R72).</summary>
internal sealed class SignalTableFeed(ISourceFeed inner, SignalTable table, SignalIntake intake) : ISourceFeed
{
    public SourcePosition StartPosition => inner.StartPosition;

    public async ValueTask<FeedBatch?> ReadAsync(CancellationToken cancellationToken)
    {
        var batch = await inner.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (batch is null || !await AcceptAsync(batch, cancellationToken).ConfigureAwait(false) || table.IsDelivered)
        {
            return batch;
        }

        return batch.Select(Without);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <returns>True if the batch has changes of the signal table.</returns>
    private async ValueTask<bool> AcceptAsync(FeedBatch batch, CancellationToken cancellationToken)
    {
        var hasAny = false;
        foreach (var entry in batch.EntryList)
        {
            if (entry.Changes is not { } set || (set.HasOneTable && !IsSignal(set, 0)))
            {
                continue;
            }

            for (var i = 0; i < set.Count; i++)
            {
                if (!IsSignal(set, i))
                {
                    continue;
                }

                hasAny = true;
                if (set.GetOperation(i) == ChangeOperation.Create && SignalTable.Read(set.GetAfter(i)) is { IsWatermark: false } signal)
                {
                    // A provisional row may still be rolled back, and a transaction as large as that is no place for a signal.
                    await intake.AcceptAsync(!set.IsProvisional ? signal : SnapshotSignal.Broken(
                        "its transaction is too large to wait for its commit; insert it in a transaction of its own", signal.Id, null),
                        null, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        return hasAny;
    }

    private bool IsSignal(ChangeSet set, int change) => table.Is(set.GetDatabase(change), set.GetTable(change));

    private ChangeSet? Without(ChangeSet set)
    {
        if (set.HasOneTable)
        {
            return IsSignal(set, 0) ? null : set;
        }

        var left = new List<int>();
        for (var i = 0; i < set.Count; i++)
        {
            if (!IsSignal(set, i))
            {
                left.Add(i);
            }
        }

        return left.Count == set.Count ? set : left.Count == 0 ? null : new Rest(set, [.. left]);
    }

    private sealed class Rest(ChangeSet inner, int[] changes) : DelegatingChangeSet(inner)
    {
        public override int Count => changes.Length;

        protected override int InnerOf(int change) => changes[change];
    }
}
