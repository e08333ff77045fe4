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

    private readonly List<SlotState> _states = [new SlotState(null, 0, 0)];
    private bool _isCertain = true;
    private OffsetConflictException? _conflict;

    public string Key => key;

    /// <summary>The stored text, as far as it was loaded or saved here; null if there is none.</summary>
    public string? Text => _states[^1].Text;

    /// <summary>Reads the stored text and remembers its version.</summary>
    /// <returns>Null if nothing is stored.</returns>
    public async ValueTask<string?> LoadAsync(CancellationToken cancellationToken)
    {
        var stored = await store.LoadAsync(key, cancellationToken).ConfigureAwait(false);
        Settle(new SlotState(stored?.Text, stored?.Version ?? 0, 0));
        return Text;
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
            await WriteAsync(text, sequence, current, cancellationToken).ConfigureAwait(false);
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
            await WriteAsync(text, sequence, current, cancellationToken).ConfigureAwait(false);
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
            throw Conflict(stored, isSame: stored?.Text == text, sequence);
        }

        if (current.Sequence >= sequence)
        {
            throw AlreadyStored();
        }

        long version;
        try
        {
            version = await transaction.SaveAsync(key, text, current.Version ?? 0, cancellationToken).ConfigureAwait(false);
        }
        catch (OffsetConflictException e)
        {
            _conflict = e;
            throw;
        }

        Add(new SlotState(text, version, sequence));
    }

    /// <summary>Throws if an earlier call met a conflict.</summary>
    public void ThrowIfConflict()
    {
        if (_conflict is { } conflict)
        {
            throw new OffsetConflictException(conflict.Message, conflict);
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

    private async ValueTask WriteAsync(string text, long sequence, SlotState current, CancellationToken cancellationToken)
    {
        Add(new SlotState(text, null, sequence));
        long version;
        try
        {
            version = await store.SaveAsync(key, text, current.Version ?? 0, cancellationToken).ConfigureAwait(false);
        }
        catch (OffsetConflictException e)
        {
            _conflict = e;
            throw;
        }

        Settle(new SlotState(text, version, sequence));
        Log.OffsetSaved(logger, key, version);
    }

    private void Add(SlotState state)
    {
        _states.Add(state);
        _isCertain = false;
        if (_states.Count > MaxStates)
        {
            _states.RemoveAt(0);
        }
    }

    private void Settle(SlotState state)
    {
        _states.Clear();
        _states.Add(state);
        _isCertain = true;
    }

    /// <summary>Finds what is stored among what this instance has loaded or tried to store.</summary>
    private bool TryFind(StoredOffset? stored, out SlotState current)
    {
        for (var i = _states.Count - 1; i >= 0; i--)
        {
            var state = _states[i];
            if (state.Version == (stored?.Version ?? 0) && state.Text == stored?.Text)
            {
                current = state;
                return true;
            }

            // A write whose answer was lost: its version is not known, only that it is another one.
            if (state.Version is null && stored is not null && state.Text == stored.Text && stored.Version != _states[0].Version)
            {
                current = _states[i] = state with { Version = stored.Version };
                return true;
            }
        }

        current = default;
        return false;
    }

    private OffsetConflictException Conflict(StoredOffset? stored, bool isSame, long sequence)
    {
        var message = $"Under '{key}' version {_states[^1].Version ?? _states[0].Version} was expected, but "
            + $"version {stored?.Version ?? 0} is stored: "
            + "another instance runs under this name.";
        if (isSame && stored is not null)
        {
            // It has processed the same: this instance may continue after it.
            Add(new SlotState(stored.Text, stored.Version, sequence));
            return new OffsetConflictException(message) { IsAlreadyStored = true };
        }

        return _conflict = new OffsetConflictException(message);
    }

    private OffsetConflictException AlreadyStored() => new(
        $"Under '{key}' this offset, or a later one, is already stored: an earlier transaction with it was committed. Roll this one back.")
    {
        IsAlreadyStored = true,
    };

    /// <summary>Something that is, or may be, stored.</summary>
    /// <param name="Text">The text; null for nothing.</param>
    /// <param name="Version">Its version; null if it is not known.</param>
    /// <param name="Sequence">Its number among the texts of this instance; 0 for one that was loaded.</param>
    private readonly record struct SlotState(string? Text, long? Version, long Sequence);
}
