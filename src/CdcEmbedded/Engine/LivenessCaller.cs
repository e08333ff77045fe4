using CdcEmbedded.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Engine;

/// <summary>Calls the application at an interval while the stream is alive (R80).</summary>
/// <param name="options">The application's options; null for none.</param>
/// <param name="engine">The engine's options.</param>
/// <param name="look">Returns what is known of the stream; null while it is not alive.</param>
/// <param name="logger">The engine's logger.</param>
internal sealed class LivenessCaller(LivenessOptions? options, CdcEngineOptions engine, Func<StreamLiveness?> look, ILogger logger)
    : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _calling = Task.CompletedTask;
    private string? _reported;

    /// <summary>Begins, if the application wants it.</summary>
    public void Start()
    {
        if (options is { } wanted)
        {
            using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            {
                _calling = Task.Run(() => CallRegularlyAsync(wanted));
            }
        }
    }

    /// <summary>Ends a call that is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            await _calling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CallRegularlyAsync(LivenessOptions wanted)
    {
        using var timer = new PeriodicTimer(wanted.Interval, engine.TimeProvider);
        while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
        {
            await CallAsync(wanted).ConfigureAwait(false);
        }
    }

    private async ValueTask CallAsync(LivenessOptions wanted)
    {
        try
        {
            if (look() is { } alive)
            {
                await wanted.OnAlive(alive, _stop.Token).ConfigureAwait(false);
                _reported = null;
            }
        }
        catch (Exception e)
        {
            // Once the stream ends, a call that was cancelled has not failed.
            if (!_stop.IsCancellationRequested && _reported != e.Message)
            {
                Log.LivenessCallFailed(logger, e, engine.Name, wanted.Interval.TotalSeconds);
                _reported = e.Message;
            }
        }
    }
}
