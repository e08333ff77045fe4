using CdcEmbedded.Sources;

namespace CdcEmbedded.Transforms;

/// <summary>Rows of a table, seen through the rules.</summary>
internal sealed class MappedRows(RecordSet inner, RowPlan plan) : RecordSet
{
    public override TableSchema? Schema => plan.Schema;

    public override int GetFieldCount(int record) => plan.Sources.Length;

    public override string GetFieldName(int record, int field) => plan.Schema.Columns[field].Name;

    public override int IndexOf(int record, string name) => plan.Schema.IndexOf(name);

    public override DataValue GetValue(int record, int field)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)field, (uint)plan.Sources.Length, nameof(field));
        var value = inner.GetValue(record, plan.Sources[field]);
        return plan.Changes[field] is { } change && value.Kind > ValueKind.Null ? change.Apply(value) : value;
    }
}
