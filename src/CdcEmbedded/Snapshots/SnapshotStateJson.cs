using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>The text form of <see cref="SnapshotState"/>:
/// <c>{"commands":2,"jobs":[{"id":"…","kind":"incremental","tables":[{"table":["shop","orders"],"status":"reading","upTo":…,"after":…,
/// "rows":5}]}],"finished":["…"],
/// "known":{"shop":["orders"]}}</c>. Members with their default value are absent.</summary>
internal static class SnapshotStateJson
{
    internal static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(SnapshotState state)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            writer.WriteStartObject();
            if (state.Commands > 0)
            {
                writer.WriteNumber("commands"u8, state.Commands);
            }

            if (!state.Jobs.IsEmpty)
            {
                writer.WriteStartArray("jobs"u8);
                foreach (var job in state.Jobs)
                {
                    Write(writer, job);
                }

                writer.WriteEndArray();
            }

            WriteTexts(writer, "finished", state.Finished);
            WriteKnown(writer, state);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <exception cref="OffsetFormatException">The text is damaged.</exception>
    public static SnapshotState Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var jobs = ImmutableArray.CreateBuilder<SnapshotJob>();
            if (root.TryGetProperty("jobs"u8, out var list))
            {
                foreach (var job in list.EnumerateArray())
                {
                    jobs.Add(ReadJob(job).OnlyFailed);
                }
            }

            return new SnapshotState
            {
                Commands = root.TryGetProperty("commands"u8, out var commands) ? commands.GetInt64() : 0,
                Jobs = jobs.ToImmutable(),
                Finished = ReadTexts(root, "finished"),
                Known = ReadKnown(root),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new OffsetFormatException($"The snapshot state of the offset cannot be read: {e.Message} Restore a copy of the offset, "
                + "or remove its \"snapshot\" to give up the snapshots that it describes.", e);
        }
    }

    private static void WriteKnown(Utf8JsonWriter writer, SnapshotState state)
    {
        if (state.Known is not { } known)
        {
            return;
        }

        writer.WriteStartObject("known"u8);
        foreach (var database in known.GroupBy(static each => each.Database, StringComparer.Ordinal)
            .OrderBy(static each => each.Key, StringComparer.Ordinal))
        {
            WriteTexts(writer, database.Key, [.. database.Select(static each => each.Table).Order(StringComparer.Ordinal)]);
        }

        writer.WriteEndObject();
    }

    private static ImmutableHashSet<(string Database, string Table)>? ReadKnown(JsonElement root)
        => !root.TryGetProperty("known"u8, out var known) ? null
            : [.. known.EnumerateObject().SelectMany(static database => database.Value.EnumerateArray()
                .Select(table => (database.Name, table.GetString() ?? "")))];

    private static void Write(Utf8JsonWriter writer, SnapshotJob job)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, job.Id);
        writer.WriteString("kind"u8, Word(job.Kind));
        WriteTexts(writer, "patterns", job.Patterns);
        WriteTexts(writer, "expressions", job.Expressions);
        WriteText(writer, "condition", job.Condition);
        WriteConditions(writer, job.Conditions);
        WriteText(writer, "surrogateKey", job.SurrogateKey);
        WriteTexts(writer, "stopped", job.Stopped);
        WriteText(writer, "reason", job.Reason);
        if (job.IsForNewTables)
        {
            writer.WriteBoolean("newTables"u8, true);
        }

        if (job.IsPaused)
        {
            writer.WriteBoolean("paused"u8, true);
        }

        if (job.IsListed)
        {
            writer.WriteStartArray("tables"u8);
            foreach (var table in job.Tables)
            {
                Write(writer, table);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TableProgress table)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("table"u8);
        writer.WriteStringValue(table.Database);
        writer.WriteStringValue(table.Table);
        writer.WriteEndArray();
        writer.WriteString("status"u8, Word(table.Status));
        WriteText(writer, "condition", table.Condition);
        WriteKey(writer, "upTo", table.UpTo);
        WriteKey(writer, "after", table.After);
        WriteText(writer, "shape", table.KeyShape.Length == 0 ? null : table.KeyShape);
        if (!table.Again.IsEmpty)
        {
            writer.WriteStartArray("again"u8);
            foreach (var key in table.Again)
            {
                writer.WriteRawValue(key.Json);
            }

            writer.WriteEndArray();
        }

        if (table.IsKeysOnly)
        {
            writer.WriteBoolean("keysOnly"u8, true);
        }

        if (table.Rows > 0)
        {
            writer.WriteNumber("rows"u8, table.Rows);
        }

        if (table.Estimate is { } estimate)
        {
            writer.WriteNumber("estimate"u8, estimate);
        }

        WriteText(writer, "reason", table.Reason);
        writer.WriteEndObject();
    }

    private static SnapshotJob ReadJob(JsonElement job)
    {
        var tables = ImmutableArray.CreateBuilder<TableProgress>();
        var isListed = job.TryGetProperty("tables"u8, out var list);
        if (isListed)
        {
            foreach (var table in list.EnumerateArray())
            {
                tables.Add(ReadTable(table));
            }
        }

        return new SnapshotJob(TextOf(job, "id") ?? throw new FormatException("A snapshot has no id."),
            KindOf(TextOf(job, "kind")))
        {
            Patterns = ReadTexts(job, "patterns"),
            Expressions = ReadTexts(job, "expressions"),
            Condition = TextOf(job, "condition"),
            Conditions = ReadConditions(job),
            SurrogateKey = TextOf(job, "surrogateKey"),
            Stopped = ReadTexts(job, "stopped"),
            Reason = TextOf(job, "reason"),
            IsForNewTables = job.TryGetProperty("newTables"u8, out _),
            IsPaused = job.TryGetProperty("paused"u8, out var paused) && paused.GetBoolean(),
            IsListed = isListed,
            Tables = tables.ToImmutable(),
        };
    }

    private static TableProgress ReadTable(JsonElement table)
    {
        var name = table.GetProperty("table"u8);
        var again = ImmutableArray.CreateBuilder<SnapshotKey>();
        if (table.TryGetProperty("again"u8, out var list))
        {
            foreach (var key in list.EnumerateArray())
            {
                again.Add(new SnapshotKey(key.GetRawText()));
            }
        }

        return new TableProgress(name[0].GetString() ?? "", name[1].GetString() ?? "")
        {
            Status = StatusOf(TextOf(table, "status")),
            Condition = TextOf(table, "condition"),
            UpTo = KeyOf(table, "upTo"),
            After = KeyOf(table, "after"),
            KeyShape = TextOf(table, "shape") ?? "",
            Again = again.ToImmutable(),
            IsKeysOnly = table.TryGetProperty("keysOnly"u8, out _),
            Rows = table.TryGetProperty("rows"u8, out var rows) ? rows.GetInt64() : 0,
            Estimate = table.TryGetProperty("estimate"u8, out var estimate) ? estimate.GetInt64() : null,
            Reason = TextOf(table, "reason"),
        };
    }

    internal static void WriteTexts(Utf8JsonWriter writer, string name, IReadOnlyCollection<string> texts)
    {
        if (texts.Count == 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    internal static ImmutableArray<string> ReadTexts(JsonElement parent, string name)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        if (parent.TryGetProperty(name, out var list))
        {
            foreach (var text in list.EnumerateArray())
            {
                texts.Add(text.GetString() ?? "");
            }
        }

        return texts.ToImmutable();
    }

    internal static void WriteConditions(Utf8JsonWriter writer, ImmutableArray<TableCondition> conditions)
    {
        if (conditions.IsEmpty)
        {
            return;
        }

        writer.WriteStartArray("conditions"u8);
        foreach (var each in conditions)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(each.Tables);
            writer.WriteStringValue(each.Condition);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    internal static ImmutableArray<TableCondition> ReadConditions(JsonElement parent)
        => !parent.TryGetProperty("conditions"u8, out var list) ? []
            : [.. list.EnumerateArray().Select(static each => new TableCondition(each[0].GetString() ?? "", each[1].GetString() ?? ""))];

    internal static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }

    internal static string? TextOf(JsonElement parent, string name)
        => parent.TryGetProperty(name, out var text) ? text.GetString() : null;

    private static void WriteKey(Utf8JsonWriter writer, string name, SnapshotKey? key)
    {
        if (key is not null)
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(key.Json);
        }
    }

    private static SnapshotKey? KeyOf(JsonElement parent, string name)
        => parent.TryGetProperty(name, out var key) ? new SnapshotKey(key.GetRawText()) : null;

    internal static string Word(SnapshotKind kind) => kind switch
    {
        SnapshotKind.Initial => "initial",
        SnapshotKind.Blocking => "blocking",
        _ => "incremental",
    };

    internal static SnapshotKind KindOf(string? word) => word switch
    {
        "initial" => SnapshotKind.Initial,
        "incremental" => SnapshotKind.Incremental,
        "blocking" => SnapshotKind.Blocking,
        _ => throw new FormatException($"'{word}' is not a kind of snapshot."),
    };

    private static ReadOnlySpan<byte> Word(SnapshotTableStatus status) => status switch
    {
        SnapshotTableStatus.Waiting => "waiting"u8,
        SnapshotTableStatus.Reading => "reading"u8,
        SnapshotTableStatus.Completed => "completed"u8,
        SnapshotTableStatus.Failed => "failed"u8,
        _ => "stopped"u8,
    };

    private static SnapshotTableStatus StatusOf(string? word) => word switch
    {
        "waiting" => SnapshotTableStatus.Waiting,
        "reading" => SnapshotTableStatus.Reading,
        "completed" => SnapshotTableStatus.Completed,
        "failed" => SnapshotTableStatus.Failed,
        "stopped" => SnapshotTableStatus.Stopped,
        _ => throw new FormatException($"'{word}' is not a state of a table."),
    };
}
