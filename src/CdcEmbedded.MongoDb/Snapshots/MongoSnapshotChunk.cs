using CdcEmbedded.Sources;

namespace CdcEmbedded.MongoDb.Snapshots;

/// <summary>Documents of a collection.</summary>
/// <param name="table">The collection.</param>
/// <param name="blocks">The replies with the documents.</param>
/// <param name="isLast">True if no document follows.</param>
/// <param name="readAt">When they were read.</param>
internal sealed class MongoSnapshotChunk(MongoSnapshotTable table, IReadOnlyList<DocumentBlock> blocks, bool isLast,
    DateTimeOffset readAt) : SnapshotChunk
{
    private const int FixedSize = 200;

    public override int Count { get; } = blocks.Sum(static block => block.Count);

    public override long ByteSize { get; } = FixedSize + blocks.Sum(static block => block.ByteSize + FixedSize);

    public override bool IsLast { get; } = isLast;

    public override TableSchema? Schema => null;

    public override DateTimeOffset ReadAt { get; } = readAt;

    public override DataRecord GetRow(int row) => BlockOf(ref row).RecordAt(row);

    public override DataRecord GetKey(int row) => BlockOf(ref row).KeyAt(row, table.KeyFields);

    public override SnapshotKey? GetPlace(int row) => DocumentKeys.PlaceOf(BlockOf(ref row)[row]["_id"u8]);

    private DocumentBlock BlockOf(ref int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count, nameof(row));
        var block = 0;
        while (row >= blocks[block].Count)
        {
            row -= blocks[block++].Count;
        }

        return blocks[block];
    }
}
