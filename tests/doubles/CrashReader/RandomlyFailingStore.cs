using CdcEmbedded.Offsets;

namespace CdcEmbedded.CrashReader;

/// <summary>A store that fails at random: before the save, after it, or by not answering for a while. Reports what it loads.</summary>
/// <param name="inner">The store that works.</param>
/// <param name="random">Decides.</param>
/// <param name="percent">How many of a hundred calls fail.</param>
/// <param name="onLoad">Gets key, text and version of each load that succeeds; null and 0 if nothing is stored.</param>
public class RandomlyFailingStore(IOffsetStore inner, Random random, int percent, Action<string, string?, long> onLoad)
    : IOffsetStore
{
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public async ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
    {
        int fault = Draw();
        Throw(fault == 0, "load");
        await HangAsync(fault, cancellationToken);
        StoredOffset? stored = await inner.LoadAsync(key, cancellationToken);
        onLoad(key, stored?.Text, stored?.Version ?? 0);
        return stored;
    }

    /// <inheritdoc/>
    public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default) =>
        SaveAsync(() => inner.SaveAsync(key, text, expectedVersion, cancellationToken), cancellationToken);

    /// <summary>Executes a save, unless it fails before.</summary>
    public async ValueTask<long> SaveAsync(Func<ValueTask<long>> save, CancellationToken cancellationToken = default)
    {
        int fault = Draw();
        Throw(fault == 0, "save, before it was executed");
        await HangAsync(fault, cancellationToken);
        long version = await save();
        Throw(fault == 3, "save, after it was executed");
        return version;
    }

    // -1 for no fault.
    private int Draw()
    {
        lock (_gate)
        {
            return random.Next(100) < percent ? random.Next(4) : -1;
        }
    }

    // Not every store notices a cancellation.
    private async ValueTask HangAsync(int fault, CancellationToken cancellationToken)
    {
        if (fault is 1 or 2)
        {
            int time;
            lock (_gate)
            {
                time = random.Next(1, 1500);
            }

            await Task.Delay(time, fault == 1 ? cancellationToken : CancellationToken.None);
        }
    }

    private static void Throw(bool fails, string what)
    {
        if (fails)
        {
            throw new OrderedFaultException($"The store fails at a {what}.");
        }
    }
}
