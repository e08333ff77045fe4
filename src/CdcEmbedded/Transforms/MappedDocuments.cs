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

    public override int GetFieldCount(int record) => isArray ? CountOf(record) : Shown(record).Length - 1;

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
        var child = ChildOf(record, place);
        return isArray || child.Change is not { } change ? Map(inner.GetValue(record, place), child) : GetHidden(record, place, change);
    }

    public override bool TryGetValue(int record, string name, out DataValue value)
    {
        value = default;
        try
        {
            var source = isArray ? name : node.SourceName(name, inner, record);
            if (source is null || !inner.TryGetValue(record, source, out var own))
            {
                return false;
            }

            value = Map(own, isArray ? node : node.Child(source));
            return true;
        }
        catch (ValueDecodingException e)
        {
            // It may be of a field that is hidden.
            throw DecodingFailure.Hide(e);
        }
    }

    public override string? GetPosition(int record) => inner.GetPosition(record);

    public override ReadOnlyMemory<byte> GetRawValue(int record, int field)
        => PlaceOf(record, field) is var place && IsShown(ChildOf(record, place)) ? inner.GetRawValue(record, place) : default;

    /// <inheritdoc/>
    protected internal override ValueDecodingException Undecodable(int record, int field, CdcProtocolException cause)
    {
        var place = PlaceOf(record, field);
        var failure = inner.Undecodable(record, place, cause);
        return IsShown(ChildOf(record, place)) ? failure : DecodingFailure.Hide(failure);
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
            if (!isArray)
            {
                writer.WritePropertyName(GetFieldName(record, i));
            }

            WriteField(record, place, ChildOf(record, place), writer, isKey);
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
        WriteField(record, place, ChildOf(record, place), writer, isKey);
    }

    private void WriteField(int record, int place, FieldNode child, Utf8JsonWriter writer, bool isKey)
    {
        if (!isArray && child.Change is { } change)
        {
            ValueJson.Write(writer, GetHidden(record, place, change));
            return;
        }

        var value = inner.GetValue(record, place);
        if (inner.HasOwnJson && !(child.HasInner && IsNested(value)))
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

    private DataValue GetHidden(int record, int place, ValueChange change)
    {
        try
        {
            var value = inner.GetValue(record, place);
            return value.Kind > ValueKind.Null ? change.Apply(value) : value;
        }
        catch (CdcProtocolException) when (change is Constant)
        {
            // A mask looks at no value.
            return change.Apply(DataValue.FromInt64(0));
        }
        catch (CdcProtocolException e)
        {
            throw DecodingFailure.Hide(inner.Undecodable(record, place, e));
        }
    }

    private int CountOf(int record)
    {
        try
        {
            return inner.GetFieldCount(record);
        }
        catch (ValueDecodingException e)
        {
            // Any field, a hidden one too, may be the one whose bytes are damaged.
            throw DecodingFailure.Hide(e);
        }
    }

    private FieldNode ChildOf(int record, int place) => isArray ? node : node.Child(inner.GetFieldName(record, place));

    private bool IsShown(FieldNode child) => !child.HasInner && (isArray || child.Change is null);

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
        var count = CountOf(record);
        for (var i = 0; i < count; i++)
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
