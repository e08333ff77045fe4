using System.Text.Json;

namespace CdcEmbedded.Sources;

/// <summary>Reads the text of an offset that a connector of Debezium stored: what its connectors have in common.</summary>
/// <remarks>The fields are those of Debezium's sources, <c>CommonOffsetContext</c> and <c>AbstractIncrementalSnapshotContext</c>.</remarks>
public static class DebeziumOffset
{
    /// <summary>Reads the offset's object out of a text.</summary>
    /// <param name="json">The stored value (the value in the topic of offsets, the column <c>offset_val</c> of the JDBC store, or the JSON
    /// in the file of offsets), or the answer of Kafka Connect's <c>GET /connectors/NAME/offsets</c> with one partition.</param>
    /// <returns>The object with the connector's own fields.</returns>
    /// <exception cref="OffsetFormatException">It is no such text, it has several partitions, or a snapshot had not ended: what that would
    /// have read yet is in no change.</exception>
    public static JsonElement Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(json);
            root = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new OffsetFormatException($"Not the JSON of a Debezium offset: {Shorten(json)}: {e.Message}", e);
        }

        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("offsets"u8, out var offsets))
        {
            root = offsets.ValueKind == JsonValueKind.Array && offsets.GetArrayLength() == 1 && offsets[0].ValueKind == JsonValueKind.Object
                && offsets[0].TryGetProperty("offset"u8, out var offset)
                ? offset
                : throw new OffsetFormatException("The answer of Kafka Connect must hold the offset of one partition. Give the object "
                + $"\"offset\" of the partition that is meant: {Shorten(json)}");
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new OffsetFormatException($"A Debezium offset is a JSON object, not {root.ValueKind}: {Shorten(json)}");
        }

        CheckSnapshots(root);
        return root;
    }

    /// <summary>The text of a field; null where the object does not have it.</summary>
    /// <exception cref="OffsetFormatException">It has another type.</exception>
    public static string? Text(JsonElement offset, string name) => Kind(offset, name, out var value) switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => throw new OffsetFormatException($"\"{name}\" of the offset must be a text, not {value}."),
    };

    /// <summary>The whole number in a field; null where the object does not have it.</summary>
    /// <exception cref="OffsetFormatException">It has another type.</exception>
    public static long? Number(JsonElement offset, string name) => Kind(offset, name, out var value) switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.Number when value.TryGetInt64(out var number) => number,
        _ => throw new OffsetFormatException($"\"{name}\" of the offset must be a whole number, not {value}."),
    };

    private static void CheckSnapshots(JsonElement offset)
    {
        if (IsSet(offset, "initsync") || (IsSet(offset, "snapshot") && !IsSet(offset, "snapshot_completed")))
        {
            throw new OffsetFormatException("The offset was stored while Debezium's snapshot had not ended, so rows would be missing. Let "
                + "that end first, or start here without this offset and with a snapshot (SnapshotMode.Initial).");
        }

        if (Text(offset, "incremental_snapshot_collections") is { Length: > 2 } tables)
        {
            throw new OffsetFormatException($"The offset was stored while Debezium's incremental snapshot of {tables} had not ended, so "
                + "rows would be missing. Let that end first; or take the fields that begin with incremental_snapshot_ out of the text, "
                + "and request these tables from CdcEngine.Snapshots.");
        }
    }

    /// <summary>Older versions write true, later ones the kind of snapshot.</summary>
    private static bool IsSet(JsonElement offset, string name) => Kind(offset, name, out var value) switch
    {
        JsonValueKind.True => true,
        JsonValueKind.String => value.GetString() is { Length: > 0 } text && !text.Equals("false", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    private static JsonValueKind Kind(JsonElement offset, string name, out JsonElement value)
        => offset.TryGetProperty(name, out value) ? value.ValueKind : JsonValueKind.Undefined;

    private static string Shorten(string text) => text.Length <= 200 ? text : $"{text.AsSpan(0, 200)}…";
}
