using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>The commands that were accepted, stored at once beside the offset (R72): an offset says which of them were carried out.
/// Thread-safe.</summary>
internal sealed class CommandLog(StoreSlot slot) : IDisposable
{
    // Commands that were carried out are removed at the next start; more than these are never waiting.
    private const int MaxKept = 256;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ImmutableList<SnapshotCommand> _commands = [];
    private Action<SnapshotCommand>? _receiver;
    private bool _isLoaded;

    /// <summary>Stores a command and passes it to the reading flow.</summary>
    public async ValueTask AppendAsync(SnapshotCommand command, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await LoadAsync(cancellationToken).ConfigureAwait(false);
            command = command with { Number = _commands.IsEmpty ? 1 : _commands[^1].Number + 1 };
            var commands = _commands.Add(command);
            commands = commands.Count > MaxKept ? commands.RemoveAt(0) : commands;
            await slot.SaveAsync(Write(commands), 0, cancellationToken).ConfigureAwait(false);
            _commands = commands;
            _receiver?.Invoke(command);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Passes the commands that the state does not have yet, and then each new one, to the reading flow.</summary>
    /// <param name="done">The number of the last one that was carried out.</param>
    /// <param name="receiver">Receives the commands, in their order.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask ConnectAsync(long done, Action<SnapshotCommand> receiver, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await LoadAsync(cancellationToken).ConfigureAwait(false);

            // The last one stays, so that numbers never start again.
            _commands = _commands.RemoveAll(command => command.Number <= done && command != _commands[^1]);
            foreach (var command in _commands)
            {
                if (command.Number > done)
                {
                    receiver(command);
                }
            }

            _receiver = receiver;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        if (!_isLoaded)
        {
            _commands = await slot.LoadAsync(cancellationToken).ConfigureAwait(false) is { } text ? Read(text) : [];
            _isLoaded = true;
        }
    }

    private static string Write(ImmutableList<SnapshotCommand> commands)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("commands"u8);
            foreach (var command in commands)
            {
                writer.WriteStartObject();
                writer.WriteNumber("n"u8, command.Number);
                writer.WriteNumber("kind"u8, (int)command.Kind);
                if (command.Id is { } id)
                {
                    writer.WriteString("id"u8, id);
                }

                writer.WriteStartArray("tables"u8);
                foreach (var pattern in command.Patterns)
                {
                    writer.WriteStringValue(pattern);
                }

                writer.WriteEndArray();
                if (command.Condition is { } condition)
                {
                    writer.WriteString("condition"u8, condition);
                }

                WriteKeys(writer, command);

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
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

    private static ImmutableList<SnapshotCommand> Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var commands = ImmutableList.CreateBuilder<SnapshotCommand>();
            foreach (var command in document.RootElement.GetProperty("commands"u8).EnumerateArray())
            {
                var patterns = ImmutableArray.CreateBuilder<string>();
                foreach (var pattern in command.GetProperty("tables"u8).EnumerateArray())
                {
                    patterns.Add(pattern.GetString() ?? "");
                }

                commands.Add(new SnapshotCommand((SnapshotCommandKind)command.GetProperty("kind"u8).GetInt32(),
                    command.TryGetProperty("id"u8, out var id) ? id.GetString() : null)
                {
                    Number = command.GetProperty("n"u8).GetInt64(),
                    Patterns = patterns.ToImmutable(),
                    Condition = command.TryGetProperty("condition"u8, out var condition) ? condition.GetString() : null,
                    Keys = ReadKeys(command),
                    KeyShape = command.TryGetProperty("shape"u8, out var shape) ? shape.GetString() ?? "" : "",
                });
            }

            return commands.ToImmutable();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new OffsetFormatException($"The stored snapshot requests cannot be read: {e.Message} Restore a copy of them, or remove "
                + "them to forget the requests that were not carried out yet.", e);
        }
    }
}
