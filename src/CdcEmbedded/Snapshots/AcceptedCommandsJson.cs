using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>The text form of <see cref="AcceptedCommands"/>:
/// <c>{"commands":[{"n":1,"kind":0,"id":"…","tables":["shop.*"]}],"signals":["…"],"channels":{"file:…":"…"}}</c>.</summary>
internal static class AcceptedCommandsJson
{
    public static string Write(AcceptedCommands accepted)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, SnapshotStateJson.Writing))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("commands"u8);
            foreach (var command in accepted.Commands)
            {
                Write(writer, command);
            }

            writer.WriteEndArray();
            SnapshotStateJson.WriteTexts(writer, "signals", accepted.Signals);
            if (!accepted.Channels.IsEmpty)
            {
                writer.WriteStartObject("channels"u8);
                foreach (var (channel, position) in accepted.Channels)
                {
                    writer.WriteString(channel, position);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <exception cref="OffsetFormatException">The text is damaged.</exception>
    public static AcceptedCommands Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var channels = AcceptedCommands.None.Channels;
            if (root.TryGetProperty("channels"u8, out var positions))
            {
                foreach (var channel in positions.EnumerateObject())
                {
                    channels = channels.SetItem(channel.Name, channel.Value.GetString() ?? "");
                }
            }

            return new AcceptedCommands
            {
                Commands = [.. root.GetProperty("commands"u8).EnumerateArray().Select(ReadCommand)],
                Signals = [.. SnapshotStateJson.ReadTexts(root, "signals")],
                Channels = channels,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new OffsetFormatException($"The stored snapshot requests cannot be read: {e.Message} Restore a copy of them, or remove "
                + "them to forget the requests that were not carried out yet.", e);
        }
    }

    private static void Write(Utf8JsonWriter writer, SnapshotCommand command)
    {
        writer.WriteStartObject();
        writer.WriteNumber("n"u8, command.Number);
        writer.WriteNumber("kind"u8, (int)command.Kind);
        SnapshotStateJson.WriteText(writer, "id", command.Id);
        SnapshotStateJson.WriteText(writer, "reads",
            command.Reads == SnapshotKind.Incremental ? null : SnapshotStateJson.Word(command.Reads));
        SnapshotStateJson.WriteTexts(writer, "tables", command.Patterns);
        SnapshotStateJson.WriteTexts(writer, "expressions", command.Expressions);
        SnapshotStateJson.WriteText(writer, "condition", command.Condition);
        SnapshotStateJson.WriteConditions(writer, command.Conditions);
        SnapshotStateJson.WriteText(writer, "surrogateKey", command.SurrogateKey);
        WriteKeys(writer, command);
        writer.WriteEndObject();
    }

    private static void WriteKeys(Utf8JsonWriter writer, SnapshotCommand command)
    {
        if (command.Keys.IsEmpty)
        {
            return;
        }

        writer.WriteString("shape"u8, command.KeyShape);
        writer.WriteStartArray("keys"u8);
        foreach (var key in command.Keys)
        {
            writer.WriteRawValue(key.Json);
        }

        writer.WriteEndArray();
    }

    private static ImmutableArray<SnapshotKey> ReadKeys(JsonElement command) => command.TryGetProperty("keys"u8, out var keys)
        ? [.. keys.EnumerateArray().Select(static key => new SnapshotKey(key.GetRawText()))] : [];

    private static SnapshotCommand ReadCommand(JsonElement command) => new(
        (SnapshotCommandKind)command.GetProperty("kind"u8).GetInt32(), SnapshotStateJson.TextOf(command, "id"))
    {
        Number = command.GetProperty("n"u8).GetInt64(),
        Reads = SnapshotStateJson.KindOf(SnapshotStateJson.TextOf(command, "reads") ?? "incremental"),
        Patterns = SnapshotStateJson.ReadTexts(command, "tables"),
        Expressions = SnapshotStateJson.ReadTexts(command, "expressions"),
        Condition = SnapshotStateJson.TextOf(command, "condition"),
        Conditions = SnapshotStateJson.ReadConditions(command),
        SurrogateKey = SnapshotStateJson.TextOf(command, "surrogateKey"),
        Keys = ReadKeys(command),
        KeyShape = SnapshotStateJson.TextOf(command, "shape") ?? "",
    };
}
