using CdcEmbedded.Sources;

namespace CdcEmbedded.Testing;

/// <summary>The tables of a script at one moment.</summary>
internal sealed class ScriptedView(ScriptedSource source, SourceContext context, ScriptedTables tables, int transactions, int readers)
    : ConsistentView
{
    public override SourcePosition Position { get; } = new ScriptedPosition(transactions, 0);

    public override string Lock => "no lock was needed";

    public override int Readers => readers;

    public override ValueTask<SnapshotCursor> OpenTableAsync(int reader, SnapshotTable table, string? condition,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var own = (ScriptedTable)table;
        return new(new Cursor(source, context, own, source.RowsWhere(tables.RowsOf(own), condition)));
    }

    public override ValueTask<SnapshotKey?> FindBoundAsync(int reader, SnapshotTable table, SnapshotKey? after, int rows,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        source.OnSnapshotRead();
        var own = (ScriptedTable)table;
        var left = RowsBetween(own, after, null);
        return new(left.Count < rows ? null : ScriptedTables.KeyOf(own, left[rows - 1]));
    }

    public override ValueTask<SnapshotCursor> OpenRangeAsync(int reader, SnapshotTable table, SnapshotKey? after, SnapshotKey? upTo,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var own = (ScriptedTable)table;
        return new(new Cursor(source, context, own, RowsBetween(own, after, upTo)));
    }

    public override ValueTask DisposeAsync() => default;

    private List<ScriptedChange> RowsBetween(ScriptedTable table, SnapshotKey? after, SnapshotKey? upTo)
        => tables.RowsOf(table).FindAll(row => ScriptedTables.KeyOf(table, row) is var key
            && (after is null || ScriptedTable.Compare(key, after) > 0) && (upTo is null || ScriptedTable.Compare(key, upTo) <= 0));

    private sealed class Cursor(ScriptedSource source, SourceContext context, ScriptedTable table, List<ScriptedChange> rows)
        : SnapshotCursor
    {
        private int _next;

        public override ValueTask<SnapshotChunk?> ReadAsync(int limit, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            source.OnSnapshotRead();
            if (_next == rows.Count)
            {
                return new((SnapshotChunk?)null);
            }

            var part = rows.GetRange(_next, Math.Min(limit, rows.Count - _next));
            _next += part.Count;
            return new(new ScriptedChunk(table, part, _next == rows.Count, context.TimeProvider.GetUtcNow()));
        }

        public override ValueTask DisposeAsync() => default;
    }
}
