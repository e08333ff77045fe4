namespace CdcEmbedded.MySql.Replication;

/// <summary>A token that is cancelled by the caller or by time.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource? _timer;
    private readonly CancellationTokenSource? _linked;

    /// <summary>Starts the time.</summary>
    /// <param name="limit">How long; zero or less for no limit.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public Deadline(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        if (limit <= TimeSpan.Zero)
        {
            Token = cancellationToken;
            return;
        }

        _timer = new CancellationTokenSource(limit, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellationToken);
        Token = _linked.Token;
    }

    /// <summary>The token to wait with.</summary>
    public CancellationToken Token { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _linked?.Dispose();
        _timer?.Dispose();
    }
}
