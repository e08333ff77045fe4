using CdcEmbedded.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Offsets;

/// <summary>One key of an offset store: knows the stored version, saves by compare-and-set, and never mistakes its own earlier write, whose
/// outcome it has not seen, for another instance's. One call at a time.</summary>
/// <remarks>The outcome of a write is unknown if its answer was lost, or if it is part of a transaction of the application, which may be
/// rolled back. The next call then looks which of the known states is stored; anything else is another instance's.</remarks>
internal sealed class StoreSlot(IOffsetStore store, string key, ILogger logger)
{
    // Several saves may be in one transaction, and all of them are undone by its rollback.
    private const int MaxStates = 16;

    private readonly List<SlotState> _states = [new SlotState(null, null, 0, 0)];
    private ISlotLease? _lease;
    private bool _isCertain = true;
    private (SlotState State, long Timestamp)? _enlisted;
    private OffsetConflictException? _conflict;
    private long _saves;

    public string Key => key;

    /// <summary>For messages, after the key: in which table of a database it is; empty for other stores.</summary>
    public string Place => store.TableName is { } table ? $" in {table}" : "";

    /// <summary>Number of texts that were stored, here or in a transaction of the application; a text that is stored already is none. For
    /// any thread.</summary>
    public long Saves => Interlocked.Read(ref _saves);

    /// <summary>The stored text, as far as it was loaded or saved here; null if there is none.</summary>
    public string? Text => _states[^1].Text;

    /// <summary>Reads the stored text and remembers its version.</summary>
    /// <returns>Null if nothing is stored.</returns>
    public async ValueTask<string?> LoadAsync(CancellationToken cancellationToken)
    {
        await LoadRowAsync(cancellationToken).ConfigureAwait(false);
        return Text;
    }

    /// <summary>Reads what is stored with the lease, and remembers its version.</summary>
    public async ValueTask<StoredOffset?> LoadRowAsync(CancellationToken cancellationToken)
    {
        var stored = await store.LoadAsync(key, cancellationToken).ConfigureAwait(false);
        Settle(new SlotState(stored?.Text, LeaseText.OffsetOf(stored?.Text), stored?.Version ?? 0, 0));
        return stored;
    }

    /// <summary>Writes a lease over what <see cref="LoadRowAsync"/> found; every later text has it too.</summary>
    /// <returns>False if another instance was faster.</returns>
    public async ValueTask<bool> TakeAsync(ISlotLease lease, CancellationToken cancellationToken)
    {
        try
        {
            _lease = lease;
            await WriteAsync(_states[^1].Text, 0, _states[^1], isFinal: false, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OffsetConflictException)
        {
            _lease = null;
            return false;
        }
        catch
        {
            _lease = null;
            throw;
        }
    }

    /// <summary>Writes the lease again, with whatever is stored.</summary>
    /// <exception cref="LeaseLostException">Another instance has taken over.</exception>
    public async ValueTask RenewAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var current = await FindCurrentAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await WriteAsync(current.Text, current.Sequence, current, isFinal: false, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (OffsetConflictException)
            {
                // A transaction of the application was committed meanwhile, or another instance has taken over: the next look says which.
            }
        }
    }

    /// <summary>Stores a text, unless it or a later one is already stored.</summary>
    /// <param name="text">The text.</param>
    /// <param name="sequence">Orders the texts of this instance; 0 where they have no order.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <exception cref="OffsetConflictException">Another instance has stored something since; every later call throws it again.</exception>
    public async ValueTask SaveAsync(string text, long sequence, CancellationToken cancellationToken)
    {
        var current = await FindCurrentAsync(cancellationToken).ConfigureAwait(false);
        if (text != current.Text && (sequence == 0 || sequence > current.Sequence))
        {
            await WriteAsync(text, sequence, current, isFinal: true, cancellationToken).ConfigureAwait(false);
            Interlocked.Increment(ref _saves);
        }
    }

    /// <summary>Stores a text if everything up to a number is stored: only then nothing is skipped by it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="required">The number that the stored text must have reached.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>False if a transaction that the application has not committed is missing.</returns>
    /// <exception cref="OffsetConflictException">Another instance has stored something since.</exception>
    public async ValueTask<bool> TryAdvanceAsync(string text, long sequence, long required, CancellationToken cancellationToken)
    {
        var current = await FindCurrentAsync(cancellationToken).ConfigureAwait(false);
        if (current.Sequence < required)
        {
            return false;
        }

        if (text != current.Text && sequence > current.Sequence)
        {
            await WriteAsync(text, sequence, current, isFinal: true, cancellationToken).ConfigureAwait(false);
            Interlocked.Increment(ref _saves);
        }

        return true;
    }

    /// <summary>Stores a text in a transaction of the application.</summary>
    /// <param name="text">The text.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="transaction">The store, as it is inside the transaction.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <exception cref="OffsetConflictException">Another instance has stored something since; or this text, or a later one of this
    /// instance, is already stored.</exception>
    public async ValueTask EnlistAsync(string text, long sequence, IOffsetStore transaction, CancellationToken cancellationToken)
    {
        ThrowIfConflict();
        var stored = await transaction.LoadAsync(key, cancellationToken).ConfigureAwait(false);
        if (!TryFind(stored, out var current))
        {
            if (stored is not null && await IsOutdatedAsync(stored, cancellationToken).ConfigureAwait(false))
            {
                // The database refuses this write by its own error, which its own rules of retrying know.
                await transaction.SaveAsync(key, Compose(text, out _), stored.Version, cancellationToken).ConfigureAwait(false);
            }

            throw Conflict(stored, isSame: _lease is null && stored?.Text == text, sequence);
        }

        if (current.Sequence >= sequence)
        {
            throw AlreadyStored();
        }

        var row = Compose(text, out var timestamp);
        long version;
        try
        {
            version = await transaction.SaveAsync(key, row, current.Version ?? 0, cancellationToken).ConfigureAwait(false);
        }
        catch (OffsetConflictException e)
        {
            throw _conflict = OfLease(e);
        }

        var state = new SlotState(row, text, version, sequence);
        Add(state, current);
        _enlisted = (state, timestamp);
        Interlocked.Increment(ref _saves);
    }

    /// <summary>The transaction of the last <see cref="EnlistAsync"/> is committed, if that had this number.</summary>
    public void OnCommitted(long sequence)
    {
        if (_enlisted is var (state, timestamp) && state.Sequence == sequence && _conflict is null)
        {
            Settle(state);
            _lease?.OnWritten(timestamp);
        }
    }

    /// <summary>Throws if an earlier call met a conflict.</summary>
    public void ThrowIfConflict()
    {
        if (_conflict is { } conflict)
        {
            throw conflict is LeaseLostException ? new LeaseLostException(conflict.Message, conflict)
                : new OffsetConflictException(conflict.Message, conflict);
        }
    }

    /// <summary>Finds out what is stored, if that is not certain.</summary>
    private async ValueTask<SlotState> FindCurrentAsync(CancellationToken cancellationToken)
    {
        ThrowIfConflict();
        if (_isCertain)
        {
            return _states[^1];
        }

        var stored = await store.LoadAsync(key, cancellationToken).ConfigureAwait(false);
        if (!TryFind(stored, out var current))
        {
            throw Conflict(stored, isSame: false, 0);
        }

        // Not settled: a transaction of the application may still be open, and change it.
        return current;
    }

    /// <param name="text">The offset's text; null for a lease alone.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="current">What is stored.</param>
    /// <param name="isFinal">True if a conflict means that another instance runs.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    private async ValueTask WriteAsync(string? text, long sequence, SlotState current, bool isFinal, CancellationToken cancellationToken)
    {
        var row = Compose(text, out var timestamp);
        Add(new SlotState(row, text, null, sequence), current);
        long version;
        try
        {
            version = await store.SaveAsync(key, row, current.Version ?? 0, cancellationToken).ConfigureAwait(false);
        }
        catch (OffsetConflictException e) when (isFinal)
        {
            throw _conflict = OfLease(e);
        }

        Settle(new SlotState(row, text, version, sequence));
        _lease?.OnWritten(timestamp);
        Log.OffsetSaved(logger, key, version);
    }

    private string Compose(string? text, out long timestamp)
    {
        timestamp = 0;
        return _lease is { } lease ? LeaseText.Write(text, lease.Begin(out timestamp))
            : text ?? throw new InvalidOperationException("Without a lease there is always a text.");
    }

    private void Add(SlotState state, SlotState current)
    {
        _states.Add(state);
        _isCertain = false;
        if (_states.Count > MaxStates)
        {
            // What is stored now is never forgotten.
            _states.RemoveAt(_states[0] == current ? 1 : 0);
        }
    }

    private void Settle(SlotState state)
    {
        _states.Clear();
        _states.Add(state);
        _isCertain = true;
        _enlisted = null;
    }

    /// <summary>Finds what is stored among what this instance has loaded or tried to store.</summary>
    private bool TryFind(StoredOffset? stored, out SlotState current)
    {
        for (var i = _states.Count - 1; i >= 0; i--)
        {
            var state = _states[i];
            if (state.Version == (stored?.Version ?? 0) && state.Row == stored?.Text)
            {
                current = state;
                return true;
            }

            // A write whose answer was lost: its version is not known, only that it is another one.
            if (state.Version is null && stored is not null && state.Row == stored.Text && stored.Version != _states[0].Version)
            {
                current = _states[i] = state with { Version = stored.Version };
                return true;
            }
        }

        current = default;
        return false;
    }

    /// <summary>Says if a transaction sees what was stored before a write of this instance, such as the renewal of its lease, because it
    /// sees everything as of its beginning.</summary>
    private async ValueTask<bool> IsOutdatedAsync(StoredOffset seen, CancellationToken cancellationToken)
        => await store.LoadAsync(key, cancellationToken).ConfigureAwait(false) is { } now && now.Version > seen.Version
            && TryFind(now, out _);

    private OffsetConflictException Conflict(StoredOffset? stored, bool isSame, long sequence)
    {
        var message = $"Under '{key}' version {_states[^1].Version ?? _states[0].Version} was expected, but "
            + $"version {stored?.Version ?? 0} is stored{Place}: another instance runs under this name. "
            + "Stop one of them, give each a name of its own, or set Lease in both, so that one waits.";
        if (isSame && stored is not null)
        {
            // It has processed the same: this instance may continue after it.
            Add(new SlotState(stored.Text, stored.Text, stored.Version, sequence), default);
            return new OffsetConflictException(message) { IsAlreadyStored = true };
        }

        return _conflict = OfLease(new OffsetConflictException(message));
    }

    /// <summary>With a lease, a conflict says that another instance has taken over.</summary>
    private OffsetConflictException OfLease(OffsetConflictException e) => _lease is null ? e
        : new LeaseLostException($"The engine '{key}' has lost its lease: it was not renewed in time, and another instance has taken over. "
            + e.Message, e);

    private OffsetConflictException AlreadyStored() => new(
        $"Under '{key}' this offset, or a later one, is already stored: an earlier transaction with it was committed. Roll this one back.")
    {
        IsAlreadyStored = true,
    };

    /// <summary>Something that is, or may be, stored.</summary>
    /// <param name="Row">The stored text, with its lease; null for nothing.</param>
    /// <param name="Text">The same without its lease; null for no offset.</param>
    /// <param name="Version">Its version; null if it is not known.</param>
    /// <param name="Sequence">Its number among the texts of this instance; 0 for one that was loaded.</param>
    private readonly record struct SlotState(string? Row, string? Text, long? Version, long Sequence);
}
