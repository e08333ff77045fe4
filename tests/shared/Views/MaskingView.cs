using CdcEmbedded.Sources;

namespace CdcEmbedded.Tests.Views;

/// <summary>A view whose records have a mask in place of one column.</summary>
internal sealed class MaskingView(ChangeSet inner, string column) : DelegatingChangeSet(inner)
{
    public const string Mask = "***";

    public override DataRecord GetBefore(int change) => Masked(base.GetBefore(change));

    public override DataRecord GetAfter(int change) => Masked(base.GetAfter(change));

    public override DataRecord GetKey(int change) => Masked(base.GetKey(change));

    private DataRecord Masked(DataRecord record) => record.HasValue ? new DataRecord(new MaskedRecord(record, column), 0) : default;

    private sealed class MaskedRecord(DataRecord inner, string column) : RecordSet
    {
        public override TableSchema? Schema => inner.Schema;

        public override int GetFieldCount(int record) => inner.Count;

        public override string GetFieldName(int record, int field) => inner.GetName(field);

        public override int IndexOf(int record, string name)
        {
            for (var i = 0; i < inner.Count; i++)
            {
                if (inner.GetName(i) == name)
                {
                    return i;
                }
            }

            return -1;
        }

        public override DataValue GetValue(int record, int field)
            => inner.GetName(field) == column ? DataValue.FromText(Mask) : inner[field];
    }
}
