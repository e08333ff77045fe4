namespace CdcEmbedded.Engine;

/// <summary>What the engine's read methods return: nothing happens before it is enumerated, and it can be enumerated once.</summary>
internal sealed class EngineStream<T> : IAsyncEnumerable<T>
{
    private readonly Func<CancellationToken, CancellationToken, IAsyncEnumerator<T>> _start;
    private readonly CancellationToken _cancellationToken;

    public EngineStream(Func<CancellationToken, CancellationToken, IAsyncEnumerator<T>> start, CancellationToken cancellationToken)
    {
        _start = start;
        _cancellationToken = cancellationToken;
    }

    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        => _start(_cancellationToken, cancellationToken);
}
