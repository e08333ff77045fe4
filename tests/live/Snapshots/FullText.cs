using System.Buffers;
using System.Text;
using System.Text.Json;
using CdcEmbedded.Formats;

namespace CdcEmbedded.ServerTests.Snapshots;

/// <summary>Everything that an application can learn of a value, as text.</summary>
internal static class FullText
{
    // The writer of the library's own envelope, which is internal.
    private static readonly Action<Utf8JsonWriter, DataValue> _writeJson = typeof(EnvelopeJson).Assembly
        .GetType("CdcEmbedded.Formats.ValueJson", throwOnError: true)!.GetMethod("Write", [typeof(Utf8JsonWriter), typeof(DataValue)])!
        .CreateDelegate<Action<Utf8JsonWriter, DataValue>>();

    /// <summary>Returns the differences of two records; empty if they are the same.</summary>
    public static IEnumerable<string> Differences(DataRecord fromLog, DataRecord read)
    {
        TableSchema schema = fromLog.Schema!;
        for (int i = 0; i < schema.Columns.Count; i++)
        {
            (string log, string snapshot) = (Of(schema.Columns[i]), Of(read.Schema!.Columns[i]));
            if (log != snapshot)
            {
                yield return $"{schema.FullName}.{schema.Columns[i].Name}: the log describes it as {log}, the snapshot as {snapshot}";
            }

            (log, snapshot) = (Of(fromLog[i]), Of(read[i]));
            if (log != snapshot)
            {
                yield return $"{schema.FullName}.{schema.Columns[i].Name} ({schema.Columns[i].TypeName}): log {Short(log)}, "
                    + $"snapshot {Short(snapshot)}";
            }
        }
    }

    private static string Of(ColumnSchema column) => $"{column.Name} {column.TypeName} {column.IsNullable} {column.IsPrimaryKey} "
        + $"{column.IsVisible} {column.CharacterSet} {string.Join(',', column.Labels ?? [])}";

    private static string Of(DataValue value)
    {
        string bytes = value.Kind is ValueKind.Binary or ValueKind.Text or ValueKind.Geometry or ValueKind.Vector
            ? Convert.ToHexString(value.AsBytes().Span) : "";
        string number = value.Kind is ValueKind.Enum ? $"{value.AsInt64()}" : value.Kind is ValueKind.Set ? $"{value.AsUInt64()}"
            : value.Kind is ValueKind.Single ? $"{BitConverter.SingleToInt32Bits(value.AsSingle()):x}"
            : value.Kind is ValueKind.Double ? $"{BitConverter.DoubleToInt64Bits(value.AsDouble()):x}" : "";
        return $"{value.Kind}/{value.Scale} {value} {number} {bytes} {Json(value)}";
    }

    private static string Json(DataValue value)
    {
        if (value.IsAbsent)
        {
            return "";
        }

        var output = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(output);
        try
        {
            _writeJson(writer, value);
            writer.Flush();
            return Encoding.UTF8.GetString(output.WrittenSpan);
        }
        catch (CdcProtocolException e)
        {
            return e.Message;
        }
    }

    private static string Short(string text) => text.Length <= 160 ? $"'{text}'" : $"'{text[..160]}…' ({text.Length})";
}
