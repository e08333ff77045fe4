using CdcEmbedded.Sources;

namespace CdcEmbedded.Testing;

/// <summary>Reads the tables of a script.</summary>
internal sealed class ScriptedReader(ScriptedSource source, SourceContext context) : SnapshotReader
{
    private bool _isDisposed;

    public override string Server => "The script";

    public override ValueTask<IReadOnlyList<SnapshotTable>> ListTablesAsync(IReadOnlyList<string> patterns,
        CancellationToken cancellationToken)
    {
        OnRead(cancellationToken);
        return new(source.ReadTables().Find(patterns));
    }

    public override ValueTask<SnapshotTable?> FindTableAsync(string database, string table, CancellationToken cancellationToken)
    {
        OnRead(cancellationToken);
        return new(source.ReadTables().Find(database, table));
    }

    public override ValueTask<SourcePosition> GetWatermarkAsync(CancellationToken cancellationToken)
    {
        OnRead(cancellationToken);
        return new(new ScriptedPosition(source.TakeWatermark(), 0));
    }

    public override ValueTask<SourceLoad?> GetLoadAsync(CancellationToken cancellationToken) => new(source.Load?.Invoke());

    public override ValueTask<SnapshotKey?> GetLastKeyAsync(SnapshotTable table, string? condition, CancellationToken cancellationToken)
    {
        OnRead(cancellationToken);
        var own = (ScriptedTable)table;
        var rows = source.RowsWhere(source.ReadTables().RowsOf(own), condition);
        return new(rows.Count == 0 ? null : ScriptedTables.KeyOf(own, rows[^1]));
    }

    public override ValueTask<SnapshotChunk> ReadChunkAsync(SnapshotTable table, SnapshotKey? after, SnapshotKey? upTo, int limit,
        string? condition, CancellationToken cancellationToken)
    {
        OnRead(cancellationToken);
        var own = (ScriptedTable)table;
        var rows = source.RowsWhere(source.ReadTables().RowsOf(own), condition).FindAll(row =>
        {
            var key = ScriptedTables.KeyOf(own, row);
            return (after is null || ScriptedTable.Compare(key, after) > 0) && (upTo is null || ScriptedTable.Compare(key, upTo) <= 0);
        });
        var isLast = rows.Count <= limit;
        return new(new ScriptedChunk(own, isLast ? rows : rows.GetRange(0, limit), isLast, context.TimeProvider.GetUtcNow()));
    }

    public override ValueTask<SnapshotChunk> ReadKeysAsync(SnapshotTable table, IReadOnlyList<SnapshotKey> keys, string? condition,
        CancellationToken cancellationToken)
    {
        OnRead(cancellationToken);
        var own = (ScriptedTable)table;
        var rows = source.RowsWhere(source.ReadTables().RowsOf(own), condition)
            .FindAll(row => keys.Contains(ScriptedTables.KeyOf(own, row)));
        return new(new ScriptedChunk(own, rows, true, context.TimeProvider.GetUtcNow()));
    }

    public override ValueTask<ConsistentView> OpenConsistentViewAsync(IReadOnlyList<SnapshotTable> tables, int readers,
        CancellationToken cancellationToken)
    {
        OnRead(cancellationToken);
        var transactions = source.CountTransactions();
        return new(new ScriptedView(source, context, source.ReadTables(transactions), transactions, readers));
    }

    public override ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            source.OnReaderClosed();
        }

        return default;
    }

    private void OnRead(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        source.OnSnapshotRead();
    }
}
