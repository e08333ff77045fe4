using CdcEmbedded.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Snapshots;

/// <summary>Reads the channels of signals while a stream runs, each in a task of its own. A channel that fails is read again.</summary>
internal sealed class SignalListener : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxRetry = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(10);
    private readonly CommandLog _commands;
    private readonly SignalIntake _intake;
    private readonly string _engine;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // Never disposed: a channel that does not stop in time still has its token.
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];

    public SignalListener(CommandLog commands, SignalIntake intake, string engine, TimeProvider time, ILogger logger)
    {
        _commands = commands;
        _intake = intake;
        _engine = engine;
        _time = time;
        _logger = logger;
    }

    /// <summary>Begins to read the channels.</summary>
    public void Start(IReadOnlyList<ISnapshotSignalChannel> channels)
    {
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            foreach (var channel in channels)
            {
                // Asked once: code of the application must not fail where its failure is reported.
                var name = channel.Name;
                _running.Add(Task.Run(() => RunAsync(channel, name), CancellationToken.None));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            try
            {
                await _stop.CancelAsync().ConfigureAwait(false);
            }
            finally
            {
                await Task.WhenAll(_running).WaitAsync(StopBound, _time).ConfigureAwait(false);
            }
        }
        catch (TimeoutException)
        {
            Log.ChannelDidNotStop(_logger, _engine, StopBound.TotalSeconds);
        }
    }

    private async Task RunAsync(ISnapshotSignalChannel channel, string name)
    {
        var wait = FirstRetry;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var position = await _commands.PositionOfAsync(name, _stop.Token).ConfigureAwait(false);
                await foreach (var signal in channel.ReadAsync(position, _stop.Token).ConfigureAwait(false))
                {
                    await _intake.AcceptAsync(signal, name, _stop.Token).ConfigureAwait(false);
                    wait = FirstRetry;
                }

                return;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (OffsetConflictException e)
            {
                // Another instance runs under this name, and reads the channel.
                Log.ChannelEnded(_logger, e, _engine, name);
                return;
            }
            catch (Exception e)
            {
                Log.ChannelFailed(_logger, e, _engine, name, wait.TotalSeconds);
            }

            try
            {
                await Task.Delay(wait, _time, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            wait = wait * 2 < MaxRetry ? wait * 2 : MaxRetry;
        }
    }
}
