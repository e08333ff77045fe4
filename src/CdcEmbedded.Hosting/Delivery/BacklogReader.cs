namespace CdcEmbedded.Hosting.Delivery;

/// <summary>Reads the batches of a stream and, if the options say so, joins those of a backlog: of each key the last change is
/// kept.</summary>
/// <remarks>The engine is asked for the next batch before what it yielded is handled, so it must have manual acknowledgement where batches
/// are joined.</remarks>
internal sealed class BacklogReader : IAsyncDisposable
{
    // While the stream is not caught up, more follows soon: long enough for a read from the source, and too short to be a delay.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    // Fewer changes are not worth looking through again.
    private const int LeastPass = 4096;

    private readonly StreamRun _run;
    private readonly CdcEngine _engine;
    private readonly CancellationTokenSource _stop;
    private readonly IAsyncEnumerator<ChangeBatch> _batches;
    private ChangeBatch? _batch;
    private Task<bool>? _next;

    public BacklogReader(StreamRun run, CdcEngine engine, CancellationToken stop)
    {
        _run = run;
        _engine = engine;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _batches = engine.ReadBatchesAsync(_stop.Token).GetAsyncEnumerator(CancellationToken.None);
    }

    /// <summary>The last batch: its offset is that after all changes.</summary>
    public ChangeBatch Batch => _batch ?? throw new InvalidOperationException("There is no current batch.");

    /// <summary>The changes to handle.</summary>
    public IReadOnlyList<ChangeEvent> Changes { get; private set; } = [];

    /// <summary>Moves to the next batch, or joined batches.</summary>
    /// <returns>False at the end of the source.</returns>
    public async ValueTask<bool> MoveNextAsync()
    {
        var next = _next is { } begun ? new ValueTask<bool>(begun) : _batches.MoveNextAsync();
        _next = null;
        if (!await next.ConfigureAwait(false))
        {
            return false;
        }

        _batch = _batches.Current;
        Changes = _run.Options.OnlyLastOfKey ? await JoinAsync(_batch).ConfigureAwait(false) : [.. _batch];
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_next is { } next)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _batches.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async ValueTask<IReadOnlyList<ChangeEvent>> JoinAsync(ChangeBatch first)
    {
        var changes = new List<ChangeEvent>(first);
        var (count, bytes, nextPass) = (first.Count, first.ByteSize, LeastPass);
        while (count < _run.Options.MaxGatheredChanges && bytes < _run.Options.MaxGatheredBytes
            && await HasMoreAsync().ConfigureAwait(false))
        {
            var batch = _batches.Current;
            _batch = batch;
            count += batch.Count;
            bytes += batch.ByteSize;
            changes.AddRange(batch);
            if (changes.Count >= nextPass)
            {
                changes = LastOfKey.Of(changes);
                nextPass = Math.Max(LeastPass, 2 * changes.Count);
            }
        }

        return LastOfKey.Of(changes);
    }

    /// <summary>Waits for another batch as long as there is a backlog. A failure and the end are left to the next request.</summary>
    private async ValueTask<bool> HasMoreAsync()
    {
        var next = _batches.MoveNextAsync().AsTask();
        if (!next.IsCompleted && _engine.Status.State != EngineState.CaughtUp)
        {
            using var over = new CancellationTokenSource();
            await Task.WhenAny(next, Task.Delay(Patience, _run.Time, over.Token)).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
        }

        if (next.IsCompletedSuccessfully && await next.ConfigureAwait(false))
        {
            return true;
        }

        _next = next;
        return false;
    }
}
