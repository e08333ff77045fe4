using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Snapshots;

/// <summary>Rows that a snapshot read, as changes of the stream, all at one place of it. Each moves the state of the snapshot (R59,
/// R69).</summary>
internal sealed class SnapshotChangeSet : ChangeSet
{
    private readonly string _engine;
    private readonly string _id;
    private readonly SnapshotTable _table;
    private readonly EmissionPart _part;
    private readonly int _start;
    private readonly SourcePosition _position;

    /// <param name="engine">The engine's name.</param>
    /// <param name="id">The snapshot.</param>
    /// <param name="table">The table.</param>
    /// <param name="part">The rows.</param>
    /// <param name="start">The first of them in this set.</param>
    /// <param name="count">How many of them are in this set.</param>
    /// <param name="position">The stream's place.</param>
    public SnapshotChangeSet(string engine, string id, SnapshotTable table, EmissionPart part, int start, int count,
        SourcePosition position)
    {
        _engine = engine;
        _id = id;
        _table = table;
        _part = part;
        _start = start;
        _position = position;
        Count = count;
    }

    /// <summary>The marker of most rows.</summary>
    public SnapshotMarker Marker { get; init; } = SnapshotMarker.Incremental;

    /// <summary>The marker of the first row, where it differs.</summary>
    public SnapshotMarker? FirstMarker { get; init; }

    /// <summary>The marker of the last row, where it differs.</summary>
    public SnapshotMarker? LastMarker { get; init; }

    public override int Count { get; }

    public override long ByteSize => _part.Chunk.ByteSize * Count / Math.Max(1, _part.Chunk.Count);

    public override TransactionInfo? Transaction => null;

    public override bool HasOneTable => true;

    public override string GetDatabase(int change) => _table.Database;

    public override string GetTable(int change) => _table.Name;

    public override TableSchema? GetSchema(int change) => _part.Chunk.Schema;

    public override DateTimeOffset GetTimestamp(int change) => _part.Chunk.ReadAt;

    public override ChangeOperation GetOperation(int change) => ChangeOperation.Read;

    public override DataRecord GetBefore(int change) => default;

    public override DataRecord GetAfter(int change) => _part.Chunk.GetRow(RowOf(change));

    public override DataRecord GetKey(int change) => _part.Chunk.GetKey(RowOf(change));

    public override SourceInfo GetSource(int change)
        => _table.DescribeRow(new SnapshotRowOrigin(_engine, _position, _part.Chunk.ReadAt, MarkerOf(change)));

    public override string GetEventId(int change)
    {
        var row = RowOf(change);
        var key = _part.Chunk.GetPlace(row) ?? _table.KeyOf(_part.Chunk.GetRow(row));
        return $"snapshot:{_id}:{_table.FullName}:{key?.Json ?? $"#{row}"}";
    }

    public override SourcePosition GetPosition(int change) => _position;

    internal override ISnapshotState? SnapshotAfter(int change) => _part.States.After(_part.Rows, _start + change);

    private int RowOf(int change) => _part.Rows[_start + change];

    private SnapshotMarker MarkerOf(int change)
    {
        var first = change == 0 ? FirstMarker : null;
        var last = change == Count - 1 ? LastMarker : null;
        return last == SnapshotMarker.Last ? SnapshotMarker.Last
            : first == SnapshotMarker.First ? SnapshotMarker.First
            : last ?? first ?? Marker;
    }
}
