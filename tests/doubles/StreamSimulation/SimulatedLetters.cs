using System.Runtime.CompilerServices;
using System.Text.Json;
using CdcEmbedded.DeadLetters;
using CdcEmbedded.Hosting;

namespace CdcEmbedded.StreamSimulation;

/// <summary>The store of dead letters as one instance reaches it. All instances share the letters.</summary>
internal sealed class SimulatedLetters(SimulatedWorld world, SimulatedInstance instance) : IDeadLetterStore
{
    /// <summary>Set in the flow of a replay, which reads and removes letters but does not hold back the stream's changes.</summary>
    public static AsyncLocal<bool> IsReplay { get; } = new();

    /// <summary>The change that a letter has; for a row that was read, the change that wrote it.</summary>
    public static int ChangeOf(DeadLetter letter) => Read(letter, "n");

    public static int KeyOf(DeadLetter letter) => Read(letter, "id");

    public async ValueTask ParkAsync(DeadLetter letter, object? transaction, CancellationToken cancellationToken)
    {
        var isLost = await world.Calls.CallLettersAsync(instance, "a letter", cancellationToken).ConfigureAwait(false);
        await world.Letters.ParkAsync(letter, transaction, cancellationToken).ConfigureAwait(false);
        world.Calls.OnParked(instance, world.Letters.Letters[^1], isLost);
        if (isLost)
        {
            throw new IOException("The schedule loses the answer.");
        }
    }

    public async IAsyncEnumerable<DeadLetter> ReadAsync(string stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await world.Calls.CallLettersAsync(instance, "the letters", cancellationToken).ConfigureAwait(false);
        var letters = world.Letters.Letters;
        if (!IsReplay.Value)
        {
            instance.LoadedLetters = [.. letters.Select(static letter => letter.Id)];
        }

        foreach (var letter in letters)
        {
            yield return letter;
        }
    }

    public async ValueTask<bool> HasAsync(string stream, string handler, string table, IReadOnlyList<string> keys,
        object? transaction, CancellationToken cancellationToken)
    {
        await world.Calls.CallLettersAsync(instance, "a look for letters", cancellationToken).ConfigureAwait(false);
        return await world.Letters.HasAsync(stream, handler, table, keys, transaction, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> RemoveAsync(DeadLetter letter, object? transaction, CancellationToken cancellationToken)
    {
        var isLost = await world.Calls.CallLettersAsync(instance, "a removal", cancellationToken).ConfigureAwait(false);
        var isRemoved = await world.Letters.RemoveAsync(letter, transaction, cancellationToken).ConfigureAwait(false);
        return isLost ? throw new IOException("The schedule loses the answer.") : isRemoved;
    }

    private static int Read(DeadLetter letter, string column)
    {
        using var json = JsonDocument.Parse(letter.Event);
        return json.RootElement.GetProperty("after"u8).GetProperty(column).GetInt32();
    }
}
