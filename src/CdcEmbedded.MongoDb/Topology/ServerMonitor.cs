using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.MongoDb.Wire;
using CdcEmbedded.Shared;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.MongoDb.Topology;

/// <summary>Asks one server again and again what it is, over a connection of its own that nobody is logged in on.</summary>
/// <remarks>By polling: a change of state shows at the next check, or at once by the error of a command, which asks for a check.</remarks>
internal sealed class ServerMonitor : IAsyncDisposable
{
    /// <summary>The least time between two checks, however many are asked for.</summary>
    public static readonly TimeSpan MinHeartbeat = TimeSpan.FromMilliseconds(500);

    private readonly ServerAddress _address;
    private readonly MongoConnectionSettings _settings;
    private readonly TopologyTracker _tracker;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _wake = NewSignal();
    private Task _loop = Task.CompletedTask;
    private MongoConnection? _connection;
    private TimeSpan? _average;

    /// <summary>Prepares the monitor; <see cref="Start"/> sets it going.</summary>
    public ServerMonitor(
        ServerAddress address, MongoConnectionSettings settings, TopologyTracker tracker, ILogger logger, TimeProvider time)
    {
        _address = address;
        _settings = settings;
        _tracker = tracker;
        _logger = logger;
        _time = time;
    }

    /// <summary>Begins with a check at once.</summary>
    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Asks for a check as soon as the least time has passed.</summary>
    public void RequestCheck() => Volatile.Read(ref _wake).TrySetResult();

    /// <summary>Tells the loop to end, without waiting for it.</summary>
    public void Stop() => _stop.Cancel();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _connection?.Dispose();
        _stop.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                // A request made during the check may stem from before it; one made after it wakes the next wait.
                Volatile.Write(ref _wake, NewSignal());
                await CheckAsync(_stop.Token).ConfigureAwait(false);
                await Task.Delay(MinHeartbeat, _time, _stop.Token).ConfigureAwait(false);
                await WaitAsync(_settings.HeartbeatFrequency - MinHeartbeat).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The end that Stop asked for.
        }
    }

    private async ValueTask WaitAsync(TimeSpan time)
    {
        if (time <= TimeSpan.Zero)
        {
            return;
        }

        using var cancelDelay = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await Task.WhenAny(_wake.Task, Task.Delay(time, _time, cancelDelay.Token)).ConfigureAwait(false);
        await cancelDelay.CancelAsync().ConfigureAwait(false);
        _stop.Token.ThrowIfCancellationRequested();
    }

    private async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        var wasConnected = _connection is { IsBroken: false };
        try
        {
            await AskAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (CdcException exception)
        {
            // An old connection may have died of anything; a new one tells whether the server has.
            _average = null;
            _connection?.Dispose();
            _connection = null;
            Log.CheckFailed(_logger, _address, exception);
            _tracker.ReportFailedCheck(_address, exception);
            if (wasConnected)
            {
                RequestCheck();
            }
        }
    }

    private async ValueTask AskAsync(CancellationToken cancellationToken)
    {
        HelloReply hello;
        if (_connection is { IsBroken: false } connection)
        {
            var writer = new BsonWriter(64);
            writer.WriteInt32(connection.HelloCommand, 1);
            writer.WriteBoolean("helloOk"u8, true);
            writer.WriteString("$db"u8, "admin");
            using var deadline = new Deadline(_settings.ConnectTimeout, _time, cancellationToken);
            var started = _time.GetTimestamp();
            try
            {
                var reply = await connection.RunAsync(connection.HelloCommand, writer.ToDocument(), TimeSpan.Zero, deadline.Token)
                    .ConfigureAwait(false);
                hello = HelloReply.Read(reply);
            }
            catch (OperationCanceledException exception)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new CdcConnectionException(
                    $"{_address} did not answer a check within {_settings.ConnectTimeout.TotalSeconds:0.###} seconds.", exception);
            }

            _average = RoundTripAverage.Next(_average, _time.GetElapsedTime(started));
        }
        else
        {
            _connection = await MongoConnection.OpenAsync(_address, _settings, null, 0, _logger, _time, cancellationToken)
                .ConfigureAwait(false);
            hello = _connection.Hello;
            _average = RoundTripAverage.Next(_average, _connection.HandshakeTime);
        }

        _tracker.Report(ServerDescription.Of(_address, hello, _average, _tracker.NowMilliseconds));
    }
}
