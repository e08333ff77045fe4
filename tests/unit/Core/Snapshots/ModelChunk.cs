using CdcEmbedded.Sources;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>Rows that the model's server returned.</summary>
internal sealed class ModelChunk : SnapshotChunk
{
    private readonly List<(int Key, ModelRow Row)> _rows;
    private readonly DataRecord[] _records;
    private readonly string _text;

    public ModelChunk(List<(int Key, ModelRow Row)> rows, bool isLast)
    {
        _rows = rows;
        _records = [.. rows.Select(row => row.Row.ToRecord(row.Key))];
        _text = string.Join(' ', rows.Select(row => $"{row.Key}={row.Row}")) + (isLast ? "." : "");
        IsLast = isLast;
    }

    public override int Count => _rows.Count;

    public override long ByteSize => 0;

    public override bool IsLast { get; }

    public override TableSchema? Schema => null;

    public override DateTimeOffset ReadAt => default;

    public (int Key, ModelRow Row) this[int row] => _rows[row];

    public override DataRecord GetRow(int row) => _records[row];

    public override DataRecord GetKey(int row) => _records[row];

    public override SnapshotKey? GetPlace(int row) => ModelTable.Keys[_rows[row].Key];

    public override string ToString() => _text;
}
