namespace CdcEmbedded.Engine;

/// <summary>Which progress is to be stored now, and storing it.</summary>
/// <remarks>Called under the cursor's lock, except for what is asynchronous: that takes the lock itself.</remarks>
internal sealed class ProgressWrites(EngineSession session, Lock gate, AcknowledgedProgress progress, IdleProgress idle,
    bool yieldsEmptyBatches)
{
    /// <summary>True if something must be stored before the stream continues.</summary>
    public bool IsDue => IsWriteDue(out _);

    /// <summary>Takes what must be stored before the stream continues; null for nothing.</summary>
    public DueWrite? TakeDue()
    {
        if (!IsWriteDue(out var atEnd))
        {
            return null;
        }

        var place = progress.Take(atEnd, out var sequence);
        session.Schedule.Restart();
        return new DueWrite(place, sequence, null);
    }

    /// <summary>Takes the position that has moved without changes, if the engine has to store it and the interval is over.</summary>
    public DueWrite? TakeIdle()
    {
        if (idle.Place is not { } place || !session.StoresIdleProgress || !session.Schedule.IsIntervalOver)
        {
            return null;
        }

        session.Schedule.Restart();
        return new DueWrite(place, idle.Sequence, idle.YieldedEnd);
    }

    /// <summary>Returns true if the application asked for batches without changes and it is time for one. The first is due at
    /// once.</summary>
    public bool TakeEmptyBatchTurn()
    {
        if (!yieldsEmptyBatches || idle.Place is null || (idle.YieldedEnd > 0 && !session.Schedule.IsIntervalOver))
        {
            return false;
        }

        session.Schedule.Restart();
        return true;
    }

    /// <summary>Before the flow waits for more: sees to it that it looks again when what is not stored is due.</summary>
    public void ArmForWait()
    {
        if (progress.IsDirty)
        {
            session.Schedule.Arm();
        }

        if (idle.Place is not null && (yieldsEmptyBatches || session.StoresIdleProgress))
        {
            session.Schedule.ArmIdle();
        }
    }

    /// <summary>Stores what is acknowledged, if it is not yet stored, due or not. If another flow is already writing the same, this waits
    /// for that write, and repeats it if it fails.</summary>
    public async ValueTask SaveAsync(CancellationToken cancellationToken)
    {
        DueWrite due;
        lock (gate)
        {
            if (progress.Sequence <= session.Keeper.SavedSequence)
            {
                return;
            }

            due = new DueWrite(progress.Take(false, out var sequence), sequence, null);
            session.Schedule.Restart();
        }

        await StoreAsync(due, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores the position that has moved without changes past everything that the application has stored.</summary>
    public async ValueTask SaveIdleAsync(CancellationToken cancellationToken)
    {
        DueWrite due;
        lock (gate)
        {
            if (idle.Place is not { } place)
            {
                return;
            }

            due = new DueWrite(place, idle.Sequence, idle.YieldedEnd);
        }

        await StoreAsync(due, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores what was taken. If that fails, it is due again.</summary>
    public async ValueTask StoreAsync(DueWrite due, CancellationToken cancellationToken)
    {
        if (due.Required is { } required)
        {
            if (await session.Keeper.TryAdvanceAsync(due.Place, due.Sequence, required, cancellationToken).ConfigureAwait(false))
            {
                lock (gate)
                {
                    idle.OnStored(due.Sequence);
                }
            }

            return;
        }

        try
        {
            await session.Keeper.SaveAsync(due.Place, due.Sequence, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lock (gate)
            {
                progress.Untake(session.Keeper.SavedSequence);
            }

            throw;
        }
    }

    private bool IsWriteDue(out bool atEnd)
    {
        atEnd = false;
        var unsaved = progress.UnsavedChanges;
        if (!progress.IsDirty || !session.Schedule.IsDue(unsaved))
        {
            return false;
        }

        if (session.Schedule.IsForced(unsaved))
        {
            return true;
        }

        atEnd = true;
        return progress.HasUnsavedEnd();
    }
}
