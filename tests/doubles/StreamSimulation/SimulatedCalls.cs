using System.Globalization;
using CdcEmbedded.DeadLetters;
using CdcEmbedded.Hosting;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.StreamSimulation;

/// <summary>The calls that leave an instance: to its handler, to the store of offsets, to the store of letters. Each may wait at a gate,
/// fail, or lose its answer, and what must always hold is checked at each.</summary>
internal sealed class SimulatedCalls(SimulatedWorld world)
{
    // Requests of snapshots have another key.
    private const string Stream = "test";

    private readonly InMemoryOffsetStore _shared = new();

    public async ValueTask HandleAsync(SimulatedInstance instance, ChangeEvent change, bool isReplay, CancellationToken cancellationToken)
    {
        instance.ThrowIfDead();
        var (key, n) = ((int)change.After["id"].AsInt64(), (int)change.After["n"].AsInt64());
        var isRead = change.Operation == ChangeOperation.Read;
        OnBegin(instance, key, n, isRead, isReplay);
        var fate = world.Random.Next(10);
        world.Journal.Note($"{instance} handles {(isRead ? $"the row of {n}" : n)}{(isReplay ? " again" : "")}",
            isReplay ? "letters replayed" : isRead ? "rows handled" : "changes handled");
        if (fate < 5)
        {
            await world.Gates.WaitAsync(instance, string.Create(CultureInfo.InvariantCulture, $"change {n}"), cancellationToken)
                .ConfigureAwait(false);
        }

        instance.ThrowIfDead();
        if ((!isRead && world.Poison.Contains(n)) || (fate is 4 or 5 && world.TakeFault()))
        {
            world.Journal.Note($"{instance} fails at {n}", "handlers failed");
            throw new InvalidOperationException("The schedule fails the handler.");
        }

        if (isRead)
        {
            world.Coverage.ReadRow(key);
            if (!isReplay)
            {
                instance.Run?.OnRead(key, n);
            }
        }
        else
        {
            if (!world.Coverage.Handle(n))
            {
                world.Journal.Note($"{instance} has repeated {n}", "changes repeated");
            }

            if (!isReplay)
            {
                instance.Run?.OnHandled(n);
            }
        }
    }

    /// <summary>A call of the store of letters: it may wait, or fail.</summary>
    /// <returns>True if its answer is to be lost.</returns>
    public async ValueTask<bool> CallLettersAsync(SimulatedInstance instance, string name, CancellationToken cancellationToken)
    {
        instance.ThrowIfDead();
        var fate = world.Random.Next(20);
        if (fate < 5)
        {
            await world.Gates.WaitAsync(instance, name, cancellationToken).ConfigureAwait(false);
            instance.ThrowIfDead();
        }

        if (instance.IsCut || (fate is 4 or 5 && world.TakeFault()))
        {
            world.Journal.Note($"{instance} cannot reach {name}", "letters failed");
            throw new IOException("The schedule fails the store of letters.");
        }

        return fate == 6 && world.TakeFault();
    }

    /// <summary>A letter is stored. If the answer is lost, the instance does not know it, and may handle the change after a
    /// replay.</summary>
    public void OnParked(SimulatedInstance instance, DeadLetter letter, bool isLost)
    {
        var n = SimulatedLetters.ChangeOf(letter);
        world.Journal.Note($"{instance} parks {n} of key {SimulatedLetters.KeyOf(letter)}",
            letter.Attempts > 0 ? "changes parked" : "changes held");
        if (n == 0 || letter.Event.Contains("\"op\":\"r\"", StringComparison.Ordinal))
        {
            world.Coverage.ReadRow(SimulatedLetters.KeyOf(letter));
        }
        else
        {
            world.Coverage.Park(n);
        }

        if (!isLost)
        {
            instance.Run?.OnParked(SimulatedLetters.KeyOf(letter), n, letter);
        }
    }

    public async ValueTask<StoredOffset?> LoadAsync(SimulatedInstance instance, string key, CancellationToken cancellationToken)
    {
        instance.ThrowIfDead();
        if (instance.IsCut || (world.Random.Next(30) == 0 && world.TakeFault()))
        {
            world.Journal.Note($"{instance} cannot load", "loads failed");
            throw new IOException("The schedule fails the load.");
        }

        var stored = await _shared.LoadAsync(key, cancellationToken).ConfigureAwait(false);
        if (key == Stream)
        {
            instance.LastSeen = world.Script.CountBefore(stored?.Text);
        }

        return stored;
    }

    public async ValueTask<long> SaveAsync(SimulatedInstance instance, string key, string text, long expectedVersion,
        CancellationToken cancellationToken)
    {
        instance.ThrowIfDead();
        var fate = world.Random.Next(20);
        if (fate < 5)
        {
            world.Journal.Note($"{instance} waits with a save", "saves delayed");
            await world.Gates.WaitAsync(instance, "a save", cancellationToken).ConfigureAwait(false);
            instance.ThrowIfDead();
        }

        if (instance.IsCut || (fate is 4 or 5 && world.TakeFault()))
        {
            world.Journal.Note($"{instance} cannot save", "saves failed");
            throw new IOException("The schedule fails the save.");
        }

        var version = await _shared.SaveAsync(key, text, expectedVersion, cancellationToken).ConfigureAwait(false);
        if (key == Stream)
        {
            OnStored(instance, world.Script.CountBefore(text));
        }

        if (fate is 6 or 7 && world.TakeFault())
        {
            world.Journal.Note($"{instance} does not learn of a save", "answers lost");
            throw new IOException("The schedule loses the answer.");
        }

        return version;
    }

    private void OnStored(SimulatedInstance instance, int count)
    {
        var stored = world.Coverage.Stored;
        world.Journal.Require(count >= stored, $"the offset moves back from {stored} to {count} by {instance}");
        for (var change = stored + 1; change <= count; change++)
        {
            world.Journal.Require(world.Coverage.IsHandledOrParked(change), $"{instance} has stored {count}, and {change} is not handled");
        }

        if (count > stored)
        {
            world.Journal.Note($"{instance} has stored {count}", "offsets stored");
        }

        world.Coverage.Stored = Math.Max(stored, count);
        instance.LastSeen = count;
    }

    private void OnBegin(SimulatedInstance instance, int key, int n, bool isRead, bool isReplay)
    {
        if (isReplay)
        {
            var first = world.Letters.Letters.FirstOrDefault(letter => SimulatedLetters.KeyOf(letter) == key);
            world.Journal.Require(first is not null && SimulatedLetters.ChangeOf(first) == n,
                $"{instance} replays {n} of key {key}, and the first letter "
                + $"of that key is {(first is null ? "gone" : SimulatedLetters.ChangeOf(first))}");
        }
        else if (isRead)
        {
            instance.Run?.OnBeginRead(key, n);
        }
        else
        {
            instance.Run?.OnBegin(n);
        }
    }
}
