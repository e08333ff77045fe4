using System.Diagnostics;
using System.Net.Sockets;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using CdcEmbedded.Testing;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Tests.Engine;

/// <summary>Exceptions of the application's own code, which the engine calls: they reach the loop as they are, or harm nothing. None is
/// taken for one of the source, and nothing is lost.</summary>
public sealed class UserFaultTests : EngineTest
{
    /// <summary>Exceptions that would be transient, a loss or a cancellation if the source threw them, and one that would not.</summary>
    public static TheoryData<Exception> Faults =>
    [
        new InvalidTimeZoneException("mine"),
        new SocketException((int)SocketError.ConnectionRefused),
        new IOException("mine", new SocketException()),
        new CdcConnectionException("mine"),
        new OffsetLostException("mine"),
        new OperationCanceledException("mine"),
        new TaskCanceledException("mine"),
    ];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_a_condition_throws_ends_the_stream_and_is_not_tried_again(Exception fault)
    {
        var calls = 0;
        await using (var engine = new CdcEngine(Transactions(1, 2, 2).End(), Store, With(OffsetLostPolicy.StartFromLatest,
            Transform.Where("shop.*", change => ++calls < 3 || Id(change) != 3 ? true : throw fault))))
        {
            Assert.Same(fault, await Assert.ThrowsAnyAsync<Exception>(() => ReadIdsAsync(engine)));
            Assert.Equal(EngineState.Failed, engine.Status.State);
        }

        Assert.Equal(3, calls);
        await using var next = new CdcEngine(Transactions(1, 2, 2).End(), Store, With(OffsetLostPolicy.Fail));
        Assert.Contains(3, await ReadIdsAsync(next));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_a_snapshot_policy_throws_ends_the_stream(Exception fault)
    {
        var options = With(OffsetLostPolicy.Fail, snapshot: new SnapshotOptions { Policy = new ThrowingPolicy(fault) });
        var engine = new CdcEngine(Transactions(1, 2).End(), Store, options);

        Assert.Same(fault, await Assert.ThrowsAnyAsync<Exception>(() => ReadIdsAsync(engine)));
        await engine.DisposeAsync();
        Assert.Null(LastSaved);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_a_listener_of_activities_throws_reaches_the_loop_and_loses_nothing(Exception fault)
    {
        var name = $"listened-{Guid.NewGuid()}";
        using (var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name.StartsWith("CdcEmbedded", StringComparison.Ordinal),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TagObjects.Any(tag => name.Equals(tag.Value)))
                {
                    throw fault;
                }
            },
        })
        {
            ActivitySource.AddActivityListener(listener);
            await using var engine = new CdcEngine(Transactions(1, 2, 2).End(), Store, With(OffsetLostPolicy.Fail, name: name));
            Assert.Same(fault, await Assert.ThrowsAnyAsync<Exception>(() => ReadIdsAsync(engine)));
        }

        await using var next = new CdcEngine(Transactions(1, 2, 2).End(), Store, With(OffsetLostPolicy.Fail, name: name));
        Assert.Equal([3, 4], (await ReadIdsAsync(next)).TakeLast(2));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_logger_that_throws_loses_its_lines_and_nothing_else(Exception fault)
    {
        var store = new InMemoryOffsetStore();
        var lease = new LeaseOptions { Duration = TimeSpan.FromMinutes(10) };
        await using (var engine = new CdcEngine(Transactions(1, 2).Disconnect().Insert(Table, ("id", 3)).End(), store, new CdcEngineOptions
        {
            Name = "test",
            LoggerFactory = new ThrowingLogger(fault),
            Lease = lease,
            Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromTicks(1), MaxDelay = TimeSpan.FromTicks(1) },
        }))
        {
            Assert.Equal([1, 2, 3], await ReadIdsAsync(engine));
        }

        // The lease was released: another instance need not wait for its end.
        await using var next = new CdcEngine(Transactions(1, 2).Insert(Table, ("id", 3)).Insert(Table, ("id", 4)).End(), store,
            new CdcEngineOptions { Name = "test", Lease = lease });
        Assert.Equal([4], await ReadIdsAsync(next));
    }

    [Fact]
    public async Task A_callback_that_throws_when_the_engine_stops_hinders_nothing()
    {
        var engine = new CdcEngine(new CallbackSource(Transactions(1, 2)), Store, Options());
        await foreach (var change in engine.ReadAsync(Timeout))
        {
            if (Id(change) == 2)
            {
                break;
            }
        }

        await engine.DisposeAsync();
        Assert.Equal(At(0, 1, isBegun: true), LastSaved);
        Assert.IsType<AggregateException>(engine.Status.Failure);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_callback_of_a_signal_channel_that_throws_when_the_engine_stops_hinders_nothing(bool byToken)
    {
        var channel = new CallbackChannel();
        using var cancelled = new CancellationTokenSource();
        var engine = new CdcEngine(Transactions(1, 2), Store, new CdcEngineOptions
        {
            Name = "test",
            Lease = new LeaseOptions { Duration = TimeSpan.FromMinutes(10) },
            Snapshot = new SnapshotOptions { Signals = [channel] },
        });
        try
        {
            await foreach (var change in engine.ReadAsync(cancelled.Token))
            {
                if (Id(change) == 2)
                {
                    await channel.IsRead.Task.WaitAsync(Timeout);
                    if (!byToken)
                    {
                        break;
                    }

                    await cancelled.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException) when (byToken)
        {
            // As asked for.
        }

        await engine.DisposeAsync();
        Assert.IsType<AggregateException>(engine.Status.Failure);

        // What was acknowledged is stored, and the lease was released.
        await using var next = new CdcEngine(Transactions(1, 2).Insert(Table, ("id", 3)).End(), Store,
            new CdcEngineOptions { Name = "test", Lease = new LeaseOptions { Duration = TimeSpan.FromMinutes(10) } });
        Assert.Equal(byToken ? [3] : [2, 3], await ReadIdsAsync(next));
    }

    [Fact]
    public async Task The_name_of_a_signal_channel_is_asked_for_only_when_the_stream_starts()
    {
        var channel = new CallbackChannel();
        await using var engine = new CdcEngine(Transactions(1, 2), Store,
            With(OffsetLostPolicy.Fail, snapshot: new SnapshotOptions { Signals = [channel] }));
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        await channel.IsRead.Task.WaitAsync(Timeout);
        channel.NameFault = new InvalidTimeZoneException("mine");
        channel.Release.SetException(new InvalidOperationException("The channel is read again after a wait."));

        Assert.True(await changes.MoveNextAsync());
        Assert.Equal(EngineState.Streaming, engine.Status.State);
    }

    [Fact]
    public async Task A_listener_of_activities_that_throws_when_the_loop_is_left_hinders_no_close()
    {
        var name = $"listened-{Guid.NewGuid()}";
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name.StartsWith("CdcEmbedded", StringComparison.Ordinal),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TagObjects.Any(tag => name.Equals(tag.Value)))
                {
                    throw new InvalidTimeZoneException("mine");
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var engine = new CdcEngine(Transactions(1, 2), Store, With(OffsetLostPolicy.Fail, name: name));
        Assert.Equal([1], await ReadIdsAsync(engine, limit: 1));

        Assert.Equal(EngineState.Failed, engine.Status.State);
        Assert.IsType<InvalidTimeZoneException>(engine.Status.Failure);
    }

    private static CdcEngineOptions With(OffsetLostPolicy onLost, Transform? transform = null, SnapshotOptions? snapshot = null,
        string name = "test") => new()
    {
        Name = name,
        OnOffsetLost = onLost,
        Transforms = transform is null ? [] : [transform],
        Snapshot = snapshot ?? new SnapshotOptions(),
        Reconnect = new ReconnectPolicy { InitialDelay = TimeSpan.FromTicks(1), MaxDelay = TimeSpan.FromTicks(1) },
    };

    /// <summary>A source in which code of the application has registered for the stop.</summary>
    private sealed class CallbackSource(ScriptedSource inner) : ISource
    {
        public string Connector => inner.Connector;

        public StartPosition DefaultStart => inner.DefaultStart;

        public SourcePosition ReadPosition(CdcOffset offset) => inner.ReadPosition(offset);

        public ValueTask<SourceConnection> ConnectAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
        {
            cancellationToken.Register(() => throw new InvalidTimeZoneException("mine"));
            return inner.ConnectAsync(context, start, cancellationToken);
        }
    }

    /// <summary>A channel without signals, in which code of the application has registered for the stop.</summary>
    private sealed class CallbackChannel : ISnapshotSignalChannel
    {
        public string Name => NameFault is { } fault ? throw fault : "callback";

        public Exception? NameFault { get; set; }

        public TaskCompletionSource Release { get; } = new();

        public TaskCompletionSource IsRead { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async IAsyncEnumerable<SnapshotSignal> ReadAsync(string? position,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            cancellationToken.Register(() => throw new InvalidTimeZoneException("mine"));
            IsRead.TrySetResult();
            await Release.Task.WaitAsync(cancellationToken);
            yield break;
        }
    }

    private sealed class ThrowingPolicy(Exception fault) : ISnapshotPolicy
    {
        public SnapshotDecision Decide(SnapshotFacts facts) => throw fault;
    }

    private sealed class ThrowingLogger(Exception fault) : ILoggerFactory, ILogger
    {
        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => throw fault;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Debug ? throw fault : true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => throw fault;

        public void Dispose()
        {
        }
    }
}
