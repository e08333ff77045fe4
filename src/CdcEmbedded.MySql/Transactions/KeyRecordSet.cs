using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>The keys of the rows of an event: the same bytes, seen through the primary key's columns.</summary>
internal sealed class KeyRecordSet : RecordSet
{
    private readonly RowBuffer _rows;
    private readonly TableSchema _schema;
    private readonly int[] _columns;

    public KeyRecordSet(RowBuffer rows, TableSchema schema, int[] columns)
    {
        _rows = rows;
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
        return _rows.GetValue(record, _columns[field]);
    }
}
