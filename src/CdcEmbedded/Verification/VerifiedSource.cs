using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Verification;

/// <summary>The source's side of a verification: a reader that is opened again after a failure, and the table as it is.</summary>
internal sealed class VerifiedSource(SnapshotCoordinator stream, string database, string name) : IAsyncDisposable
{
    private const int Attempts = 20;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    private SnapshotReader? _reader;
    private SnapshotTable? _table;
    private string? _shape;

    /// <summary>What the keys consist of.</summary>
    public string KeyShape => _shape ?? "";

    /// <summary>Asks the source, again after failures that may pass.</summary>
    /// <exception cref="CdcException">It fails for good.</exception>
    public async ValueTask<T> AskAsync<T>(Func<SnapshotReader, SnapshotTable, CancellationToken, ValueTask<T>> ask,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _reader ??= await stream.OpenReaderAsync(cancellationToken).ConfigureAwait(false);
                _table ??= await FindAsync(_reader, cancellationToken).ConfigureAwait(false);
                return await ask(_reader, _table, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (attempt < Attempts && SnapshotActions.IsTransient(e) && !cancellationToken.IsCancellationRequested)
            {
                await ReopenAsync().ConfigureAwait(false);
            }

            await stream.DelayAsync(FirstWait * Math.Min(attempt, 20), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The source's own text of a key; null if the table is being looked up again.</summary>
    public SnapshotKey? KeyOf(DataRecord key) => _table?.KeyOf(key);

    /// <summary>Closes the reader: the next question opens another one.</summary>
    public async ValueTask ReopenAsync()
    {
        _table = null;
        if (Interlocked.Exchange(ref _reader, null) is { } reader)
        {
            await reader.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The table's columns may have changed: looks it up again at the next question.</summary>
    public void Forget() => _table = null;

    public ValueTask DisposeAsync() => ReopenAsync();

    private async ValueTask<SnapshotTable> FindAsync(SnapshotReader reader, CancellationToken cancellationToken)
    {
        var table = await reader.FindTableAsync(database, name, cancellationToken).ConfigureAwait(false)
            ?? throw new ArgumentException($"There is no table {database}.{name}, or it is not captured.");
        if (table.ChunkRefusal is { } reason)
        {
            throw new NotSupportedException(reason);
        }

        _shape ??= table.KeyShape;
        return table.KeyShape == _shape ? table
            : throw new InvalidOperationException($"The key of {database}.{name} changed while it was verified. Verify it again.");
    }
}
