using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Engine;

/// <summary>The engine's side of the offset store: loads once, then saves forward only, one save at a time, compare-and-set.</summary>
#pragma warning disable CA1001 // Never disposed: a call that waits for one that hangs would then wait for ever.
internal sealed class OffsetKeeper(StoreSlot slot, IOffsetOrigin? stream)
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _savedSequence;
    private volatile CancellationTokenSource? _renewing;
    private volatile ISnapshotState? _savedSnapshot;

    /// <summary>Everything below this sequence number is stored.</summary>
    public long SavedSequence => Interlocked.Read(ref _savedSequence);

    /// <summary>Number of offsets that were stored, here or in a transaction of the application.</summary>
    public long Commits => slot.Saves;

    /// <summary>The state of the snapshots in the last offset that was stored here; null for none.</summary>
    public ISnapshotState? SavedSnapshot => _savedSnapshot;

    /// <summary>Reads the stored offset and remembers its version.</summary>
    /// <exception cref="OffsetFormatException">It is damaged, or belongs to another kind of source.</exception>
    public async ValueTask<CdcOffset?> LoadAsync(ISource source, CancellationToken cancellationToken)
    {
        await slot.LoadAsync(cancellationToken).ConfigureAwait(false);
        return Read(source);
    }

    /// <summary>Returns the offset that was read, once the source has understood its position: damage is reported before anything is
    /// connected.</summary>
    /// <returns>Null if none is stored.</returns>
    /// <exception cref="OffsetFormatException">It is damaged, or belongs to another kind of source.</exception>
    public CdcOffset? Read(ISource source)
    {
        var offset = Parse(slot.Text);
        if (offset is null)
        {
            return null;
        }

        if (offset.Connector != source.Connector)
        {
            throw new OffsetFormatException($"The offset stored under '{slot.Key}'{slot.Place} belongs to a source of kind "
                + $"'{offset.Connector}', not of kind '{source.Connector}'. Give this engine another name, or remove the offset to start "
                + "over.");
        }

        try
        {
            source.ReadPosition(offset);
        }
        catch (OffsetFormatException e)
        {
            throw new OffsetFormatException($"The offset stored under '{slot.Key}'{slot.Place} cannot be used. {e.Message} Restore a copy "
                + "of it, or remove it to start afresh.", e);
        }

        return offset;
    }

    /// <summary>Reads a stored text, without its lease.</summary>
    /// <returns>Null for no text.</returns>
    /// <exception cref="OffsetFormatException">It is damaged.</exception>
    public CdcOffset? Parse(string? text)
    {
        try
        {
            return text is null ? null : CdcOffset.Parse(text);
        }
        catch (OffsetFormatException e)
        {
            throw new OffsetFormatException($"What is stored under '{slot.Key}'{slot.Place} is damaged. {e.Message}", e);
        }
    }

    /// <summary>Stores the position of a first start.</summary>
    public ValueTask SaveStartAsync(StreamPlace place, CancellationToken cancellationToken)
        => SaveAsync(place, 0, cancellationToken);

    /// <summary>Stores a position, unless the same or a later one is already stored.</summary>
    /// <param name="place">The position to resume from.</param>
    /// <param name="sequence">The watermark that it covers; 0 only at a first start.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    public async ValueTask SaveAsync(StreamPlace place, long sequence, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            slot.ThrowIfConflict();
            if (sequence <= _savedSequence && slot.Text is not null)
            {
                return;
            }

            await slot.SaveAsync(place.ToOffset(stream).ToString(), sequence, cancellationToken).ConfigureAwait(false);
            Interlocked.Exchange(ref _savedSequence, sequence);
            _savedSnapshot = place.State.Snapshot;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Stores a position after which nothing was yielded, where the application stores the others.</summary>
    /// <param name="place">The position.</param>
    /// <param name="sequence">The watermark that it covers.</param>
    /// <param name="required">The end of what was yielded.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>False if the application has not committed everything that was yielded.</returns>
    public async ValueTask<bool> TryAdvanceAsync(StreamPlace place, long sequence, long required, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var isStored = await slot.TryAdvanceAsync(place.ToOffset(stream).ToString(), sequence, required, cancellationToken)
                .ConfigureAwait(false);
            _savedSnapshot = isStored ? place.State.Snapshot : _savedSnapshot;
            return isStored;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Stores an offset in a transaction of the application.</summary>
    /// <param name="offset">The offset.</param>
    /// <param name="sequence">The watermark that it covers.</param>
    /// <param name="transaction">The store, as it is inside the transaction.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    public async ValueTask EnlistAsync(CdcOffset offset, long sequence, IOffsetStore transaction, CancellationToken cancellationToken)
    {
        // A renewal may wait for the row that this transaction has locked, and this call for the renewal.
        InterruptRenewal();
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await slot.EnlistAsync(offset.ToString(), sequence, transaction, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The transaction of <see cref="EnlistAsync"/> is committed: the lease in it is renewed, so that a stream whose transactions
    /// leave no time between them needs no other renewal.</summary>
    /// <param name="sequence">The watermark that was stored.</param>
    public void OnCommitted(long sequence)
    {
        // A call that has its turn now finds out by itself.
        if (_turn.Wait(0))
        {
            try
            {
                slot.OnCommitted(sequence);
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    /// <summary>Reads what is stored, with the lease.</summary>
    public ValueTask<StoredOffset?> LoadRowAsync(CancellationToken cancellationToken)
        => InTurnAsync(static (slot, _, token) => slot.LoadRowAsync(token), cancellationToken);

    /// <summary>Writes a lease over what was read.</summary>
    /// <returns>False if another instance was faster.</returns>
    public ValueTask<bool> TakeAsync(ISlotLease lease, CancellationToken cancellationToken)
        => InTurnAsync((slot, _, token) => slot.TakeAsync(lease, token), cancellationToken);

    /// <summary>Writes the lease again.</summary>
    /// <exception cref="LeaseLostException">Another instance has taken over.</exception>
    public async ValueTask RenewAsync(CancellationToken cancellationToken)
    {
        using var renewing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await InTurnAsync(
            async (slot, keeper, token) =>
            {
                keeper._renewing = renewing;
                try
                {
                    await slot.RenewAsync(token).ConfigureAwait(false);
                    return true;
                }
                finally
                {
                    keeper._renewing = null;
                }
            },
            renewing.Token).ConfigureAwait(false);
    }

    private void InterruptRenewal()
    {
        try
        {
            _renewing?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended just now.
        }
    }

    private async ValueTask<T> InTurnAsync<T>(Func<StoreSlot, OffsetKeeper, CancellationToken, ValueTask<T>> call,
        CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await call(slot, this, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}
