using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>The keys of a change set's records: the same bytes, seen through the primary key's columns.</summary>
internal sealed class KeyRecordSet : RecordSet
{
    private readonly MySqlChangeSet _set;
    private readonly TableSchema _schema;
    private readonly int[] _columns;

    public KeyRecordSet(MySqlChangeSet set, TableSchema schema, int[] columns)
    {
        _set = set;
        _schema = schema;
        _columns = columns;
    }

    public override TableSchema? Schema => _schema;

    public override int GetFieldCount(int record) => _columns.Length;

    public override string GetFieldName(int record, int field) => _schema.Columns[field].Name;

    public override int IndexOf(int record, string name) => _schema.IndexOf(name);

    public override DataValue GetValue(int record, int field)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)field, (uint)_columns.Length, nameof(field));
        return _set.GetValue(record, _columns[field]);
    }
}
