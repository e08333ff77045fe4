using System.Globalization;
using CdcEmbedded.Sources;
using CdcEmbedded.Testing;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Tests.Engine;

/// <summary>Heartbeats that a source writes into its own log while the engine reads (R80).</summary>
public sealed class HeartbeatWriteTests : EngineTest
{
    private static readonly TimeSpan _interval = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Heartbeats_are_written_at_the_interval_while_the_stream_is_open_and_no_longer()
    {
        var source = new WritingSource(new ScriptedSource().Insert(Table, ("id", 1)));
        await using (var engine = new CdcEngine(source, Store, Options()))
        {
            Assert.Equal(0, source.Writes);
            await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
            Assert.True(await changes.MoveNextAsync());
            for (var written = 1; written <= 3; written++)
            {
                await AdvanceAsync(source, written);
            }
        }

        Time.Advance(10 * _interval);
        Assert.Equal(3, source.Writes);
        Assert.Equal(0, source.Overlaps);
    }

    [Fact]
    public async Task A_source_that_wants_none_is_never_asked()
    {
        var source = new WritingSource(new ScriptedSource().Insert(Table, ("id", 1))) { Interval = null };
        await using var engine = new CdcEngine(source, Store, Options());
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        Time.Advance(10 * _interval);
        Assert.Equal(0, source.Writes);
    }

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("2.00:00:00")]
    public void An_interval_out_of_range_is_refused_for_every_kind_of_source(string interval)
    {
        var source = new WritingSource(new ScriptedSource()) { Interval = TimeSpan.Parse(interval, CultureInfo.InvariantCulture) };
        Assert.StartsWith($"HeartbeatWrite.Interval is '{interval}'",
            Assert.Throws<ArgumentException>(() => new CdcEngine(source, Store, Options())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_is_logged_once_and_the_stream_continues()
    {
        var log = new RecordedLog();
        var script = new ScriptedSource().Insert(Table, ("id", 1));
        var source = new WritingSource(script) { Failure = new CdcServerException(1290, "HY000", "read-only") };
        await using var engine = new CdcEngine(source, Store, new CdcEngineOptions
        {
            Name = "test", TimeProvider = Time, LoggerFactory = log,
        });
        await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        await AdvanceAsync(source, 1);
        await AdvanceAsync(source, 2);
        source.Failure = new InvalidOperationException("Another failure, of any kind.");
        await AdvanceAsync(source, 3);
        source.Failure = null;
        await AdvanceAsync(source, 4);
        await UntilAsync(() => log.Of(LogLevel.Information).Any(line => line.Contains("again, after 3 failures", StringComparison.Ordinal)),
            "the recovery is logged");
        Assert.Equal(2, log.Of(LogLevel.Warning).Count(line => line.Contains("heartbeat could not be written", StringComparison.Ordinal)));
        script.Insert(Table, ("id", 2));
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal(2, Id(changes.Current));
        Assert.Null(engine.Status.Failure);
    }

    [Fact]
    public async Task A_write_that_hangs_ends_with_the_stream()
    {
        var source = new WritingSource(new ScriptedSource().Insert(Table, ("id", 1))) { Hangs = true };
        await using (var engine = new CdcEngine(source, Store, Options()))
        {
            await using var changes = engine.ReadAsync(Timeout).GetAsyncEnumerator();
            Assert.True(await changes.MoveNextAsync());
            await AdvanceAsync(source, 1);
        }

        Assert.Equal(1, source.Cancelled);
    }

    /// <summary>Moves the clock until the source was asked so many times: its timer is set on another thread.</summary>
    private async Task AdvanceAsync(WritingSource source, int writes)
    {
        for (var i = 0; i < 3000 && source.Writes < writes; i++)
        {
            Time.Advance(_interval / 4);
            await Task.Delay(2, Timeout);
        }

        Assert.Equal(writes, source.Writes);
        await Task.Delay(10, Timeout);
    }

    private sealed class WritingSource(ScriptedSource inner) : ISource
    {
        private int _writes;
        private int _running;
        private int _overlaps;
        private int _cancelled;

        public int Writes => Volatile.Read(ref _writes);

        public int Overlaps => Volatile.Read(ref _overlaps);

        public int Cancelled => Volatile.Read(ref _cancelled);

        public Exception? Failure { get; set; }

        public bool Hangs { get; init; }

        public TimeSpan? Interval { get; init; } = _interval;

        public TimeSpan? HeartbeatWriteInterval => Interval;

        public string Connector => inner.Connector;

        public SourcePosition ReadPosition(CdcOffset offset) => inner.ReadPosition(offset);

        public ValueTask<SourceConnection> ConnectAsync(SourceContext context, StartPosition start, CancellationToken cancellationToken)
            => inner.ConnectAsync(context, StartPosition.Earliest, cancellationToken);

        public async ValueTask WriteHeartbeatAsync(SourceContext context, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _running) > 1)
            {
                Interlocked.Increment(ref _overlaps);
            }

            Interlocked.Increment(ref _writes);
            try
            {
                if (Hangs)
                {
                    await Task.Delay(System.Threading.Timeout.Infinite, cancellationToken);
                }
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _cancelled);
                throw;
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }

            if (Failure is { } failure)
            {
                throw failure;
            }
        }
    }
}
