using System.Text.Json;

namespace CdcEmbedded;

/// <summary>One signal: a request from outside of the application, in the form that Debezium's tools send. Immutable.</summary>
public sealed class SnapshotSignal
{
    /// <summary>Its id: a second signal with the same id changes nothing. For <c>execute-snapshot</c> it is also the id
    /// of the snapshot.</summary>
    /// <value>Null, the default, or blank for a new id: the signal is then never recognized as a repetition.</value>
    public string? Id { get; init; }

    /// <summary>What it asks for: <c>execute-snapshot</c>, <c>stop-snapshot</c>, <c>pause-snapshot</c>,
    /// <c>resume-snapshot</c> or <c>log</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The details, as a JSON object; what they are depends on the type.</summary>
    /// <value>Null, the default, for none.</value>
    public string? Data { get; init; }

    /// <summary>Where the channel is after this signal, in its own terms. It is stored when the signal is accepted, and given to
    /// <see cref="ISnapshotSignalChannel.ReadAsync"/> at the next start.</summary>
    /// <value>Null, the default, for a channel that keeps its position elsewhere.</value>
    public string? Position { get; init; }

    /// <summary>True if it only marks a place of the stream for a chunk, of this library or of Debezium.</summary>
    internal bool IsWatermark => Type is "snapshot-window-open" or "snapshot-window-close";

    /// <summary>Why the text was no signal; null if it was one.</summary>
    internal string? Problem { get; init; }

    /// <summary>Reads a JSON object with the members <c>id</c>, <c>type</c> and <c>data</c>, which is an object or the
    /// text of one.</summary>
    /// <remarks>It never throws: a text that is no signal makes a signal that the engine reports as rejected.</remarks>
    /// <param name="json">The text.</param>
    /// <param name="id">The id, if the text has none; null for a new one.</param>
    /// <param name="position">See <see cref="Position"/>.</param>
    public static SnapshotSignal Parse(string json, string? id = null, string? position = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return Broken($"it is a JSON {root.ValueKind}, not an object", id, position);
            }

            return new SnapshotSignal
            {
                Id = TextOf(root, "id"u8) ?? id,
                Type = TextOf(root, "type"u8) ?? "",
                Data = TextOf(root, "data"u8),
                Position = position,
            };
        }
        catch (JsonException e)
        {
            return Broken($"it is not JSON: {e.Message}", id, position);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Id is { } id ? $"{Type} {id}" : Type;

    internal static SnapshotSignal Broken(string problem, string? id, string? position)
        => new() { Type = "", Id = id, Position = position, Problem = problem };

    private static string? TextOf(JsonElement parent, ReadOnlySpan<byte> name)
        => !parent.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
            : value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
}
