using System.Globalization;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.Testing;

/// <summary>Checks that an offset store fulfils the contract of <see cref="IOffsetStore"/>: call it from a test of your own
/// store.</summary>
public static partial class OffsetStoreConformance
{
    private const string Text = """{"v":1,"source":"test","note":"quote ' \" \\ and ünïcödé 漢字 😀"}""";

    /// <summary>Runs all checks.</summary>
    /// <param name="open">Opens a store over the same storage at each call, as a new process would. The storage may hold other
    /// keys.</param>
    /// <param name="cancellationToken">Ends the checks.</param>
    /// <exception cref="OffsetStoreConformanceException">A check failed; the message says which.</exception>
    public static async Task VerifyAsync(Func<IOffsetStore> open, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(open);
        var key = $"conformance-{Guid.NewGuid():N} / with 'signs' \"of\" `all` kinds: ü漢;--";
        await VerifyRoundTripAsync(open, key, cancellationToken).ConfigureAwait(false);
        await VerifyConflictsAsync(open, key + "-conflict", cancellationToken).ConfigureAwait(false);
        await VerifyLargeTextAsync(open(), key + "-large", cancellationToken).ConfigureAwait(false);
        await VerifyRaceAsync(open, key + "-race", cancellationToken).ConfigureAwait(false);
        await VerifyCancellationAsync(open(), key + "-cancelled").ConfigureAwait(false);
        await VerifyLeaseAsync(open, key + "-lease", cancellationToken).ConfigureAwait(false);
    }

    private static async Task VerifyRoundTripAsync(Func<IOffsetStore> open, string key, CancellationToken cancellationToken)
    {
        var store = open();
        Require(await store.LoadAsync(key, cancellationToken).ConfigureAwait(false) is null,
            "LoadAsync of a key that was never saved must return null.");
        var first = await store.SaveAsync(key, Text, 0, cancellationToken).ConfigureAwait(false);
        Require(first > 0, $"The first SaveAsync must return a version greater than 0; it returned {first}.");
        await RequireStoredAsync(open(), key, Text, first, "after the first save", cancellationToken).ConfigureAwait(false);

        var second = await store.SaveAsync(key, "second", first, cancellationToken).ConfigureAwait(false);
        Require(second > first, $"Each SaveAsync must return a greater version; after {first} it returned {second}.");
        await RequireStoredAsync(store, key, "second", second, "from the same store", cancellationToken).ConfigureAwait(false);
        await RequireStoredAsync(open(), key, "second", second, "from a reopened store", cancellationToken).ConfigureAwait(false);

        var other = await store.LoadAsync(key + "2", cancellationToken).ConfigureAwait(false);
        Require(other is null, "A save under one key must not show under another that starts with it.");
        Require(await store.LoadAsync(key.ToUpperInvariant(), cancellationToken).ConfigureAwait(false) is null,
            "Keys must be case-sensitive: with SQL, give the key's column a binary collation.");
    }

    private static async Task VerifyConflictsAsync(Func<IOffsetStore> open, string key, CancellationToken cancellationToken)
    {
        var store = open();
        await RequireConflictAsync(store, key, 5, "version 5 is expected where nothing is stored", cancellationToken).ConfigureAwait(false);
        var first = await store.SaveAsync(key, Text, 0, cancellationToken).ConfigureAwait(false);
        await RequireConflictAsync(open(), key, 0, "nothing is expected where a version is stored", cancellationToken)
            .ConfigureAwait(false);
        var second = await open().SaveAsync(key, "second", first, cancellationToken).ConfigureAwait(false);
        await RequireConflictAsync(store, key, first, "an older version is expected", cancellationToken).ConfigureAwait(false);
        await RequireConflictAsync(store, key, second + 1, "a newer version is expected", cancellationToken).ConfigureAwait(false);
        await RequireStoredAsync(open(), key, "second", second, "after refused saves", cancellationToken).ConfigureAwait(false);
        await store.SaveAsync(key, "second", second, cancellationToken).ConfigureAwait(false);
    }

    private static async Task VerifyLargeTextAsync(IOffsetStore store, string key, CancellationToken cancellationToken)
    {
        var large = new string('x', 100_000) + "é";
        var version = await store.SaveAsync(key, large, 0, cancellationToken).ConfigureAwait(false);
        await RequireStoredAsync(store, key, large, version, "with a text of 100,001 characters (GTID sets can be long)", cancellationToken)
            .ConfigureAwait(false);
    }

    private static async Task VerifyRaceAsync(Func<IOffsetStore> open, string key, CancellationToken cancellationToken)
    {
        var version = await open().SaveAsync(key, "start", 0, cancellationToken).ConfigureAwait(false);
        var racers = new Task<bool>[8];
        for (var i = 0; i < racers.Length; i++)
        {
            var text = i.ToString(CultureInfo.InvariantCulture);
            var store = open();
            racers[i] = Task.Run(() => TrySaveAsync(store, key, text, version, cancellationToken), cancellationToken);
        }

        var winners = 0;
        foreach (var won in await Task.WhenAll(racers).ConfigureAwait(false))
        {
            winners += won ? 1 : 0;
        }

        Require(winners == 1, $"Of 8 saves at once with the same expected version exactly one must succeed; {winners} did. "
            + "Compare and set must be one atomic step.");
    }

    private static async Task VerifyCancellationAsync(IOffsetStore store, string key)
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync().ConfigureAwait(false);
        try
        {
            await store.LoadAsync(key, cancelled.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        throw new OffsetStoreConformanceException("LoadAsync with a cancelled token must throw OperationCanceledException.");
    }

    private static async Task<bool> TrySaveAsync(IOffsetStore store, string key, string text, long version,
        CancellationToken cancellationToken)
    {
        try
        {
            await store.SaveAsync(key, text, version, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OffsetConflictException)
        {
            return false;
        }
    }

    private static async Task RequireConflictAsync(IOffsetStore store, string key, long version, string what,
        CancellationToken cancellationToken)
    {
        try
        {
            await store.SaveAsync(key, "conflict", version, cancellationToken).ConfigureAwait(false);
        }
        catch (OffsetConflictException)
        {
            return;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new OffsetStoreConformanceException($"SaveAsync where {what} must throw OffsetConflictException, not {e.GetType()}.", e);
        }

        throw new OffsetStoreConformanceException($"SaveAsync where {what} must throw OffsetConflictException; it saved.");
    }

    private static async Task RequireStoredAsync(IOffsetStore store, string key, string text, long version, string when,
        CancellationToken cancellationToken)
    {
        var stored = await store.LoadAsync(key, cancellationToken).ConfigureAwait(false);
        Require(stored is not null, $"LoadAsync {when} returned null.");
        Require(stored?.Text == text, $"LoadAsync {when} returned another text than was saved.");
        Require(stored?.Version == version, $"LoadAsync {when} returned version {stored?.Version}; SaveAsync had returned {version}.");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new OffsetStoreConformanceException(message);
        }
    }
}
