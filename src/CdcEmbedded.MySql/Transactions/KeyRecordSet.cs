using System.Diagnostics.CodeAnalysis;
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

    public override string? GetPosition(int record) => _rows.GetPosition(record);

    public override ReadOnlyMemory<byte> GetRawValue(int record, int field) => _rows.GetRawValue(record, ColumnOf(field));

    public override DataValue GetValue(int record, int field) => _rows.GetValue(record, ColumnOf(field));

    public override bool TryReadInt64(int record, int field, out long value) => _rows.TryReadInt64(record, ColumnOf(field), out value);

    public override bool TryReadDecimal(int record, int field, out decimal value)
        => _rows.TryReadDecimal(record, ColumnOf(field), out value);

    public override bool TryReadDateTime(int record, int field, out DateTime value)
        => _rows.TryReadDateTime(record, ColumnOf(field), out value);

    public override bool TryReadText(int record, int field, [NotNullWhen(true)] out string? value)
        => _rows.TryReadText(record, ColumnOf(field), out value);

    public override bool TryReadUtf8(int record, int field, out ReadOnlySpan<byte> value)
        => _rows.TryReadUtf8(record, ColumnOf(field), out value);

    public override void WriteFields(int record, FieldWriter writer)
    {
        for (var field = 0; field < _columns.Length; field++)
        {
            _rows.WriteColumn(record, _columns[field], field, writer);
        }
    }

    private int ColumnOf(int field)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)field, (uint)_columns.Length, nameof(field));
        return _columns[field];
    }
}
