using System.Buffers;
using System.Text;
using System.Text.Json;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Testing;

/// <summary>A table of a script, as a snapshot reads it. Keys are JSON arrays of numbers and texts.</summary>
internal sealed class ScriptedTable(string database, string name, string[] keyColumns, long rows) : SnapshotTable(database, name)
{
    public override long? EstimatedRows => rows;

    public override bool IsDivisible => keyColumns.Length > 0;

    public override string KeyShape => string.Join(',', keyColumns);

    public override string? ChunkRefusal => keyColumns.Length == 0 ? $"{FullName} has no key; name one with Key." : null;

    public override SnapshotKey? KeyOf(DataRecord record)
    {
        if (keyColumns.Length == 0)
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>(32);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartArray();
        foreach (var column in keyColumns)
        {
            if (!record.HasValue || !record.TryGetValue(column, out var value))
            {
                return null;
            }

            switch (value.Kind)
            {
                case ValueKind.Int64:
                    writer.WriteNumberValue(value.AsInt64());
                    break;
                case ValueKind.UInt64:
                    writer.WriteNumberValue(value.AsUInt64());
                    break;
                default:
                    writer.WriteStringValue(value.ToString());
                    break;
            }
        }

        writer.WriteEndArray();
        writer.Flush();
        return new SnapshotKey(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    /// <summary>The order of the script's server: numbers by value, texts by their characters.</summary>
    public static int Compare(SnapshotKey left, SnapshotKey right)
    {
        using var first = JsonDocument.Parse(left.Json);
        using var second = JsonDocument.Parse(right.Json);
        for (var i = 0; i < first.RootElement.GetArrayLength(); i++)
        {
            var (a, b) = (first.RootElement[i], second.RootElement[i]);
            var order = a.ValueKind == JsonValueKind.Number && b.ValueKind == JsonValueKind.Number
                ? a.GetDecimal().CompareTo(b.GetDecimal())
                : string.CompareOrdinal(a.ToString(), b.ToString());
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }
}
