using System.Diagnostics;
using System.Globalization;
using CdcEmbedded;

namespace CdcTail;

/// <summary>Counts events; reports their rate each second, and a summary at the end.</summary>
internal sealed class StatsReporter : IAsyncDisposable
{
    private readonly bool _reportsLag;
    private readonly Messages _messages;
    private readonly CancellationTokenSource _stop = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Task _reports;
    private long _events;
    private long _batches;
    private long _lastChangeTicks;

    /// <summary>Starts to report.</summary>
    /// <param name="messages">Takes the lines.</param>
    /// <param name="reportsLag">True if the time since the last change has a meaning: not for files.</param>
    public StatsReporter(Messages messages, bool reportsLag)
    {
        _reportsLag = reportsLag;
        _messages = messages;
        _reports = ReportAsync();
    }

    /// <summary>Counts one batch's events.</summary>
    /// <param name="events">How many of them.</param>
    /// <param name="last">The last of them.</param>
    public void Add(long events, ChangeEvent last)
    {
        Interlocked.Add(ref _events, events);
        Interlocked.Increment(ref _batches);
        Interlocked.Exchange(ref _lastChangeTicks, last.Timestamp.UtcTicks);
    }

    /// <summary>Ends the reports and prints the summary.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reports;
        _stop.Dispose();
        var seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        using var process = Process.GetCurrentProcess();
        _messages.Report(string.Create(CultureInfo.InvariantCulture,
            $"{_events:N0} events in {_batches:N0} batches in {seconds:F2} s: {_events / seconds:N0} events/s{Lag()}; "
            + $"CPU {process.TotalProcessorTime.TotalSeconds:F2} s, peak memory {process.PeakWorkingSet64 / 1e6:F0} MB"));
    }

    private async Task ReportAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var (lastEvents, lastTime) = (0L, _start);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                var (events, time) = (Interlocked.Read(ref _events), Stopwatch.GetTimestamp());
                var rate = (events - lastEvents) / Stopwatch.GetElapsedTime(lastTime, time).TotalSeconds;
                _messages.Report(string.Create(CultureInfo.InvariantCulture,
                    $"{Stopwatch.GetElapsedTime(_start, time).TotalSeconds,6:F0} s  {rate,12:N0} events/s  {events,14:N0} events{Lag()}"));
                (lastEvents, lastTime) = (events, time);
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the reports, not an error.
        }
    }

    private string Lag()
    {
        var ticks = Interlocked.Read(ref _lastChangeTicks);
        return !_reportsLag || ticks == 0 ? ""
            : string.Create(CultureInfo.InvariantCulture,
                $", last change {(DateTime.UtcNow.Ticks - ticks) / (double)TimeSpan.TicksPerSecond:F1} s ago");
    }
}
