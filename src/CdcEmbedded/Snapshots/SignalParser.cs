using System.Collections.Immutable;
using System.Text.Json;

namespace CdcEmbedded.Snapshots;

/// <summary>Reads signals in Debezium's JSON (documentation, "Sending signals to a Debezium connector", "Signal actions").</summary>
/// <remarks>An <c>id</c> in the data of a stop, pause or resume names one snapshot; Debezium has none there, and it means all.</remarks>
internal static class SignalParser
{
    /// <param name="signal">The signal.</param>
    /// <param name="id">Its id, which a snapshot gets.</param>
    public static ParsedSignal Parse(SnapshotSignal signal, string id)
    {
        if (signal.Problem is { } problem)
        {
            return Bad(problem);
        }

        try
        {
            using var document = string.IsNullOrWhiteSpace(signal.Data) ? null : JsonDocument.Parse(signal.Data);
            var data = document?.RootElement ?? default;
            return data.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Object or JsonValueKind.Null)
                ? Bad($"its data is a JSON {data.ValueKind}, not an object") : Parse(signal.Type, id, data);
        }
        catch (JsonException e)
        {
            return Bad($"its data is not JSON: {e.Message}");
        }
        catch (FormatException e)
        {
            return Bad(e.Message);
        }
    }

    private static ParsedSignal Parse(string type, string id, JsonElement data) => type switch
    {
        "execute-snapshot" => new(ReadRequest(id, data)),
        "stop-snapshot" => new(new SnapshotCommand(SnapshotCommandKind.Stop, TextOf(data, "id"))
        {
            Expressions = ReadExpressions(data, isRequired: false),
        }),
        "pause-snapshot" => new(new SnapshotCommand(SnapshotCommandKind.Pause, TextOf(data, "id"))),
        "resume-snapshot" => new(new SnapshotCommand(SnapshotCommandKind.Resume, TextOf(data, "id"))),
        "log" => new(Message: TextOf(data, "message") ?? throw new FormatException("its data has no 'message'")),

        // Marks of a Debezium connector that uses the same table.
        "snapshot-window-open" or "snapshot-window-close" => new(),
        "" => Bad("it has no type"),
        _ => Bad($"its type '{type}' is unknown; known are execute-snapshot, stop-snapshot, pause-snapshot, resume-snapshot and log"),
    };

    private static SnapshotCommand ReadRequest(string id, JsonElement data)
    {
        var kind = TextOf(data, "type") ?? "incremental";
        var isBlocking = kind.Equals("blocking", StringComparison.OrdinalIgnoreCase);
        if (!isBlocking && !kind.Equals("incremental", StringComparison.OrdinalIgnoreCase))
        {
            throw new FormatException($"its snapshot type '{kind}' is unknown; known are incremental and blocking");
        }

        var surrogateKey = TextOf(data, "surrogate-key");
        if (surrogateKey is not null && isBlocking)
        {
            throw new FormatException("a blocking snapshot has no 'surrogate-key'");
        }

        return new SnapshotCommand(SnapshotCommandKind.Request, id)
        {
            Reads = isBlocking ? SnapshotKind.Blocking : SnapshotKind.Incremental,
            Expressions = ReadExpressions(data, isRequired: true),
            Condition = TextOf(data, "additional-condition"),
            Conditions = ReadConditions(data),
            SurrogateKey = surrogateKey,
        };
    }

    private static ImmutableArray<string> ReadExpressions(JsonElement data, bool isRequired)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        if (TryGet(data, "data-collections", out var list))
        {
            if (list.ValueKind != JsonValueKind.Array)
            {
                throw new FormatException("its 'data-collections' is not an array of names");
            }

            foreach (var each in list.EnumerateArray())
            {
                var expression = each.ValueKind == JsonValueKind.String ? each.GetString() ?? "" : "";
                result.Add(TableExpression.ProblemOf(expression) is { } problem ? throw new FormatException(problem) : expression.Trim());
            }
        }

        return result.Count > 0 || !isRequired ? result.ToImmutable() : throw new FormatException("its data has no 'data-collections'");
    }

    private static ImmutableArray<TableCondition> ReadConditions(JsonElement data)
    {
        var result = ImmutableArray.CreateBuilder<TableCondition>();
        if (!TryGet(data, "additional-conditions", out var list))
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("its 'additional-conditions' is not an array");
        }

        foreach (var each in list.EnumerateArray())
        {
            if (each.ValueKind != JsonValueKind.Object || TextOf(each, "data-collection") is not { } tables
                || TextOf(each, "filter") is not { } filter)
            {
                throw new FormatException("one of its 'additional-conditions' lacks 'data-collection' or 'filter'");
            }

            result.Add(TableExpression.ProblemOf(tables) is { } problem ? throw new FormatException(problem)
                : new TableCondition(tables.Trim(), Checked(filter)));
        }

        return result.ToImmutable();
    }

    private static string Checked(string condition)
        => condition.TrimStart().StartsWith("SELECT ", StringComparison.OrdinalIgnoreCase)
            ? throw new FormatException("a condition is a whole SELECT statement; give only what comes after WHERE") : condition;

    private static string? TextOf(JsonElement data, string name)
        => !TryGet(data, name, out var value) ? null
            : value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text
            : throw new FormatException($"its '{name}' is not a text");

    private static bool TryGet(JsonElement data, string name, out JsonElement value)
    {
        value = default;
        return data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    private static ParsedSignal Bad(string problem) => new(Problem: problem);
}
