using CdcEmbedded.Sources;

namespace CdcEmbedded.Transforms;

/// <summary>Rows of a table, seen through the rules.</summary>
internal sealed class MappedRows(RecordSet inner, RowPlan plan) : RecordSet
{
    public override TableSchema? Schema => plan.Schema;

    public override int GetFieldCount(int record) => plan.Sources.Length;

    public override string GetFieldName(int record, int field) => plan.Schema.Columns[field].Name;

    public override int IndexOf(int record, string name) => plan.Schema.IndexOf(name);

    public override string? GetPosition(int record) => inner.GetPosition(record);

    public override ReadOnlyMemory<byte> GetRawValue(int record, int field)
        => plan.Changes[field] is null ? inner.GetRawValue(record, plan.Sources[field]) : default;

    public override DataValue GetValue(int record, int field)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)field, (uint)plan.Sources.Length, nameof(field));
        if (plan.Changes[field] is { } change)
        {
            return GetHidden(record, field, change);
        }

        return inner.GetValue(record, plan.Sources[field]);
    }

    private DataValue GetHidden(int record, int field, ValueChange change)
    {
        try
        {
            var value = inner.GetValue(record, plan.Sources[field]);
            return value.Kind > ValueKind.Null ? change.Apply(value) : value;
        }
        catch (CdcProtocolException) when (change is Constant)
        {
            // A mask looks at no value.
            return change.Apply(DataValue.FromInt64(0));
        }
        catch (CdcProtocolException e)
        {
            throw DecodingFailure.Hidden(plan.Schema, field, inner.GetPosition(record) ?? e.Position);
        }
    }
}
