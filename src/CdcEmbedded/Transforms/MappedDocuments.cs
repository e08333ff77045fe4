using System.Text.Json;
using CdcEmbedded.Formats;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Transforms;

/// <summary>Documents, seen through the rules.</summary>
/// <param name="inner">The documents.</param>
/// <param name="node">The rules.</param>
/// <param name="isArray">True if it is an array, whose elements the rules concern.</param>
internal sealed class MappedDocuments(RecordSet inner, FieldNode node, bool isArray) : RecordSet
{
    private int[]? _shown;

    public override TableSchema? Schema => null;

    public override int GetFieldCount(int record) => isArray ? inner.GetFieldCount(record) : Shown(record).Length - 1;

    public override string GetFieldName(int record, int field)
    {
        var name = inner.GetFieldName(record, PlaceOf(record, field));
        return isArray ? name : node.Child(name).NewName ?? name;
    }

    public override int IndexOf(int record, string name)
    {
        for (var i = 0; i < GetFieldCount(record); i++)
        {
            if (GetFieldName(record, i) == name)
            {
                return i;
            }
        }

        return -1;
    }

    public override DataValue GetValue(int record, int field)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)field, (uint)GetFieldCount(record), nameof(field));
        var place = PlaceOf(record, field);
        return Map(inner.GetValue(record, place), isArray ? node : node.Child(inner.GetFieldName(record, place)));
    }

    public override bool TryGetValue(int record, string name, out DataValue value)
    {
        value = default;
        var source = isArray ? name : node.SourceName(name, inner, record);
        if (source is null || !inner.TryGetValue(record, source, out var own))
        {
            return false;
        }

        value = Map(own, isArray ? node : node.Child(source));
        return true;
    }

    public override bool HasOwnJson => inner.HasOwnJson;

    public override bool TryWriteJson(int record, Utf8JsonWriter writer) => TryWrite(record, writer, isKey: false);

    public override bool TryWriteKeyJson(int record, Utf8JsonWriter writer) => TryWrite(record, writer, isKey: true);

    private bool TryWrite(int record, Utf8JsonWriter writer, bool isKey)
    {
        if (!HasOwnJson)
        {
            return false;
        }

        Write(record, writer, isKey);
        return true;
    }

    /// <summary>Writes the record: what no rule concerns in the source's own form.</summary>
    public void Write(int record, Utf8JsonWriter writer, bool isKey)
    {
        if (isArray)
        {
            writer.WriteStartArray();
        }
        else
        {
            writer.WriteStartObject();
        }

        for (var i = 0; i < GetFieldCount(record); i++)
        {
            var place = PlaceOf(record, i);
            var name = inner.GetFieldName(record, place);
            var child = isArray ? node : node.Child(name);
            if (!isArray)
            {
                writer.WritePropertyName(child.NewName ?? name);
            }

            WriteField(record, place, child, writer, isKey);
        }

        if (isArray)
        {
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteEndObject();
        }
    }

    public override void WriteFieldJson(int record, int field, Utf8JsonWriter writer, bool isKey)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var place = PlaceOf(record, field);
        WriteField(record, place, isArray ? node : node.Child(inner.GetFieldName(record, place)), writer, isKey);
    }

    private void WriteField(int record, int place, FieldNode child, Utf8JsonWriter writer, bool isKey)
    {
        var value = inner.GetValue(record, place);
        if (inner.HasOwnJson && (isArray || child.Change is null) && !(child.HasInner && IsNested(value)))
        {
            inner.WriteFieldJson(record, place, writer, isKey);
        }
        else
        {
            ValueJson.Write(writer, Map(value, child));
        }
    }

    // The rules of an array's field have been applied to the array: what is left concerns fields inside its elements.
    private DataValue Map(in DataValue value, FieldNode child) => value.Kind <= ValueKind.Null ? value
        : !isArray && child.Change is { } change ? change.Apply(value)
        : child.HasInner && IsNested(value) && value.Codec is { } codec
            ? value.With(new MappedCodec(codec, child, value.Kind == ValueKind.Array))
        : value;

    private static bool IsNested(in DataValue value) => value.Kind is ValueKind.Document or ValueKind.Array;

    private int PlaceOf(int record, int field) => isArray ? field : Shown(record)[field + 1];

    /// <summary>The record, then the places of its fields that are shown; kept for the last record.</summary>
    private int[] Shown(int record)
    {
        if (Volatile.Read(ref _shown) is { } last && last[0] == record)
        {
            return last;
        }

        var shown = new List<int> { record };
        for (var i = 0; i < inner.GetFieldCount(record); i++)
        {
            if (!node.Child(inner.GetFieldName(record, i)).IsDropped)
            {
                shown.Add(i);
            }
        }

        int[] result = [.. shown];
        Volatile.Write(ref _shown, result);
        return result;
    }
}
