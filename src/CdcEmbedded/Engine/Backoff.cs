namespace CdcEmbedded.Engine;

/// <summary>Decides how long to wait before the next attempt to connect, and when to give up.</summary>
internal sealed class Backoff
{
    private readonly ReconnectPolicy _policy;
    private readonly Func<double> _random;
    private int _doublings;
    private int _attempts;

    /// <param name="policy">The application's policy.</param>
    /// <param name="random">Returns numbers from 0 up to 1.</param>
    public Backoff(ReconnectPolicy policy, Func<double> random)
    {
        _policy = policy;
        _random = random;
    }

    /// <summary>The attempt that the last <see cref="TryNext"/> allowed, from 1 after the last progress.</summary>
    public int Attempt => _attempts;

    /// <summary>Records a connection that has failed.</summary>
    /// <param name="delivered">True if it had delivered anything.</param>
    /// <param name="lasted">How long it had been open.</param>
    public void OnConnectionEnded(bool delivered, TimeSpan lasted)
    {
        if (!delivered)
        {
            return;
        }

        _attempts = 0;
        if (lasted >= _policy.ResetAfter)
        {
            _doublings = 0;
        }
    }

    /// <summary>The option that limits the attempts.</summary>
    /// <param name="isFirst">True before the first connection.</param>
    public string NameOfLimit(bool isFirst) => isFirst && _policy.MaxFirstAttempts is not null
        ? $"{nameof(ReconnectPolicy)}.{nameof(ReconnectPolicy.MaxFirstAttempts)}"
        : $"{nameof(ReconnectPolicy)}.{nameof(ReconnectPolicy.MaxAttempts)}";

    /// <summary>Computes the wait before the next attempt.</summary>
    /// <param name="isFirst">True before the first connection.</param>
    /// <param name="delay">The wait.</param>
    /// <returns>False if the policy allows no more attempts.</returns>
    public bool TryNext(bool isFirst, out TimeSpan delay)
    {
        delay = default;
        if (_attempts >= (isFirst ? _policy.MaxFirstAttempts ?? _policy.MaxAttempts : _policy.MaxAttempts))
        {
            return false;
        }

        _attempts++;
        var ticks = _policy.InitialDelay.Ticks * Math.Pow(2, _doublings);
        if (ticks < _policy.MaxDelay.Ticks)
        {
            _doublings++;
        }

        ticks = Math.Min(ticks, _policy.MaxDelay.Ticks);
        delay = TimeSpan.FromTicks(Math.Max(1, (long)(ticks * (1 - (_policy.Jitter * _random())))));
        return true;
    }
}
