namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>A token that ends one command: by the caller, by the deployment, or by time. The time
/// starts with <see cref="Start"/>.</summary>
internal sealed class CommandDeadline : IDisposable
{
    private readonly ITimer? _timer;
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _caller;
    private readonly CancellationTokenRegistration _deployment;
    private volatile bool _hasExpired;

    /// <summary>Creates the token.</summary>
    /// <param name="limit">The longest time that the command may take once its server is selected; zero for no limit.</param>
    /// <param name="time">The clock.</param>
    /// <param name="caller">Ends the command.</param>
    /// <param name="deployment">Ends it too, as the deployment cannot be reached.</param>
    public CommandDeadline(TimeSpan limit, TimeProvider time, CancellationToken caller, CancellationToken deployment)
    {
        Limit = limit;
        _timer = limit > TimeSpan.Zero ? time.CreateTimer(Expire, this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) : null;
        _caller = caller.UnsafeRegister(Cancel, this);
        _deployment = deployment.UnsafeRegister(Cancel, this);
    }

    /// <summary>The longest time that the command may take; zero for no limit.</summary>
    public TimeSpan Limit { get; }

    /// <summary>The token to run the command with.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>True if the time ended the command.</summary>
    public bool HasExpired => _hasExpired;

    /// <summary>Starts the time; a second call starts it again.</summary>
    public void Start() => _timer?.Change(Limit, Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        _caller.Dispose();
        _deployment.Dispose();
        _source.Dispose();
    }

    private static void Expire(object? state)
    {
        if (state is CommandDeadline deadline)
        {
            deadline._hasExpired = true;
            Cancel(deadline);
        }
    }

    private static void Cancel(object? state)
    {
        try
        {
            (state as CommandDeadline)?._source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The command ended in the same moment.
        }
    }
}
