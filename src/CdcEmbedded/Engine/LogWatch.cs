using CdcEmbedded.Diagnostics;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Engine;

/// <summary>Has the source measure how far the stream is from both ends of its log, only while somebody asks for it.</summary>
/// <remarks>An answer comes from the last look; a look begins with a question, if the last one is long ago. Any thread asks.</remarks>
/// <param name="source">The source.</param>
/// <param name="context">The context of the feed.</param>
/// <param name="place">Returns what is processed, and how old it is; null while nothing can be measured.</param>
/// <param name="logger">The engine's logger.</param>
internal sealed class LogWatch(ISource source, SourceContext context, Func<(SourcePosition Position, TimeSpan Lag)?> place, ILogger logger)
    : IAsyncDisposable
{
    /// <summary>How old an answer may be before the next question starts another look.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(15);

    // Never disposed: a question may come at the same moment.
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private LogDistance? _last;
    private Task _look = Task.CompletedTask;
    private long? _lookedAt;
    private bool _isStopped;

    /// <summary>Returns the last answer; null while there is none.</summary>
    public LogDistance? Ask()
    {
        lock (_gate)
        {
            var isDue = _lookedAt is not { } at || context.TimeProvider.GetElapsedTime(at) >= Age;
            if (isDue && _look.IsCompleted && !_isStopped && place() is var (position, lag))
            {
                _lookedAt = context.TimeProvider.GetTimestamp();
                using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
                {
                    _look = Task.Run(() => LookAsync(position, lag));
                }
            }

            return _last;
        }
    }

    /// <summary>Ends a look that is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        Task look;
        lock (_gate)
        {
            _isStopped = true;
            look = _look;
        }

        // Not under the lock: code of the application may have registered for it.
        try
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            await look.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(SourcePosition position, TimeSpan lag)
    {
        LogDistance? answer = null;
        try
        {
            answer = await source.MeasureLogAsync(context, position, lag, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            // A metric without a value: the stream itself finds out if the server is gone.
            Log.LogNotMeasured(logger, e, context.Name);
        }

        lock (_gate)
        {
            _last = answer;
        }
    }
}
