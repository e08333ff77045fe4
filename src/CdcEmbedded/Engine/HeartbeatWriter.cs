using CdcEmbedded.Diagnostics;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Engine;

/// <summary>Has the source write a heartbeat into its log at an interval, while the stream is open, so that the position moves and the
/// log does not expire while the captured tables rest (R80).</summary>
/// <param name="source">The source.</param>
/// <param name="context">The context of the feed.</param>
/// <param name="isOpen">True while the stream is connected.</param>
/// <param name="logger">The engine's logger.</param>
internal sealed class HeartbeatWriter(ISource source, SourceContext context, Func<bool> isOpen, ILogger logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _writing = Task.CompletedTask;
    private int _failures;
    private string? _reported;

    /// <summary>Begins, if the source asks for it.</summary>
    public void Start()
    {
        if (source.HeartbeatWriteInterval is { } interval)
        {
            using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            {
                _writing = Task.Run(() => WriteRegularlyAsync(interval));
            }
        }
    }

    /// <summary>Ends a write that is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            await _writing.ConfigureAwait(false);
        }
    }

    private async Task WriteRegularlyAsync(TimeSpan interval)
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(interval, context.TimeProvider, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_stop.IsCancellationRequested && isOpen())
            {
                await WriteAsync(interval).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A failure must not end the stream: the server may be read-only for a while, or the privilege may be missing. The same
    /// failure is logged once until a write works.</summary>
    private async ValueTask WriteAsync(TimeSpan interval)
    {
        try
        {
            await source.WriteHeartbeatAsync(context, _stop.Token).ConfigureAwait(false);
            if (_failures > 0)
            {
                Log.HeartbeatWrittenAgain(logger, context.Name, _failures);
            }

            (_failures, _reported) = (0, null);
        }
        catch (Exception e)
        {
            // Once the stream ends, it does not matter if this write arrived.
            if (!_stop.IsCancellationRequested)
            {
                _failures++;
                if (_reported != e.Message)
                {
                    Log.HeartbeatNotWritten(logger, e, context.Name, interval.TotalSeconds);
                    _reported = e.Message;
                }
            }
        }
    }
}
