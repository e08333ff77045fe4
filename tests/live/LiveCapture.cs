using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.ServerTests;

/// <summary>An engine that runs beside the test and collects what it yields, until it is disposed or fails.</summary>
public sealed class LiveCapture : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<CapturedChange> _changes = [];
    private readonly Func<ChangeEvent, Task>? _onChange;
    private readonly Task _running;

    /// <summary>Starts reading.</summary>
    /// <param name="source">The source.</param>
    /// <param name="options">The engine's options.</param>
    /// <param name="store">The offset store; null for a new one.</param>
    /// <param name="onChange">Runs in the loop body before the change is collected.</param>
    public LiveCapture(MySqlSource source, CdcEngineOptions options, IOffsetStore? store = null, Func<ChangeEvent, Task>? onChange = null)
    {
        _onChange = onChange;
        Engine = new CdcEngine(source, store ?? new InMemoryOffsetStore(), options);
        _running = Task.Run(RunAsync);
    }

    /// <summary>The engine.</summary>
    public CdcEngine Engine { get; }

    /// <summary>What the engine has yielded so far.</summary>
    public IReadOnlyList<CapturedChange> Changes
    {
        get
        {
            lock (_gate)
            {
                return [.. _changes];
            }
        }
    }

    /// <summary>The texts of what the engine has yielded so far.</summary>
    public string[] Texts => Capture.Texts(Changes);

    /// <summary>Makes the options of an engine that reconnects within milliseconds.</summary>
    public static CdcEngineOptions From(StartPosition start) => new()
    {
        Name = "test",
        StartFrom = start,
        Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromMilliseconds(20), MaxDelay = TimeSpan.FromMilliseconds(100) },
    };

    /// <summary>Waits until a number of changes have been yielded.</summary>
    public Task CountAsync(int count) => UntilAsync(() => Count >= count, () => $"{Count} of {count} changes arrived");

    /// <summary>Waits until the engine has reached the end of the log.</summary>
    public Task CaughtUpAsync()
        => UntilAsync(() => Engine.Status.State == EngineState.CaughtUp, () => $"the engine is {Engine.Status.State}");

    /// <summary>Waits for a condition; a failure of the engine ends the wait.</summary>
    public async Task UntilAsync(Func<bool> condition, Func<string> state)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (_running.IsCompleted)
            {
                await _running;
                Assert.Fail($"The stream has ended: {state()}.");
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < Capture.Patience,
                $"After {Capture.Patience}: {state()}. {Engine.Status.Failure}");
            await Task.Delay(5);
        }
    }

    /// <summary>Waits for the engine's failure.</summary>
    public async Task<T> FailureAsync<T>()
        where T : Exception => await Assert.ThrowsAnyAsync<T>(() => _running.WaitAsync(Capture.Patience));

    /// <summary>Stops reading as a caller's cancellation does.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)Task.WhenAny(_running)).WaitAsync(Capture.Patience);
        await Engine.DisposeAsync();
        _stop.Dispose();
    }

    private int Count
    {
        get
        {
            lock (_gate)
            {
                return _changes.Count;
            }
        }
    }

    private async Task RunAsync()
    {
        await foreach (ChangeEvent change in Engine.ReadAsync(_stop.Token))
        {
            if (_onChange is not null)
            {
                await _onChange(change);
            }

            var captured = CapturedChange.Of(change);
            lock (_gate)
            {
                _changes.Add(captured);
            }
        }
    }
}
