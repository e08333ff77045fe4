namespace CdcEmbedded.Engine;

/// <summary>The enumerator of <see cref="CdcEngine.ReadBatchesAsync"/>.</summary>
internal sealed class BatchCursor : StreamCursor, IAsyncEnumerator<ChangeBatch>
{
    private ChangeBatch? _current;

    public BatchCursor(EngineSession session)
        : base(session, StreamKind.Batches)
    {
    }

    public ChangeBatch Current => _current ?? throw new InvalidOperationException("There is no current batch.");

    public ValueTask<bool> MoveNextAsync() => MoveSlowAsync();

    private protected override void OnYield() => _current = Batch;
}
