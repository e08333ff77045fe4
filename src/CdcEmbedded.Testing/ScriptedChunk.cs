using CdcEmbedded.Sources;

namespace CdcEmbedded.Testing;

/// <summary>Rows of a script's table.</summary>
internal sealed class ScriptedChunk(ScriptedTable table, IReadOnlyList<ScriptedChange> rows, bool isLast, DateTimeOffset readAt)
    : SnapshotChunk
{
    public override int Count => rows.Count;

    public override long ByteSize => 100L * rows.Count;

    public override bool IsLast => isLast;

    public override TableSchema? Schema => rows.Count > 0 ? rows[0].Schema : null;

    public override DateTimeOffset ReadAt => readAt;

    public override DataRecord GetRow(int row) => rows[row].After;

    public override DataRecord GetKey(int row) => rows[row].Key;

    public override SnapshotKey? GetPlace(int row) => table.KeyOf(rows[row].After);
}
